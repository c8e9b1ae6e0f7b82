"""Anger: stay calm, name the trouble, go on; a human is marked when it is strong or comes again."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, HotlineAction
from actions.replies import HUMAN, REGISTER, ask_for_human, say
from actions.seed import seed_of
from desk.orders.drafting.phrases import has_content
from desk.orders.drafting.turn import Turn

STRONG_SCORE = 0.9
TIMES_BEFORE_HUMAN = 2
# A sentence of this length that names a trouble is a complaint told in anger, not anger alone.
TOLD_CHARS = 10


class CalmDown(HotlineAction):
    ACTION = "action_emotion"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        count = int(tracker.get_slot("anger_count") or 0) + 1
        events: Events = [SlotSet("anger_count", count)]
        strong = turn.emotion == "angry" and turn.emotion_score >= STRONG_SCORE
        if count >= TIMES_BEFORE_HUMAN or strong:
            ask_for_human(dispatcher, "emotion")
        told = len(turn.words) >= TOLD_CHARS and has_content(turn.words)
        if told and not tracker.active_loop:
            say(dispatcher, "让您这么着急,真的抱歉。您说的问题我马上记下来。")
            return [*events, SlotSet("order_seed", seed_of(turn)), FollowupAction("order_form")]
        if tracker.active_loop:
            say(dispatcher, "让您着急了,对不起。这件事我们一步一步办好,也可以随时说“转人工”。")
        elif count >= TIMES_BEFORE_HUMAN:
            say(
                dispatcher,
                "您的心情我能理解,这件事我已经为您标记给人工。您也可以现在告诉我具体情况,我先记下来。",
                kind="handoff",
                buttons=(HUMAN, REGISTER),
            )
        else:
            say(
                dispatcher,
                "您先消消气,遇到这样的事谁都会着急。您告诉我是什么事、在哪里,我马上帮您登记,也可以转人工。",
                buttons=(REGISTER, HUMAN),
            )
        return events
