"""The order form: Rasa keeps the loop, `desk.orders.drafting` decides, this file speaks.

`requested_slot` is always "order_" + the field that the draft asks for; the questions are responses in domain.yml.
"""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import answer_danger
from actions.base import Events, HotlineAction
from actions.callback import answer_callback, is_open
from actions.conversation import already_handled, channel_of
from actions.filing import file_under
from actions.replies import Button, ask_for_human, say
from actions.seed import seed_for, turn_from
from actions.telling import tell
from actions.watch import RESUME
from desk import openings
from desk.orders.drafting.arbitration import Kind, Step, step
from desk.orders.drafting.building import build_order
from desk.orders.drafting.draft import TYPES, Draft
from desk.orders.drafting.filling import fill, with_line_phone
from desk.orders.drafting.phones import grouped
from desk.orders.drafting.plan import next_field
from desk.orders.drafting.summary import caller_form, rows, shorten, spoken
from desk.orders.drafting.turn import Turn
from desk.orders.duplicates import likely_duplicates

FORM = "order_form"
ANGRY_SCORE = 0.75
_TYPE = re.compile(r"order_(consult|help|complain|report|suggest|praise)")


def requested(field: str) -> str:
    return f"order_{field}"


class ValidateOrderForm(HotlineAction):
    ACTION = "validate_order_form"

    @property
    def answers_first(self) -> bool:
        return False  # Done below: the form has to stay resumable.

    def after_trouble(self, tracker: Tracker) -> Events:
        """Keep the question that was open: the form must not end or start over because something broke."""
        open_question = tracker.get_slot("requested_slot")
        return [SlotSet("requested_slot", open_question or requested("description"))]

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        kept = tracker.get_slot("order_draft")
        if kept and already_handled(tracker, FORM) and not tracker.get_slot("order_seed"):
            draft = Draft.from_json(kept)
            alarmed = tracker.get_slot("emergency_kind")
            # After an alarm nothing may push the numbers off the screen; the question waits for the next turn.
            slot = RESUME if alarmed else requested(draft.asked or next_field(draft))
            return [SlotSet("requested_slot", slot), SlotSet("emergency_kind", None)]
        if kept is None:
            first = (
                self.answer_first(dispatcher, tracker, turn) if not tracker.get_slot("order_seed") else None
            )
            return self._start(dispatcher, tracker, turn) if first is None else self._stay_out(first)
        if answer_danger(dispatcher, turn):
            return [SlotSet("order_draft", kept), SlotSet("requested_slot", RESUME)]
        draft = Draft.from_json(kept)
        callback = answer_callback(dispatcher, tracker, turn)
        if callback is not None:
            slot = RESUME if is_open(tracker, callback) else requested(draft.asked or next_field(draft))
            return [*callback, SlotSet("order_draft", kept), SlotSet("requested_slot", slot)]
        return self._go_on(dispatcher, tracker, turn, draft)

    def _stay_out(self, first: Events) -> Events:
        return [*first, SlotSet("order_outcome", "none"), SlotSet("requested_slot", None)]

    def _start(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        seed = seed_for(tracker, turn)
        first = turn_from(seed, turn) if seed else turn
        named = _TYPE.fullmatch(first.intent)
        draft = Draft(draft_id=f"t{turn.seq}", type=named.group(1) if named else "help")
        filled = fill(draft, first)
        draft = with_line_phone(filled.draft, turn.line_phone, turn.seq)
        draft = draft.asking(next_field(draft))
        say(dispatcher, _opening(draft, first))
        draft = self._with_duplicate(tracker, draft)
        return [
            SlotSet("order_draft", draft.to_json()),
            SlotSet("order_seed", None),
            SlotSet("pending", None),
            SlotSet("misses", 0),
            SlotSet("order_outcome", None),
            SlotSet("emergency_kind", None),
            SlotSet("requested_slot", requested(draft.asked)),
        ]

    def _go_on(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, draft: Draft) -> Events:
        taken = step(draft, turn)
        match taken.kind:
            case Kind.DIGRESSED:
                # No slot is set: Rasa then rejects the form and lets the rule of the intent speak.
                return []
            case Kind.QUESTION:
                if (
                    tell(dispatcher, self.parts, turn.words, tracker.get_slot("style") == "simple", True)
                    == "nothing"
                ):
                    say(dispatcher, "这个问题我暂时没有准确答案,先不乱说;登记好以后可以请人工回答您。")
                return self._ask(taken.draft)
            case Kind.HUMAN:
                # Heard in actions/watch.py, which keeps the question for the next turn.
                return self._ask(taken.draft)
            case Kind.CONFIRMED:
                return self._end(taken.draft, "confirmed")
            case Kind.CANCELLED:
                return self._end(taken.draft, "cancelled")
            case Kind.HURRY_DUPLICATE:
                return self._end(taken.draft, "hurry")
            case Kind.REMARK_DUPLICATE:
                return self._end(taken.draft, "remark")
            case Kind.STUCK:
                say(
                    dispatcher,
                    "抱歉,我几次都没能听明白,不耽误您了,这就为您转人工,您说的内容都会一并转过去。",
                    kind="handoff",
                )
                ask_for_human(dispatcher, "not_understood", "order_form")
                return self._end(taken.draft, "stuck")
            case Kind.UNCLEAR:
                again = (
                    f"{taken.problem},麻烦您再说一遍。"
                    if taken.problem
                    else "抱歉,我没听明白,麻烦您再说一遍。"
                )
                say(dispatcher, again)
                return self._ask(taken.draft)
            case Kind.ANSWERED:
                words = _acknowledgement(draft, taken)
                if (
                    turn.emotion == "angry"
                    and turn.emotion_score >= ANGRY_SCORE
                    and "soothed" not in draft.checked
                ):
                    words = "您的心情我理解,我一定如实记下来。" + words
                    taken = Step(taken.kind, taken.draft.check("soothed"), taken.changed, taken.problem)
                if words:
                    say(dispatcher, words, speech=_aloud(words))
                return self._ask(self._with_duplicate(tracker, taken.draft))

    def _ask(self, draft: Draft) -> Events:
        return [SlotSet("order_draft", draft.to_json()), SlotSet("requested_slot", requested(draft.asked))]

    def _end(self, draft: Draft, outcome: str) -> Events:
        return [
            SlotSet("order_draft", draft.to_json()),
            SlotSet("order_outcome", outcome),
            SlotSet("requested_slot", None),
        ]

    def _with_duplicate(self, tracker: Tracker, draft: Draft) -> Draft:
        """Offers the caller's own open order before a second one is written, once the phone is known."""
        ready = (
            draft.has("phone") and draft.has("description") and draft.asked not in ("phone", "phone_check")
        )
        if not ready or "duplicate" in draft.checked or draft.asked in ("cancel_check", "change"):
            return draft
        own = self.parts.orders.find_open_by_phone(draft.get("phone"))
        if not own:
            return draft.check("duplicate")
        new_order = build_order(draft, tracker.sender_id, channel_of(tracker), file_under(self.parts, draft))
        likely = likely_duplicates(new_order, own)
        if not likely:
            return draft.check("duplicate")
        same = likely[0].order
        day = same.created_at.astimezone(self.parts.zone)
        return draft.with_duplicate(same.number, f"{day.month}月{day.day}日")


def _opening(draft: Draft, turn: Turn) -> str:
    upset = turn.emotion in ("angry", "anxious") and turn.emotion_score >= 0.6
    begun = openings.registering(TYPES[draft.type], calm=upset)
    if not draft.has("description"):
        return begun
    known = [draft.place_text, draft.get("event_time")]
    told = ",".join(
        [
            shorten(draft.get("description"), 40),
            *(part for part in known if part and part not in draft.get("description")),
        ]
    )
    return f"{begun}已经记下:{told}。"


def _acknowledgement(before: Draft, taken: Step) -> str:
    after, changed = taken.draft, taken.changed
    if "correcting" in changed:
        return "好的,请您重新说一下。"
    if after.asked == "cancel_check":
        return ""
    said: list[str] = [f"{taken.problem}。"] if taken.problem else []
    for field in changed:
        match field:
            case "type":
                said.append(f"按{TYPES[after.type]}登记。")
            case "place":
                said.append(f"地点{'改为' if before.place else '记为'}:{after.place_text}。")
            case "phone":
                said.append(
                    f"电话{'改为' if before.has('phone') else '记为'} {grouped(after.get('phone'))}。"
                )
            case "caller":
                said.append(
                    f"{caller_form(after)},您好。"
                    if not before.has("caller_name")
                    else f"称呼改为{caller_form(after)}。"
                    if caller_form(after) != "您"
                    else f"姓名改为{after.get('caller_name')}。"
                )
            case "event_time" if before.asked != "event_time":
                said.append(
                    f"时间{'改为' if before.has('event_time') else '记为'}:{after.get('event_time')}。"
                )
            case "confidential":
                said.append("会为您保密,不向被反映的一方透露。" if after.get("confidential") == "yes" else "")
            case "description" if before.has("description"):
                said.append("这一点也补充进去了。")
            case "skipped_phone" | "skipped_phone_check" if not after.has("phone"):
                said.append("那就不留电话,之后请您凭单号来问结果。")
            case _:
                pass
    text = "".join(said)
    return (
        f"好的,{text}"
        if text and not text.startswith("您")
        else "好的。"
        if changed and after.asked != "confirm"
        else text
    )


def _aloud(acknowledgement: str) -> str:
    """A sentence that is ready made comes before what only this caller hears."""
    yes, comma, rest = acknowledgement.partition(",")
    return openings.YES + rest if comma and f"{yes}。" == openings.YES else acknowledgement


class AskConfirm(HotlineAction):
    ACTION = "action_ask_order_form_order_confirm"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        draft = Draft.from_json(tracker.get_slot("order_draft"))
        fields = rows(draft)
        lines = "\n".join(f"{label}:{value}" for _, label, value in fields)
        say(
            dispatcher,
            f"请您核对一下:\n{lines}\n都对的话我就登记了。",
            speech=spoken(draft),
            kind="order_draft",
            buttons=(
                Button.intent("确认登记", "affirm"),
                Button.intent("有地方要改", "deny"),
                Button.intent("不登记了", "cancel"),
            ),
            card={
                "fields": [{"name": name, "label": label, "value": value} for name, label, value in fields]
            },
        )
        return []


class AskPhoneCheck(HotlineAction):
    ACTION = "action_ask_order_form_order_phone_check"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        draft = Draft.from_json(tracker.get_slot("order_draft"))
        number = grouped(draft.get("phone"))
        known = draft.fields["phone"].origin == "line"
        say(
            dispatcher,
            f"您来电的号码是{number},用这个号码联系您,对吗?" if known else f"跟您核对一下电话:{number},对吗?",
            buttons=(Button.intent("对", "affirm"), Button.intent("不对", "deny")),
        )
        return []


class AskDuplicate(HotlineAction):
    ACTION = "action_ask_order_form_order_duplicate"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        draft = Draft.from_json(tracker.get_slot("order_draft"))
        say(
            dispatcher,
            f"您{draft.duplicate_on}反映过类似的问题,正在办理。您要催办、补充,还是新登记一件?",
            buttons=(
                Button.intent("催办", "order_hurry"),
                Button.intent("补充", "order_remark"),
                Button.intent("新登记", "deny"),
            ),
        )
        return []
