"""Yes, no, and lone details outside of any form: they mean what was offered last."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.at_a_loss import miss
from actions.base import Events
from actions.open_wishes import Wish
from actions.replies import say
from actions.seed import joined, offered, order_begun_on, order_if_told
from actions.taking_up import OpenAction, agree, decline, keep_detail, keep_secret, look_up
from desk.orders.drafting.phrases import gives_up, is_no, is_question, is_skip, only_asks
from desk.orders.drafting.turn import Turn
from desk.orders.number import find_number

LEAST_CHARS = 4
_NO_MORE = re.compile(r"没(?:有)?(?:什么|啥)?事|谢谢|多谢|再见|拜拜")


def told_after_all(tracker: Tracker, turn: Turn) -> Events | None:
    """没有母婴室 to "what is it about?": it begins like a no, and tells. None where it is one."""
    pending, words = tracker.get_slot("pending") or {}, turn.words
    kept = offered(tracker)
    if kept is None or not pending.get("lead") or len(words) < LEAST_CHARS:
        return None
    if (
        _NO_MORE.search(words)
        or is_no(words)
        or is_skip(words)
        or gives_up(words)
        or only_asks(words)
        or turn.does("cancel", "refuse", "thanks")
    ):
        return None
    return order_begun_on(joined(kept, turn))


class Affirm(OpenAction):
    ACTION = "action_affirm"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        return agree(dispatcher, tracker, turn)


class Deny(OpenAction):
    ACTION = "action_deny"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        return told_after_all(tracker, turn) or decline(dispatcher, tracker)


class LayAside(OpenAction):
    """Cancel or skip with no form open."""

    ACTION = "action_lay_aside"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        told = told_after_all(tracker, turn)
        if told is not None:
            return told
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
        return keep_detail(dispatcher, tracker, turn)


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
