"""Anger: stay calm, name the trouble, go on. When it is strong or lasts, actions/watch.py calls a person."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events
from actions.replies import say
from actions.seed import order_if_told
from actions.sympathy import is_named, sympathy
from actions.taking_up import OpenAction, hear_out
from desk.orders.drafting.turn import Turn

# A sentence of this length that names a trouble is a complaint told in anger, not anger alone.
TOLD_CHARS = 10
# A word at parting is no longer; from this probability on it complains of us.
PARTING_CHARS = 16
GRUMBLES = 0.3


class CalmDown(OpenAction):
    ACTION = "action_emotion"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        if self._is_calm(tracker, turn):
            say(
                dispatcher,
                "没关系，您着急我理解。工单在办了，凭工单号和查询码随时能查进度。还有什么可以帮您？",
            )
            return []
        order = order_if_told(tracker, turn, even_asked=True, min_chars=TOLD_CHARS)
        if order:
            say(dispatcher, "让您这么着急，真的抱歉。您说的问题我马上记下来。")
            return order
        if tracker.active_loop:
            say(dispatcher, f"{sympathy(turn.words)}我们接着把这件事登记好。")
            return []
        return hear_out(dispatcher, tracker, turn)

    @staticmethod
    def _is_calm(tracker: Tracker, turn: Turn) -> bool:
        """Whether only the intent hears anger in a short word after the order was written: 行，等你们回."""
        small = len(turn.words) <= PARTING_CHARS and not tracker.active_loop
        heard = turn.reading.acts.get("grumble", 0.0) >= GRUMBLES or is_named(turn.words)
        return bool(tracker.get_slot("last_order") and turn.reading and small and not heard)
