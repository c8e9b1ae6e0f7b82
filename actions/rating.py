"""Marks from 1 to 5, where they were asked for or are all that was said: "差五分八点停水" is no mark."""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.at_a_loss import miss
from actions.base import Events
from actions.conversation import last_replies
from actions.replies import HUMAN, Button, say, signal
from actions.seed import order_if_told
from actions.taking_up import OpenAction, look_up
from desk.orders.drafting.phrases import first_match
from desk.orders.drafting.turn import Turn

_SCORES = {**{str(n): n for n in range(1, 6)}, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5}
# Minutes, shares and departments are no marks: 差五分, 三分之一, 五分钟, 七点五分, 四分局.
_SCORE = re.compile(
    r"(?<![差过点时\d十二三四五六七八九零.])([1-5一二两三四五])(?:分(?![钟之局店公部院校钱利\d一二三四五六七八九十])|(?:颗|个)?星(?!期))"
)
_LONE_SCORE = re.compile(r"^[^\d]*([1-5])[^\d]*$")
_MOODS = (
    (1, re.compile(r"非常不满|很不满|极不满|差评|太差|垃圾")),
    (2, re.compile(r"不满意|不太满意|不好")),
    (3, re.compile(r"一般|还行|凑合")),
    (5, re.compile(r"非常满意|很满意|特别满意|十分满意|好评|非常好|点赞")),
    (4, re.compile(r"满意|不错|挺好")),
)
# What may stand around a mark in a message that is nothing but one.
_AROUND = re.compile(
    r"我|就|给|你们?|您们?|打|评|个|这次|本次|今天|的|服务|热线|客服|机器人|态度|觉得|感觉|还|吧|了|啊|呀|呢|哦|嘛|哈|[1-5一二两三四五]|满?分|颗?星|"
    r"非常|很|特别|十分|太|极|不太?|满意?|差评?|垃圾|好评?|一般|般|行|凑合|错|挺|点赞|谢谢|辛苦|再见|[\s,，。.!！~、]"
)


def score_in(text: str) -> int | None:
    """1 to 5, said as a number, as stars or in words."""
    found = _SCORE.search(text) or _LONE_SCORE.match(text)
    if found:
        return _SCORES[found.group(1)]
    return first_match(_MOODS, text)


def only_rates(words: str) -> bool:
    """Whether a message holds a mark and nothing else."""
    return score_in(words) is not None and not _AROUND.sub("", words)


def asked_to_rate(tracker: Tracker) -> bool:
    """Whether the bot has asked for a mark in its last turn."""
    return any(reply.get("kind") == "rating" for reply in last_replies(tracker))


def ask_rating(dispatcher: CollectingDispatcher, text: str) -> None:
    say(
        dispatcher,
        text,
        kind="rating",
        buttons=[Button.intent(f"{score}分", "rate", score=str(score)) for score in (5, 4, 3, 2, 1)],
        card={"scale": 5},
    )


class Rate(OpenAction):
    ACTION = "action_rate"

    def answer_first(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events | None:
        if self._is_mark(tracker, turn):
            # Whatever a mark in words was read as, it is one.
            return super(OpenAction, self).answer_first(dispatcher, tracker, turn)
        return super().answer_first(dispatcher, tracker, turn)

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        given = (turn.arguments or {}).get("score", "")
        score = score_in(f"{given}分" if given else turn.words)
        if score is not None and not self._is_mark(tracker, turn):
            return self._something_else(dispatcher, tracker, turn)
        if score is None:
            ask_rating(dispatcher, "您给这次服务打几分？1分最低，5分最高。")
            return []
        signal(dispatcher, "rating", score=score)
        thanks = "谢谢您的肯定！" if score >= 4 else "谢谢您的评价，没让您满意很抱歉，我们会改进。"
        say(dispatcher, f"{thanks}再见。" if score >= 4 else thanks, buttons=() if score >= 4 else (HUMAN,))
        if score >= 4 and not tracker.active_loop:
            signal(dispatcher, "close")
        return []

    @staticmethod
    def _is_mark(tracker: Tracker, turn: Turn) -> bool:
        asked = asked_to_rate(tracker) and not turn.does("details", "ask", "follow", "human")
        return turn.button or only_rates(turn.words) or (asked and score_in(turn.words) is not None)

    def _something_else(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """A number that was taken for a mark: a trouble, a question, or nothing that was understood."""
        if tracker.active_loop:
            return []
        order = order_if_told(tracker, turn, even_asked=True)
        if order:
            return order
        if look_up(dispatcher, self.parts, tracker, turn.words) != "nothing":
            return []
        return miss(dispatcher, tracker, turn, understood=False)
