"""A citizen who has something to say and answers what they are asked. Pure: what the hotline said in, an answer out.

They complain about rubbish that nobody takes away (垃圾没有人清理), and ask for a person once they have their number. Asked the
same again, or told that they were not understood, they say it in other words, as people do; what is read back wrong they correct.
"""

from __future__ import annotations

import re
from collections import Counter
from enum import Enum

OPENING = (
    "你好，我要投诉物业公司，小区里的垃圾没有人清理，就在和平路八十八号。",
    "我要投诉物业公司，垃圾没有人清理，就在和平路八十八号。",
)
WANTS_HUMAN = ("请帮我转接人工，谢谢您。", "我要转人工，请给我接一个工作人员。", "转人工服务。")
PHONE = "13956781234"
STREET = "和平路88号"
# A number that is read back, and the place and the type of an order that is summed up.
_NUMBER = re.compile(r"1\d{2} ?\d{4} ?\d{4}")
_PLACE = re.compile(r"地点在([^,，。]+)")
_TYPE = re.compile(r"您要(..)的是")
WRONG_PHONE = (
    "不对，我的手机号码是，一三九，五六七八，一二三四。",
    "号码不对，手机号码是，一三九，五六七八，一二三四。",
)
WRONG_PLACE = ("不对，地址是和平路八十八号。", "地点不对，是东湖区和平路八十八号。")
WRONG_TYPE = ("不对，我是要投诉。", "不是，我要投诉他们。")
# What they are asked for, in what order of importance, and what they say. The first that fits the last question counts.
ANSWERS = (
    # Asked for their trouble, or whether there is anything else before it was registered.
    (re.compile(r"什么事|经过|可以帮您|随时找我"), OPENING),
    (re.compile(r"新登记"), ("这是另外一件事，请重新登记。", "不是同一件事，请您另外登记。")),
    (
        re.compile(r"是否正确|对吗|确认|没有问题吗|提交吗|可以吗|是不是|核对"),
        ("对，没有问题，请您提交吧。", "没错，就是这样的。"),
    ),
    (
        re.compile(r"电话|手机|号码"),
        ("我的手机号码是，一三九，五六七八，一二三四。", "我的电话号码是，一三九，五六七八，一二三四。"),
    ),
    (re.compile(r"贵姓|怎么称呼|姓名|名字"), ("您好，我姓李，李先生。", "我姓李，您叫我李先生就可以了。")),
    (re.compile(r"保密|匿名"), ("不需要保密，可以公开。", "不用保密的，没有关系。")),
    (
        re.compile(r"地址|哪里|位置|哪条路|什么地方|地点"),
        ("在东湖区和平路八十八号。", "地址是东湖区，和平路，八十八号。"),
    ),
    (re.compile(r"什么时候|时间|多久|几点"), ("已经有一个星期了。", "从上个星期开始，就没有人清理。")),
    (
        re.compile(r"哪家|单位|名称|店名|叫什么"),
        ("就是我们小区的物业公司。", "是小区的物业公司，名字我不知道。"),
    ),
    (re.compile(r"满意|打分|评价"), ("我很满意，谢谢。",)),
)
# To what is left, as whether there is anything else.
ELSE = ("没有别的了，就是这些情况。", "没有了，谢谢。")


class Stage(Enum):
    COMPLAINS = "complains"
    HAS_NUMBER = "has_number"
    WAITS_FOR_HUMAN = "waits_for_human"


class Citizen:
    """`answer` after each time the hotline has spoken; None: they have nothing more to say and listen."""

    def __init__(self) -> None:
        self.stage = Stage.COMPLAINS
        self._last: tuple[str, ...] = ()
        self._times: Counter[tuple[str, ...]] = Counter()
        # Somebody has asked about their complaint.
        self._taken_up = False

    def answer(self, said: str, *, registered: bool, handed: bool = False) -> str | None:
        """
        Args:
            said: what the hotline has said since the citizen's last words; empty if it only asked to hear it again.
            registered: their order has a number.
            handed: they are being connected to a person.
        """
        if handed:
            self.stage = Stage.WAITS_FOR_HUMAN
            return None
        if registered:
            if self._times[WANTS_HUMAN] == len(WANTS_HUMAN):
                # They have been told that nobody is there.
                return None
            self.stage = Stage.HAS_NUMBER
            return self._say(WANTS_HUMAN)
        if not self._last:
            return self._say(OPENING)
        if not said:
            return self._say(self._last)
        wrong = _read_back_wrong(said)
        if wrong is not None:
            return self._say(wrong)
        # The last thing that is asked is what is to be answered. What is only told, as an article, asks nothing.
        pieces = [piece for piece in re.split(r"(?<=[。？?！!])", said) if piece.strip()]
        asked = (p for p in reversed(pieces) if re.search(r"[？?]|请(?:问|说|提供|告诉|补充|留)|随时找我", p))
        question = next(asked, "")
        asked_for = next((words for pattern, words in ANSWERS if pattern.search(question)), None)
        self._taken_up = self._taken_up or asked_for is not None
        # Until then they say again what they came for, whatever was understood instead.
        return self._say(asked_for or (ELSE if self._taken_up else OPENING))

    def _say(self, wordings: tuple[str, ...]) -> str:
        self._last = wordings
        self._times[wordings] += 1
        return wordings[(self._times[wordings] - 1) % len(wordings)]


def _read_back_wrong(said: str) -> tuple[str, ...] | None:
    """The citizen's correction of what the hotline last said that it had understood; None if that was right."""
    numbers = _NUMBER.findall(said)
    if numbers and numbers[-1].replace(" ", "") != PHONE:
        return WRONG_PHONE
    places, types = _PLACE.findall(said), _TYPE.findall(said)
    if places and STREET not in places[-1]:
        return WRONG_PLACE
    return WRONG_TYPE if types and types[-1] != "投诉" else None


def lines() -> list[str]:
    """All that the citizen may say, to be rendered before the call."""
    said = (OPENING, WANTS_HUMAN, ELSE, WRONG_PHONE, WRONG_PLACE, WRONG_TYPE, *(said for _, said in ANSWERS))
    return list(dict.fromkeys(words for wordings in said for words in wordings))
