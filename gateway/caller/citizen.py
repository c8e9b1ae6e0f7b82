"""A citizen who has something to say and answers what he is asked. Pure: what the hotline said in, an answer out.

He complains about the smoke of a barbecue restaurant (烧烤店油烟), and asks for a person once he has his number.
"""

from __future__ import annotations

import re
from enum import Enum

OPENING = "你好，我要投诉。和平路八十八号有一家烧烤店，每天晚上油烟特别大，熏得我们都不敢开窗户。"
WANTS_HUMAN = "帮我转人工。"
THANKS = "好的，谢谢。"
# What he is asked for, in what order of importance, and what he says. The first that fits the last question counts.
ANSWERS = (
    (re.compile(r"是否正确|对吗|确认|没有问题吗|提交吗|可以吗|是不是|核对"), "对，没有错。"),
    (re.compile(r"电话|手机|号码"), "我的电话是，幺三八，零零零零，幺二三四。"),
    (re.compile(r"贵姓|怎么称呼|姓名|名字"), "我姓王。"),
    (re.compile(r"保密|匿名"), "不用保密。"),
    (re.compile(r"地址|哪里|位置|哪条路|什么地方|地点"), "在东湖区和平路八十八号。"),
    (re.compile(r"什么时候|时间|多久|几点"), "每天晚上八点以后。"),
    (re.compile(r"哪家|单位|名称|店名|叫什么"), "店名叫老李烧烤。"),
    (re.compile(r"满意|打分|评价"), "满意。"),
    (re.compile(r"补充|其他|还有"), "没有了。"),
)
ELSE = "没有了，就这些。"


class Stage(Enum):
    COMPLAINS = "complains"
    HAS_NUMBER = "has_number"
    WAITS_FOR_HUMAN = "waits_for_human"


class Citizen:
    """`answer` after each time the hotline has spoken; None: he has nothing more to say and listens."""

    def __init__(self) -> None:
        self.stage = Stage.COMPLAINS
        self._opened = False

    def answer(self, said: str, *, registered: bool) -> str | None:
        """`said`: what the hotline has said since the citizen's last words. `registered`: his order has a number."""
        if self.stage is Stage.WAITS_FOR_HUMAN:
            return None
        if registered:
            self.stage = Stage.WAITS_FOR_HUMAN
            return WANTS_HUMAN
        if not self._opened:
            self._opened = True
            return OPENING
        question = said
        # The last thing that is asked is what is to be answered.
        pieces = [piece for piece in re.split(r"(?<=[。？?！!])", said) if piece.strip()]
        for piece in reversed(pieces):
            if re.search(r"[？?]|请(?:问|说|提供|告诉|补充)", piece):
                question = piece
                break
        return next((reply for pattern, reply in ANSWERS if pattern.search(question)), ELSE)


def lines() -> list[str]:
    """All that he may say, to be rendered before the call."""
    return [OPENING, WANTS_HUMAN, ELSE, *(reply for _, reply in ANSWERS)]
