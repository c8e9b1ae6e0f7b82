"""Yes, no, and lone details outside of any form: they mean what was offered last."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, HotlineAction
from actions.knowledge import miss, tell
from actions.replies import HUMAN, REGISTER, Button, ask_for_human, say
from actions.seed import order_if_told, seed_of
from desk.orders.drafting.phones import find_phone, grouped
from desk.orders.drafting.phrases import is_question
from desk.orders.drafting.turn import Turn
from desk.orders.number import find_number, format_number


def offered(tracker: Tracker) -> str:
    return str((tracker.get_slot("pending") or {}).get("offer", ""))


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
            case "callback":
                say(dispatcher, "好的,请说一下您的电话号码。")
                return []
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
        if offered(tracker) == "callback":
            say(dispatcher, "好的,不留电话。您的情况已经标记,在这里可以继续跟我说。")
        else:
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
        phone, bad = find_phone(words)
        if offered(tracker) == "callback" or (phone and tracker.get_slot("handoff_marked")):
            if phone is None:
                reason = "这个号码好像不对," if bad else ""
                say(
                    dispatcher,
                    f"{reason}请再说一下您的电话号码。",
                    buttons=(Button.intent("不留电话", "skip"),),
                )
                return []
            ask_for_human(dispatcher, "asked", "callback_number_given")
            say(dispatcher, f"好的,回电号码记为 {grouped(phone.digits)},已经和您的情况一起标记给人工。")
            return [SlotSet("callback_phone", phone.digits), SlotSet("pending", None)]
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
