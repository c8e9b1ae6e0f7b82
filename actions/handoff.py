"""Asking for a person. Nobody argues: the conversation is marked at once, and the sentence promises nothing that
does not exist."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, HotlineAction
from actions.replies import Button, ask_for_human, say
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.phones import grouped
from desk.orders.drafting.turn import Turn


def known_phone(tracker: Tracker) -> str:
    """A number where the citizen can be reached, said for the order in the making or for a call back."""
    if tracker.get_slot("callback_phone"):
        return str(tracker.get_slot("callback_phone"))
    kept = tracker.get_slot("order_draft")
    return Draft.from_json(kept).get("phone") if kept else ""


def hand_over(dispatcher: CollectingDispatcher, tracker: Tracker, reason: str) -> Events:
    ask_for_human(dispatcher, reason)
    phone = known_phone(tracker)
    if tracker.get_slot("handoff_marked"):
        say(dispatcher, "已经为您标记过了,您的情况和对话都会留给人工,不用再说一遍。", kind="handoff")
        return []
    if tracker.active_loop:
        say(
            dispatcher,
            "好的,已经为您标记转人工。人工坐席现在还没有接通,您说的内容都会留给他们。我们可以先把这件事登记好。",
            kind="handoff",
        )
        return [SlotSet("handoff_marked", True)]
    if phone:
        say(
            dispatcher,
            f"好的,已经为您标记转人工。人工坐席现在还没有接通,您说的内容和电话 {grouped(phone)} 都会留给他们。",
            kind="handoff",
        )
        return [SlotSet("handoff_marked", True)]
    say(
        dispatcher,
        "好的,已经为您标记转人工。人工坐席现在还没有接通,您说的内容都会留给他们。愿意的话,可以留一个回电号码。",
        kind="handoff",
        buttons=(Button.intent("不留电话", "skip"), Button.intent("先登记诉求", "order_help")),
    )
    return [SlotSet("handoff_marked", True), SlotSet("pending", {"offer": "callback"})]


class HandOver(HotlineAction):
    ACTION = "action_handoff"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        return hand_over(dispatcher, tracker, "asked")
