"""Abuse, small talk, repetition, pace, goodbye: short, polite, and back to business."""

from __future__ import annotations

from abc import ABC

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events
from actions.conversation import last_replies
from actions.open_wishes import Wish
from actions.rating import ask_rating
from actions.replies import HUMAN, REGISTER, say, signal
from actions.seed import order_if_told
from actions.taking_up import OpenAction
from desk.orders.drafting.turn import Turn


class AnswerAbuse(OpenAction):
    ACTION = "action_abuse"
    OWN = frozenset({Wish.GRUMBLE})

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        count = int(tracker.get_slot("abuse_count") or 0) + 1
        if count == 1:
            say(dispatcher, "我知道您有气。您告诉我遇到了什么事，我来帮您反映。")
        else:
            say(
                dispatcher,
                "我很想帮您，也请您文明用语。您可以继续说您的事情，或者转人工。",
                buttons=(REGISTER, HUMAN),
            )
        return [SlotSet("abuse_count", count)]


class SmallTalk(OpenAction):
    ACTION = "action_chitchat"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        say(dispatcher, "谢谢您跟我聊天。我主要帮您查政策、登记诉求、查工单进度，您有什么要办的？")
        return []


class OutOfScope(OpenAction):
    ACTION = "action_out_of_scope"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        # A trouble in odd words is still a trouble; whether it is ours, its department decides.
        order = order_if_told(tracker, turn)
        if order:
            return order
        say(
            dispatcher,
            f"这个不在{self.parts.hotline}热线的服务范围，我帮不上忙。政策咨询、投诉求助、工单进度，这些您都可以找我。",
        )
        return []


class Again(OpenAction, ABC):
    """Says something again, unless the citizen has asked something new: 我大概要凑多少 is no wish for simpler words."""

    OWN = frozenset(Wish) - {Wish.ANSWER, Wish.ANSWER_FIRST}


class Repeat(Again):
    ACTION = "action_repeat"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        if tracker.active_loop:
            # The form asks its question again by itself.
            say(dispatcher, "好的，我重复一下。")
            return []
        said_before = last_replies(tracker)
        if not said_before:
            say(dispatcher, "您请说，有什么可以帮您？")
        for message in said_before:
            if message.get("kind") or message.get("speech"):
                dispatcher.utter_message(json_message=message)
            else:
                say(dispatcher, str(message["text"]))
        return []


class Slower(Again):
    ACTION = "action_slower"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        say(dispatcher, "好的，我说慢一点。")
        signal(dispatcher, "speech_rate", rate="slow")
        self._again(dispatcher, tracker)
        return [SlotSet("speech_rate", "slow")]

    @staticmethod
    def _again(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        if tracker.active_loop:
            return
        for message in last_replies(tracker)[-1:]:
            say(dispatcher, str(message["text"]), speech=message.get("speech"))


class Simpler(Again):
    """From now on the short spoken form of an answer is shown, too."""

    ACTION = "action_simpler"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        say(dispatcher, "好的，我说简单点。")
        if not tracker.active_loop:
            for message in last_replies(tracker)[-1:]:
                say(dispatcher, str(message.get("speech") or message["text"]))
        return [SlotSet("style", "simple")]


class Goodbye(OpenAction):
    ACTION = "action_goodbye"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        ask_rating(
            dispatcher,
            f"感谢您使用{self.parts.city}{self.parts.hotline}热线，再见！方便的话，请给这次服务打个分。",
        )
        # Not closed yet: the rating that was just asked for must still get through.
        return []
