"""Anger: stay calm, name the trouble, go on. When it is strong or lasts, actions/watch.py calls a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events
from actions.replies import say
from actions.seed import order_if_told
from actions.sympathy import sympathy
from actions.taking_up import OpenAction, hear_out
from desk.orders.drafting.turn import Turn

# A sentence of this length that names a trouble is a complaint told in anger, not anger alone.
TOLD_CHARS = 10


class CalmDown(OpenAction):
    ACTION = "action_emotion"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        order = order_if_told(tracker, turn, even_asked=True, min_chars=TOLD_CHARS)
        if order:
            say(dispatcher, "让您这么着急，真的抱歉。您说的问题我马上记下来。")
            return order
        if tracker.active_loop:
            say(dispatcher, f"{sympathy(turn.words)}我们接着把这件事登记好。")
            return []
        return hear_out(dispatcher, tracker, turn)
