"""Yes, no, and lone details outside of any form: they mean what was offered last."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, HotlineAction
from actions.knowledge import miss
from actions.replies import HUMAN, REGISTER, Button, say
from actions.seed import order_if_told, seed_of
from actions.telling import tell
from desk.orders.drafting.phrases import is_question
from desk.orders.drafting.turn import Turn
from desk.orders.number import find_number, format_number


class Affirm(HotlineAction):
    ACTION = "action_affirm"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        pending = tracker.get_slot("pending") or {}
        match pending.get("offer"):
            case "order":
                return [
                    SlotSet("order_seed", pending.get("seed")),
                    SlotSet("pending", None),
                    FollowupAction("order_form"),
                ]
            case "submit":
                return [FollowupAction("action_submit_order")]
            case _:
                say(dispatcher, "好的。您还有什么要问,或者要登记的吗?", buttons=(REGISTER,))
                return []


class Deny(HotlineAction):
    ACTION = "action_deny"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        if tracker.get_slot("pending"):
            say(
                dispatcher,
                "好的,那就不办了。还有什么可以帮您?",
                buttons=(Button.intent("没有了", "goodbye"),),
            )
        else:
            say(dispatcher, "好的。有需要随时找我。", buttons=(Button.intent("没有了", "goodbye"),))
        return [SlotSet("pending", None)]


class LayAside(HotlineAction):
    """Cancel or skip with no form open."""

    ACTION = "action_lay_aside"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        say(dispatcher, "好的。有需要随时找我。")
        return [SlotSet("pending", None)]


class TakeDetail(HotlineAction):
    """A phone number, a place or a name with nothing asked: a call-back number, an order number, or a beginning."""

    ACTION = "action_inform"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        words = turn.words
        number = find_number(words)
        if number:
            return [SlotSet("follow", None), FollowupAction("action_follow_order")]
        order = order_if_told(tracker, turn)
        if order:
            return order
        if (
            is_question(words)
            and tell(dispatcher, self.parts, words, tracker.get_slot("style") == "simple") != "nothing"
        ):
            return [SlotSet("misses", 0)]
        if not words:
            return miss(dispatcher, tracker, turn, understood=False)
        say(
            dispatcher,
            "好的,我记住了。这是要反映什么事情呢?您说一下经过,我来登记。",
            buttons=(REGISTER, HUMAN),
        )
        return [SlotSet("pending", {"offer": "order", "seed": seed_of(turn)})]


class KeepSecret(HotlineAction):
    """Asked for confidentiality before any order is open."""

    ACTION = "action_confidential"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        order = order_if_told(tracker, turn)
        if order:
            return order
        last = tracker.get_slot("last_order")
        about = f"工单 {format_number(last)} 我会标注。" if last else ""
        if last:
            self.parts.orders.add_remark(last, "市民要求对个人信息保密", "citizen")
        say(
            dispatcher,
            f"可以的,{about}您的个人信息会保密,不向被反映的一方透露。您要反映什么事情?"
            if not last
            else f"可以的,{about}您的个人信息会保密。",
        )
        return []
