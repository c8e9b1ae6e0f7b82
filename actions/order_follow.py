"""Progress, hurry, remark and withdrawal of an order, by number and a proof (desk/orders/proof.py), never by number alone. The
last four digits of the phone open the status; everything else takes the query code, the order's own line or conversation."""

from __future__ import annotations

import logging
import re
from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import answer_danger, lasts
from actions.asking import speaks_of_order
from actions.at_a_loss import miss
from actions.at_the_edge import answer_at_the_edge
from actions.base import Events, HotlineAction
from actions.callback import answer_callback, is_open
from actions.conversation import already_handled
from actions.follow_state import LABELS, MAX_TRIES, FollowState, begin, looks_like_number, missing, read
from actions.open_wishes import Wish
from actions.ownership import asker_of, own_orders
from actions.process_questions import answer_process, day_and_hour
from actions.replies import HUMAN, REGISTER, Button, ask_for_human, say
from actions.seed import order_begun, seed_of
from actions.taking_up import look_up, take_up, wish_for
from actions.watch import RESUME
from desk.orders.drafting.arbitration import DIGRESSIONS
from desk.orders.drafting.phrases import (
    asks_for_person,
    has_content,
    is_cancel,
    is_no,
    is_question,
    is_skip,
    is_yes,
    type_said,
)
from desk.orders.drafting.turn import Turn
from desk.orders.errors import BadTransition, TooManyTries
from desk.orders.number import format_number
from desk.orders.order import Order
from desk.orders.proof import Asker
from desk.orders.status import report_bare_status, report_status
from desk.orders.view import order_card

logger = logging.getLogger(__name__)

FORM = "order_follow_form"
DIGRESSING_CONFIDENCE = 0.6
# Only what is no following-up at all leads elsewhere.
_FOLLOWED_UP = frozenset(Wish) - {
    Wish.ORDER,
    Wish.ANSWER,
    Wish.ANSWER_FIRST,
    Wish.PROCESS,
    Wish.PROCESS_FIRST,
    Wish.SECRET,
}
_LACKS = re.compile(
    r"忘|找不到|不记得|(?:哪|哪里|谁)(?:还|能|会)?记得|(?:短信|信息|记录|消息)?(?:早|都|已经|被我|给)?删(?:了|掉)|丢了|记不(?:得|住|清)|没(?:有|收到|记|给)?(?:过)?(?:我)?(?:工单号|单号|编号|查询码|码|尾号)|没(?:给|告诉)过?我(?:号|$)|没收到"
)
WRONG_TAIL = "单号和手机后四位对不上，请核对一下。登记时要求保密的工单，要报查询码。"
WRONG_CODE = "单号和查询码对不上，请核对一下。"
ONLY_CODE = "为了保护信息安全，现在不能用手机后四位查，请报查询码。"
_SAME_AFFAIR = frozenset({"order_status", "order_hurry", "order_remark", "order_withdraw"})


class FollowAction(HotlineAction):
    """Shared by the form and its beginning: proof of ownership, and carrying out what was asked."""

    def prove(self, tracker: Tracker, turn: Turn, state: FollowState) -> tuple[FollowState, str]:
        """The state with `proved` or `seen` set where something proves it, and a Chinese sentence where something is wrong."""
        if state.proved or not state.number:
            return state, ""
        asker = asker_of(self.parts, tracker, turn)
        known = state.number in (tracker.get_slot("proved_orders") or [])
        if known or self.parts.orders.find_own(state.number, asker) is not None:
            return replace(state, proved=True), ""
        if state.number == tracker.get_slot("seen_order"):
            state = replace(state, seen=True)
        try:
            return self._judge(state, asker)
        except TooManyTries as error:
            logger.warning("proofs of ownership shut", extra={"scope": error.scope})
            if state.code or state.only_code:
                return replace(state.wrong(), tries=MAX_TRIES), ""
            return replace(state, tail="", only_code=True, tries=state.tries + 1), ONLY_CODE

    def _judge(self, state: FollowState, asker: Asker) -> tuple[FollowState, str]:
        """What a code or a tail proves that was said. Raises TooManyTries."""
        if state.code:
            if self.parts.orders.find_by_code(state.number, state.code, asker) is None:
                return state.wrong(), WRONG_CODE
            # What proved it does not stay in the tracker.
            return replace(state, proved=True, code="", tail=""), ""
        if not state.tail or state.seen:
            return state, ""
        if state.only_code:
            return replace(state, tail="", tries=state.tries + 1), ONLY_CODE
        if self.parts.orders.find_by_tail(state.number, state.tail, asker) is None:
            return state.wrong(), WRONG_TAIL
        return replace(state, seen=True), ""

    def carry_out(self, dispatcher: CollectingDispatcher, state: FollowState) -> None:
        try:
            match state.purpose:
                case "hurry":
                    self._hurry(dispatcher, state)
                case "remark":
                    self._remark(dispatcher, state)
                case "withdraw":
                    self.parts.orders.withdraw(state.number, state.text or "市民要求撤回", "citizen")
                    say(
                        dispatcher, f"工单 {format_number(state.number)} 已经撤回。之后想再反映，随时告诉我。"
                    )
                case _ if state.proved:
                    self._status(dispatcher, self.parts.orders.get(state.number))
                case _:
                    self.tell_bare_status(dispatcher, state)
        except BadTransition:
            order = self.parts.orders.get(state.number)
            say(
                dispatcher,
                f"这张工单现在是“{order.status.label}”，不能再{LABELS[state.purpose]}了。需要的话可以重新登记一件。",
                buttons=(Button.intent("重新登记", "order_help"), HUMAN),
            )

    def _status(self, dispatcher: CollectingDispatcher, order: Order) -> None:
        report = report_status(order, self.parts.clock(), self.parts.zone)
        say(
            dispatcher,
            report.text,
            speech=report.speech,
            kind="order_card",
            buttons=(
                (Button.intent("催办", "order_hurry"), Button.intent("补充", "order_remark"))
                if order.status.is_open
                else ()
            ),
            card=order_card(order, self.parts.zone),
        )

    def tell_bare_status(self, dispatcher: CollectingDispatcher, state: FollowState) -> None:
        order = self.parts.orders.get(state.number)
        report = report_bare_status(order, self.parts.clock(), self.parts.zone)
        say(dispatcher, report.text, speech=report.speech)

    def _hurry(self, dispatcher: CollectingDispatcher, state: FollowState) -> None:
        hurried = self.parts.orders.hurry(state.number, "citizen")
        due = day_and_hour(hurried.order.due_at.astimezone(self.parts.zone))
        told = "已经为您催办，会提醒承办单位" if hurried.told else "不久前刚催过，我又为您记了一次"
        say(dispatcher, f"{told}。这张工单最晚{due}前答复。")

    def _remark(self, dispatcher: CollectingDispatcher, state: FollowState) -> None:
        self.parts.orders.add_remark(state.number, state.text[:2000], "citizen")
        say(
            dispatcher,
            f"好的，已经补充到工单 {format_number(state.number)} 里。还有什么要补充的吗？",
            speech="好的，已经补充进去了。",
        )

    def finish(self, dispatcher: CollectingDispatcher, tracker: Tracker, state: FollowState) -> Events:
        self.carry_out(dispatcher, state)
        done = [SlotSet("follow", None), SlotSet("misses", 0)]
        if not state.proved:
            # Remembered as what is spoken of; `last_order` would let it be written in.
            return [*done, SlotSet("seen_order", state.number)]
        proved = list(dict.fromkeys([*(tracker.get_slot("proved_orders") or []), state.number]))
        return [
            *done,
            SlotSet("proved_orders", proved),
            SlotSet("last_order", state.number),
            SlotSet("seen_order", None),
        ]


class BeginFollow(FollowAction):
    """The first sentence may say all that is needed; else the form asks for the rest."""

    ACTION = "action_follow_order"

    def answer_first(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events | None:
        first = super().answer_first(dispatcher, tracker, turn)
        if first is not None or tracker.active_loop:
            return first
        return take_up(dispatcher, self.parts, tracker, turn, _FOLLOWED_UP)

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        spoken_of = tracker.get_slot("seen_order") or tracker.get_slot("last_order") or ""
        if not spoken_of and (turn.button or turn.does("follow") or speaks_of_order(turn.words)):
            spoken_of = self._only_one(tracker, turn)
        if not spoken_of and _complains_anew(turn):
            return order_begun(turn)
        state, problem = self.prove(tracker, turn, begin(turn, spoken_of))
        if not (state.number or turn.button or turn.does("follow") or speaks_of_order(turn.words)):
            # 急急急 asks after no order: a number would be asked for in vain.
            say(
                dispatcher,
                "您别着急，我在听。您说一下遇到了什么事；要查之前的工单，报单号就行。",
                buttons=(REGISTER, HUMAN),
            )
            return []
        if problem:
            say(dispatcher, problem)
        elif state.seen and state.tail and state.needs_code:
            self.tell_bare_status(dispatcher, state)
        if not missing(state):
            return self.finish(dispatcher, tracker, state)
        if state.tries >= MAX_TRIES:
            return _give_up(dispatcher)
        state = replace(state, asked=missing(state))
        return [SlotSet("follow", state.to_json()), SlotSet("pending", None), FollowupAction(FORM)]

    def _only_one(self, tracker: Tracker, turn: Turn) -> str:
        """The number of the citizen's only open order; empty where they have none or several, or are not known by the line."""
        if not turn.line_phone:
            return ""
        own = [order for order in own_orders(self.parts, tracker, turn) if order.status.is_open]
        return own[0].number if len(own) == 1 else ""


class ValidateFollowForm(FollowAction):
    ACTION = "validate_order_follow_form"

    @property
    def answers_first(self) -> bool:
        return False  # Done below: the form has to stay resumable.

    def after_trouble(self, tracker: Tracker) -> Events:
        return [SlotSet("follow", None), SlotSet("requested_slot", None)]

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        kept = tracker.get_slot("follow")
        if not kept:
            return [SlotSet("follow", None), SlotSet("requested_slot", None)]
        state = FollowState.from_json(kept)
        if already_handled(tracker, FORM):
            slot = RESUME if tracker.get_slot("emergency_kind") else f"follow_{state.asked}"
            return [SlotSet("requested_slot", slot), SlotSet("emergency_kind", None)]
        foreign = answer_at_the_edge(dispatcher, tracker, turn, self.parts)
        danger = answer_danger(dispatcher, tracker, turn) if foreign is None else foreign
        if danger is not None:
            slot = RESUME if foreign or lasts(danger) else f"follow_{state.asked}"
            return [
                *danger,
                SlotSet("follow", kept),
                SlotSet("emergency_kind", None),
                SlotSet("requested_slot", slot),
            ]
        callback = answer_callback(dispatcher, tracker, turn)
        if callback is not None:
            slot = RESUME if is_open(tracker, callback) else f"follow_{state.asked}"
            return [*callback, SlotSet("follow", kept), SlotSet("requested_slot", slot)]
        words = turn.words
        if is_cancel(words) or (turn.intent == "cancel" and turn.confidence >= DIGRESSING_CONFIDENCE):
            say(dispatcher, "好的，那先不办了。还有什么可以帮您？")
            return _leave()
        before, state = state, read(state, turn)
        if state == before and state.asked in ("number", "tail"):
            left = self._leaves(dispatcher, tracker, turn)
            if left is not None:
                return left
        if state == before and self._goes_elsewhere(turn, state):
            if turn.intent in DIGRESSIONS and turn.intent not in _SAME_AFFAIR:
                return []
            if has_content(words):
                return _to_order(dispatcher, turn)
        if state == before and asks_for_person(words):
            # Heard in actions/watch.py, which keeps the question for the next turn.
            return [SlotSet("follow", kept), SlotSet("requested_slot", f"follow_{state.asked}")]
        return self._take(dispatcher, tracker, turn, state)

    def _leaves(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events | None:
        """Who asks something else or tells a trouble, where a number was asked for, follows up nothing."""
        match wish_for(self.parts, tracker, turn):
            case Wish.ANSWER | Wish.ANSWER_FIRST:
                if look_up(dispatcher, self.parts, tracker, turn.words) == "nothing":
                    return [*miss(dispatcher, tracker, turn, understood=True), *_leave()]
                return _leave()
            case Wish.ORDER | Wish.PROCESS_FIRST if turn.reading.does("details", "register"):
                return _to_order(dispatcher, turn)
            case Wish.PROCESS:
                say(dispatcher, answer_process(turn, self.parts))
                return _leave()
            case _:
                return None

    def _goes_elsewhere(self, turn: Turn, state: FollowState) -> bool:
        if state.asked in ("number", "tail") and turn.words and not re.search(r"[^\W\d_]", turn.words):
            # Digits were meant as what was asked, whatever intent they look like.
            return False
        if turn.intent in ("ask_human", "emergency", "emotion_despair", "returned_from_seat"):
            return turn.confidence >= DIGRESSING_CONFIDENCE
        if state.asked == "text":
            return turn.intent == "ask_knowledge" and is_question(turn.words)
        orders = ("order_complain", "order_help", "order_report", "order_suggest")
        wanted = turn.intent in DIGRESSIONS or (turn.intent in orders and state.asked in ("number", "tail"))
        return wanted and turn.confidence >= DIGRESSING_CONFIDENCE and not is_skip(turn.words)

    def _take(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, state: FollowState
    ) -> Events:
        words, asked = turn.words, state.asked
        if asked == "text" and words:
            state = replace(state, text=words)
        if asked == "sure":
            if is_yes(words) or words.startswith(("确定", "撤")) or (turn.intent == "affirm" and turn.button):
                state = replace(state, sure=True)
            elif is_no(words) or turn.intent == "deny":
                say(dispatcher, "好的，工单不撤，继续办理。")
                return _leave()
        lacks = is_skip(words) or turn.intent == "skip" or bool(_LACKS.search(words))
        if lacks and asked in ("number", "tail") and not (state.code or state.tail):
            if asked == "tail" and "码" in words and not state.needs_code and not state.tries:
                say(dispatcher, "没有查询码也能查进度，说登记时留的手机号后四位就行。")
                state = replace(state, tries=state.tries + 1)
                return [SlotSet("follow", state.to_json()), SlotSet("requested_slot", RESUME)]
            say(
                dispatcher,
                f"没有{_proof_wanted(state)}，为了保护您的信息，我不能{LABELS[state.purpose]}。可以转人工核实身份后帮您办。",
                buttons=(HUMAN,),
            )
            return _leave()
        was_seen = state.seen
        state, problem = self.prove(tracker, turn, state)
        if state.tries >= MAX_TRIES:
            return [*_give_up(dispatcher), SlotSet("requested_slot", None)]
        if not missing(state):
            return [*self.finish(dispatcher, tracker, state), SlotSet("requested_slot", None)]
        if problem:
            say(dispatcher, problem)
        elif state.seen and not was_seen:
            self.tell_bare_status(dispatcher, state)
        elif missing(state) == asked:
            state = replace(state, tries=state.tries + 1)
            if state.tries >= MAX_TRIES:
                return [*_give_up(dispatcher), SlotSet("requested_slot", None)]
            wrong = asked == "number" and looks_like_number(words)
            say(dispatcher, "这个单号不对，单号是12位数字。" if wrong else "抱歉，我没听明白。")
        state = replace(state, asked=missing(state))
        return [SlotSet("follow", state.to_json()), SlotSet("requested_slot", f"follow_{state.asked}")]


def _complains_anew(turn: Turn) -> bool:
    """Whether what became of an earlier order is complained of (我投诉你们12345，没办就说办结), and no order is named."""
    named = bool(begin(turn, "").number)
    return (
        not (named or turn.button) and type_said(turn.words) == "complain" and turn.does("details", "grumble")
    )


def _proof_wanted(state: FollowState) -> str:
    if not state.number:
        return "单号"
    return "查询码" if state.needs_code else "查询码或手机后四位"


def _to_order(dispatcher: CollectingDispatcher, turn: Turn) -> Events:
    say(dispatcher, "好的，那我们先登记这件事。")
    return [*_leave(), SlotSet("order_seed", seed_of(turn)), SlotSet("pending", {"offer": "order_now"})]


def _leave() -> Events:
    return [SlotSet("follow", None), SlotSet("requested_slot", None)]


def _give_up(dispatcher: CollectingDispatcher) -> Events:
    say(
        dispatcher,
        "核对了几次都不一致，为了保护信息安全，我这里先不能查了，这就为您转人工核实。",
        kind="handoff",
    )
    ask_for_human(dispatcher, "policy", "order_proof_failed")
    return [SlotSet("follow", None)]


class AskProof(HotlineAction):
    """Asks for what proves the order that is followed up."""

    ACTION = "action_ask_order_follow_form_follow_tail"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        state = FollowState.from_json(tracker.get_slot("follow") or {"purpose": "status"})
        if not state.needs_code:
            say(
                dispatcher,
                "为了保护您的信息，请说一下登记时告诉您的6位查询码，或者留的手机号后四位。",
                buttons=(Button.intent("不记得", "skip"),),
            )
            return []
        say(
            dispatcher,
            f"{LABELS[state.purpose]}要先核实是您本人，请说一下登记时告诉您的6位查询码。没有查询码的，可以转人工核实。",
            buttons=(Button.intent("没有查询码", "skip"), HUMAN),
        )
        return []


class AfterFollow(HotlineAction):
    """The form has ended and all is said, unless the citizen went on to a new trouble."""

    ACTION = "action_after_follow"

    @property
    def answers_first(self) -> bool:
        return False

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        pending = tracker.get_slot("pending") or {}
        if pending.get("offer") == "order_now" and tracker.get_slot("order_seed"):
            return [SlotSet("pending", None), FollowupAction("order_form")]
        return []
