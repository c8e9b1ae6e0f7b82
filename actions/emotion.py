"""Anger: stay calm, name the trouble, go on. When it is strong or lasts, actions/watch.py calls a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, HotlineAction
from actions.replies import HUMAN, REGISTER, say
from actions.seed import order_if_told
from desk.orders.drafting.turn import Turn

# A sentence of this length that names a trouble is a complaint told in anger, not anger alone.
TOLD_CHARS = 10


class CalmDown(HotlineAction):
    ACTION = "action_emotion"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        order = order_if_told(tracker, turn, even_asked=True, min_chars=TOLD_CHARS)
        if order:
            say(dispatcher, "让您这么着急,真的抱歉。您说的问题我马上记下来。")
            return order
        if tracker.active_loop:
            say(dispatcher, "让您着急了,对不起。这件事我们一步一步办好,也可以随时说“转人工”。")
        else:
            say(
                dispatcher,
                "您先消消气,遇到这样的事谁都会着急。您告诉我是什么事、在哪里,我马上帮您登记,也可以转人工。",
                buttons=(REGISTER, HUMAN),
            )
        return []
