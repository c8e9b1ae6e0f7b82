"""Abuse, small talk, repetition, pace, rating, goodbye: short, polite, and back to business."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, HotlineAction
from actions.conversation import last_replies
from actions.replies import HUMAN, REGISTER, Button, say, signal
from actions.seed import order_if_told
from desk.orders.drafting.phrases import first_match
from desk.orders.drafting.turn import Turn

_SCORES = {**{str(n): n for n in range(1, 6)}, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
_SCORE = re.compile(r"([1-5一二两三四五])(?:分|星|颗星)")
_LONE_SCORE = re.compile(r"^[^\d]*([1-5])[^\d]*$")
_MOODS = (
    (1, re.compile(r"非常不满|很不满|极不满|差评|太差|垃圾")),
    (2, re.compile(r"不满意|不太满意|不好")),
    (3, re.compile(r"一般|还行|凑合")),
    (5, re.compile(r"非常满意|很满意|特别满意|十分满意|好评|非常好|点赞")),
    (4, re.compile(r"满意|不错|挺好")),
)


class AnswerAbuse(HotlineAction):
    ACTION = "action_abuse"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        count = int(tracker.get_slot("abuse_count") or 0) + 1
        if count == 1:
            say(dispatcher, "我知道您有气。您告诉我遇到了什么事,我来帮您反映。")
        else:
            say(
                dispatcher,
                "我很想帮您,也请您文明用语。您可以继续说您的事情,或者转人工。",
                buttons=(REGISTER, HUMAN),
            )
        return [SlotSet("abuse_count", count)]


class SmallTalk(HotlineAction):
    ACTION = "action_chitchat"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        say(dispatcher, "谢谢您跟我聊天。我主要帮您查政策、登记诉求、查工单进度,您有什么要办的?")
        return []


class OutOfScope(HotlineAction):
    ACTION = "action_out_of_scope"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        # A trouble in odd words is still a trouble; whether it is ours, its department decides.
        order = order_if_told(tracker, turn)
        if order:
            return order
        say(
            dispatcher,
            f"这个不在{self.parts.hotline}热线的服务范围,我帮不上忙。政策咨询、投诉求助、工单进度,这些您都可以找我。",
        )
        return []


class Repeat(HotlineAction):
    ACTION = "action_repeat"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        if tracker.active_loop:
            # The form asks its question again by itself.
            say(dispatcher, "好的,我再说一遍。")
            return []
        said_before = last_replies(tracker)
        if not said_before:
            say(dispatcher, "您请说,有什么可以帮您?")
        for message in said_before:
            if message.get("kind") or message.get("speech"):
                dispatcher.utter_message(json_message=message)
            else:
                say(dispatcher, str(message["text"]))
        return []


class Slower(HotlineAction):
    ACTION = "action_slower"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        say(dispatcher, "好的,我说慢一点。")
        signal(dispatcher, "speech_rate", rate="slow")
        self._again(dispatcher, tracker)
        return [SlotSet("speech_rate", "slow")]

    @staticmethod
    def _again(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
        if tracker.active_loop:
            return
        for message in last_replies(tracker)[-1:]:
            say(dispatcher, str(message["text"]), speech=message.get("speech"))


class Simpler(HotlineAction):
    """From now on the short spoken form of an answer is shown, too."""

    ACTION = "action_simpler"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        say(dispatcher, "好的,我说简单点。")
        if not tracker.active_loop:
            for message in last_replies(tracker)[-1:]:
                say(dispatcher, str(message.get("speech") or message["text"]))
        return [SlotSet("style", "simple")]


def score_in(text: str) -> int | None:
    """1 to 5, said as a number, as stars or in words."""
    found = _SCORE.search(text) or _LONE_SCORE.match(text)
    if found:
        return _SCORES[found.group(1)]
    return first_match(_MOODS, text)


class Rate(HotlineAction):
    ACTION = "action_rate"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        given = (turn.arguments or {}).get("score", "")
        score = score_in(f"{given}分" if given else turn.words)
        if score is None:
            ask_rating(dispatcher, "您给这次服务打几分?1分最低,5分最高。")
            return []
        signal(dispatcher, "rating", score=score)
        thanks = "谢谢您的肯定!" if score >= 4 else "谢谢您的评价,没让您满意很抱歉,我们会改进。"
        say(dispatcher, f"{thanks}再见。" if score >= 4 else thanks, buttons=() if score >= 4 else (HUMAN,))
        if score >= 4 and not tracker.active_loop:
            signal(dispatcher, "close")
        return []


class Goodbye(HotlineAction):
    ACTION = "action_goodbye"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        ask_rating(
            dispatcher,
            f"感谢您使用{self.parts.city}{self.parts.hotline}热线,再见!方便的话,请给这次服务打个分。",
        )
        # Not closed yet: the rating that was just asked for must still get through.
        return []


def ask_rating(dispatcher: CollectingDispatcher, text: str) -> None:
    say(
        dispatcher,
        text,
        kind="rating",
        buttons=[Button.intent(f"{score}分", "rate", score=str(score)) for score in (5, 4, 3, 2, 1)],
        card={"scale": 5},
    )
