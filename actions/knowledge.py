"""Answers questions from the knowledge base: told, asked back between two, or honestly not known."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, HotlineAction
from actions.replies import HUMAN, Button, say
from actions.seed import order_if_told, seed_of
from actions.telling import tell
from desk.conversations import HandoffReason
from desk.handoff.triggers import Trigger
from desk.orders.drafting.turn import Turn


def miss(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, understood: bool) -> Events:
    """Nothing was found or understood: say so, offer an order or a person. Who is missed too often in a row gets a
    person without asking (actions/watch.py counts)."""
    misses = int(tracker.get_slot("misses") or 0) + 1
    if understood:
        say(
            dispatcher,
            "抱歉,知识库里暂时没有这个问题的准确答案,我不能乱说。可以帮您登记下来请承办单位回复,或者转人工。您看要登记吗?",
            buttons=(Button.intent("登记", "affirm"), HUMAN, Button.intent("不用了", "deny")),
        )
    else:
        say(
            dispatcher,
            "抱歉,我没太听明白。您可以换个说法,比如直接说“公积金怎么提取”,或者“我要投诉楼下饭店油烟”。",
            buttons=(Button.intent("登记诉求", "order_help"), HUMAN),
        )
    offer = {"offer": "order", "seed": seed_of(turn)} if understood else None
    return [SlotSet("misses", misses), SlotSet("pending", offer)]


class AnswerKnowledge(HotlineAction):
    ACTION = "action_answer_knowledge"

    def gives_way_to(self, trigger: Trigger, tracker: Tracker, turn: Turn) -> bool:
        if trigger.reason in (HandoffReason.ASKED, HandoffReason.POLICY):
            return True
        # What can be answered is answered besides; a choice between two articles, or an order, asks more questions.
        told = order_if_told(tracker, turn, at_a_place=True) is not None
        return told or self.parts.knowledge.answer(_query(turn)).outcome != "found"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        query = _query(turn)
        in_form = bool(tracker.active_loop)
        if not query:
            say(dispatcher, "您请说,想了解哪方面的政策或者办事流程?")
            return []
        # A trouble at a place was told: nobody asks for the rules with a house number.
        order = order_if_told(tracker, turn, at_a_place=True)
        if order:
            return order
        outcome = tell(dispatcher, self.parts, query, tracker.get_slot("style") == "simple", in_form)
        if outcome != "nothing":
            return [SlotSet("misses", 0), SlotSet("pending", None)]
        if in_form:
            say(dispatcher, "这个问题我暂时没有准确答案,先不乱说;登记好以后可以请人工回答您。")
            return []
        # A trouble that was told, not a question that was asked.
        return order_if_told(tracker, turn) or miss(dispatcher, tracker, turn, understood=True)


def _query(turn: Turn) -> str:
    return str((turn.arguments or {}).get("question") or turn.words)


class NotUnderstood(HotlineAction):
    """The understanding was not sure. Often the knowledge base or the order form still knows what to do."""

    ACTION = "action_not_understood"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        words = turn.words
        order = order_if_told(tracker, turn, min_chars=6)
        if order:
            return [*order, SlotSet("misses", 0)]
        if len(words) >= 3 and any("\u4e00" <= char <= "\u9fff" for char in words):
            simple = tracker.get_slot("style") == "simple"
            if tell(dispatcher, self.parts, words, simple, bool(tracker.active_loop)) != "nothing":
                return [SlotSet("misses", 0), SlotSet("pending", None)]
        return miss(dispatcher, tracker, turn, understood=False)
