"""What happens when the order form ends: the order is stored and its number told, or the draft is laid aside."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, HotlineAction
from actions.conversation import channel_of
from actions.filing import file_under
from actions.process_questions import answer_process, day_and_hour, kinds_asked
from actions.replies import HUMAN, Button, say
from actions.taking_up import look_up, offer_order
from desk.orders.drafting import openings
from desk.orders.drafting.building import build_order
from desk.orders.drafting.describing import tidy
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.summary import shorten
from desk.orders.drafting.turn import Turn
from desk.orders.duplicates import likely_duplicates
from desk.orders.errors import BadTransition
from desk.orders.number import format_number, speak_code
from desk.orders.order import NewOrder, Order
from desk.orders.view import first_card
from language.reading import HOLDS

TOLD_CHARS = 40
ENDINGS_WITHOUT_ORDER = ("stuck", "none")


def next_of(draft: Draft) -> dict[str, Any] | None:
    """The first of the matters that wait behind the draft, with the others behind it, as an order form's beginning."""
    if not draft.later:
        return None
    first, *others = draft.later
    return {**first, "later": [dict(other) for other in others]}


class SubmitOrder(HotlineAction):
    ACTION = "action_submit_order"

    @property
    def answers_first(self) -> bool:
        return False  # The form that ended just now has looked already.

    def after_trouble(self, tracker: Tracker) -> Events:
        # The draft stays as it is, and with it its draft_id: trying again cannot write a second order.
        return [SlotSet("pending", {"offer": "submit"})]

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        outcome, kept = tracker.get_slot("order_outcome"), tracker.get_slot("order_draft")
        if outcome == "follow":
            # Not an order, but the affair of an earlier one (actions/order_form.py).
            return [SlotSet("order_outcome", None), FollowupAction("action_follow_order")]
        if not kept:
            return [SlotSet("order_outcome", None)]
        draft = Draft.from_json(kept)
        done: Events = [
            SlotSet("order_draft", None),
            SlotSet("order_outcome", None),
            SlotSet("pending", None),
        ]
        if outcome == "confirmed":
            return [*done, *self._store(dispatcher, tracker, turn, draft)]
        if outcome == "hurry":
            return [*done, *self._hurry(dispatcher, draft)]
        if outcome == "remark":
            return [*done, *self._remark(dispatcher, draft)]
        if outcome == "cancelled":
            return [*done, *self._laid_aside(dispatcher, draft)]
        return done

    def _laid_aside(self, dispatcher: CollectingDispatcher, draft: Draft) -> Events:
        waiting = next_of(draft)
        if waiting is None:
            say(dispatcher, "好的，这次不登记。之后想反映，随时告诉我。")
            return []
        told = shorten(tidy(str(waiting["text"])), TOLD_CHARS)
        offer_order(dispatcher, f"好的，这一件不登记。您还说了另一件：{told}。这一件要登记吗？")
        return [SlotSet("pending", {"offer": "order", "seed": waiting})]

    def _store(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, draft: Draft) -> Events:
        new_order = build_order(draft, tracker.sender_id, channel_of(tracker), file_under(self.parts, draft))
        order = self.parts.orders.create(replace(new_order, duplicate_of=self._may_repeat(new_order)))
        more = "接着为您登记下一件。" if draft.later else "还有什么可以帮您？"
        number, due = format_number(order.number), day_and_hour(order.due_at.astimezone(self.parts.zone))
        kept_secret = "您的个人信息会严格保密。" if order.confidential else ""
        say(
            dispatcher,
            f"登记好了，工单号是 {number}，查询码是 {order.query_code}，将在{due}前答复。{kept_secret}"
            f"凭单号和查询码随时可以查进度、催办和补充，查询码请不要告诉别人。{more}",
            speech=f"{openings.REGISTERED}工单号是{number}，查询码是{speak_code(order.query_code)}，请您记一下。"
            f"将在{due}前答复。{more}",
            kind="order_card",
            buttons=()
            if draft.later
            else (Button.intent("查进度", "order_status"), Button.intent("没有了", "goodbye")),
            card=first_card(order, self.parts.zone),
        )
        self._answer_besides(dispatcher, tracker, turn, order)
        return [
            SlotSet("last_order", order.number),
            SlotSet("seen_order", None),
            SlotSet("proved_orders", [*(tracker.get_slot("proved_orders") or []), order.number]),
            *([SlotSet("order_seed", next_of(draft)), FollowupAction("order_form")] if draft.later else ()),
        ]

    def _may_repeat(self, new_order: NewOrder) -> str:
        """The number of an open order with the same telephone number that is likely about the same, for people to merge."""
        same_phone = self.parts.orders.find_open_by_phone(new_order.phone) if new_order.phone else ()
        likely = likely_duplicates(new_order, same_phone)
        return likely[0].order.number if likely else ""

    def _answer_besides(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, order: Order
    ) -> None:
        """What was asked in one breath with the yes. When it is due has been told with the number."""
        asks, process = (turn.reading.acts.get(act, 0.0) for act in ("ask", "process"))
        if max(asks, process) < HOLDS:
            return
        if process >= asks:
            if set(kinds_asked(turn.words)) - {"how_long"}:
                say(dispatcher, answer_process(turn, self.parts, order))
        else:
            look_up(dispatcher, self.parts, tracker, turn.words)

    def _hurry(self, dispatcher: CollectingDispatcher, draft: Draft) -> Events:
        try:
            hurried = self.parts.orders.hurry(draft.duplicate_number, "citizen")
        except BadTransition:
            say(dispatcher, "这张工单刚刚已经办完了。您要是还不满意，我可以重新为您登记。", buttons=(HUMAN,))
            return []
        told = "已经为您催办，承办单位会收到提醒。" if hurried.told else "刚刚已经催过了，我又为您记了一次。"
        say(dispatcher, f"{told}还有什么可以帮您？", buttons=(Button.intent("没有了", "goodbye"),))
        return []

    def _remark(self, dispatcher: CollectingDispatcher, draft: Draft) -> Events:
        try:
            self.parts.orders.add_remark(draft.duplicate_number, draft.get("description"), "citizen")
        except BadTransition:
            say(
                dispatcher,
                "这张工单刚刚已经办完了，不能再补充。您要是还不满意，我可以重新为您登记。",
                buttons=(HUMAN,),
            )
            return []
        say(
            dispatcher,
            "已经把您这次说的内容补充到原来的工单里。还有什么可以帮您？",
            buttons=(Button.intent("没有了", "goodbye"),),
        )
        return []
