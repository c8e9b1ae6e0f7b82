"""Answers questions from the knowledge base: told, asked back between two, or honestly not known."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.at_a_loss import miss
from actions.base import Events
from actions.replies import say
from actions.seed import kept_after_answer, order_if_told
from actions.taking_up import OpenAction
from actions.telling import tell
from actions.topic import topic_of
from desk.conversations import HandoffReason
from desk.handoff.triggers import Trigger
from desk.orders.drafting.turn import Turn


class AnswerKnowledge(OpenAction):
    ACTION = "action_answer_knowledge"

    def gives_way_to(self, trigger: Trigger, tracker: Tracker, turn: Turn) -> bool:
        if trigger.reason in (HandoffReason.ASKED, HandoffReason.POLICY):
            return True
        # What can be answered is answered besides; a choice between two articles, or an order, asks more questions.
        told = not turn.does("ask") and order_if_told(tracker, turn, at_a_place=True) is not None
        found = self.parts.knowledge.answer(_query(turn), topic=topic_of(tracker), section=_section(turn))
        return told or found.outcome != "found"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        query = _query(turn)
        in_form = bool(tracker.active_loop)
        if not query:
            say(dispatcher, "您请说，想了解哪方面的政策或者办事流程？")
            return []
        # A trouble at a place was told: nobody asks for the rules with a house number, unless it was read so.
        asks = turn.does("ask")
        order = None if asks else order_if_told(tracker, turn, at_a_place=True)
        if order:
            return order
        outcome = tell(
            dispatcher,
            self.parts,
            query,
            tracker.get_slot("style") == "simple",
            in_form,
            topic=topic_of(tracker),
            section=_section(turn),
        )
        if outcome != "nothing":
            return [SlotSet("misses", 0), kept_after_answer(tracker)]
        if in_form:
            say(dispatcher, "这个问题我暂时没有准确答案，先不乱说；登记好以后可以请人工回答您。")
            return []
        # A trouble that was told, not a question that was asked.
        told = None if asks else order_if_told(tracker, turn)
        return told or miss(dispatcher, tracker, turn, understood=True)


def _query(turn: Turn) -> str:
    return str((turn.arguments or {}).get("question") or turn.words)


def _section(turn: Turn) -> str:
    return str((turn.arguments or {}).get("section") or "")


class NotUnderstood(OpenAction):
    """The understanding was not sure. Often the knowledge base or the order form still knows what to do."""

    ACTION = "action_not_understood"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        words = turn.words
        order = order_if_told(tracker, turn, min_chars=6)
        if order:
            return [*order, SlotSet("misses", 0)]
        topic = topic_of(tracker)
        # Two characters ask nothing by themselves, but 几天 does after an answer.
        if len(words) >= (2 if topic else 3) and any("\u4e00" <= char <= "\u9fff" for char in words):
            simple = tracker.get_slot("style") == "simple"
            if (
                tell(dispatcher, self.parts, words, simple, bool(tracker.active_loop), topic=topic)
                != "nothing"
            ):
                return [SlotSet("misses", 0), kept_after_answer(tracker)]
        return miss(dispatcher, tracker, turn, understood=False)
