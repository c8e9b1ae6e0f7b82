"""Yes, no, and lone details outside of any form: they mean what was offered last."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.at_a_loss import miss
from actions.base import Events
from actions.open_wishes import Wish
from actions.replies import say
from actions.seed import order_if_told
from actions.taking_up import OpenAction, agree, decline, keep_detail, keep_secret, look_up
from desk.orders.drafting.phrases import is_question
from desk.orders.drafting.turn import Turn
from desk.orders.number import find_number


class Affirm(OpenAction):
    ACTION = "action_affirm"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        return agree(dispatcher, tracker, turn)


class Deny(OpenAction):
    ACTION = "action_deny"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        return decline(dispatcher, tracker)


class LayAside(OpenAction):
    """Cancel or skip with no form open."""

    ACTION = "action_lay_aside"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        say(dispatcher, "好的，有需要随时找我。")
        return [SlotSet("pending", None)]


class TakeDetail(OpenAction):
    """A phone number, a place or a name with nothing asked: a call-back number, an order number, or a beginning."""

    ACTION = "action_inform"
    OWN = frozenset({Wish.DETAIL})

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        words = turn.words
        number = find_number(words)
        if number:
            return [SlotSet("follow", None), FollowupAction("action_follow_order")]
        order = order_if_told(tracker, turn)
        if order:
            return order
        if is_question(words) and look_up(dispatcher, self.parts, tracker, words) != "nothing":
            return [SlotSet("misses", 0)]
        if not words:
            return miss(dispatcher, tracker, turn, understood=False)
        return keep_detail(dispatcher, turn)


class KeepSecret(OpenAction):
    """Asked for confidentiality with no form open: of the order of this conversation, or before any."""

    ACTION = "action_confidential"
    OWN = frozenset({Wish.SECRET})

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        if not tracker.get_slot("last_order"):
            order = order_if_told(tracker, turn)
            if order:
                return order
        return keep_secret(dispatcher, self.parts, tracker, turn)
