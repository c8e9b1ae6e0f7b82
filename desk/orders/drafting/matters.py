"""Several matters in one message are told apart, so that each becomes an order of its own with its own words. Pure.

Only what the citizen counts is taken apart (两件事, 第一件, 另一件): two troubles of one shop in one sentence are one matter,
and a department that gets half of it cannot act.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from desk.orders.drafting.phrases import is_question
from desk.orders.drafting.stretches import Range
from desk.orders.drafting.turn import Entity, Turn
from language.reading import ReadSpan

_Marked = TypeVar("_Marked", ReadSpan, Entity)
_COUNT = r"(?:[两二三四2-4]|好?几)"
_THING = r"(?:件|个|桩|样|档子?|码)(?:别的|其他)?(?:事[情儿]?|问题|情况|诉求|投诉|毛病)"
_CUT = r"[,，.。;；:：、!！?？\s]"
_ANNOUNCED = re.compile(rf"{_COUNT}{_THING}")
# The words that begin a matter; 第一点 and 一是 count what is said of one matter.
_ONE = r"(?:件|个|桩|样|档子?|码)(?:事[情儿]?|问题|情况)?"
_BEGINS = re.compile(
    rf"(?:^|(?<={_CUT})|(?<=事|题|况|呢|啊|哈|呀))"
    rf"(?:第[一二三四1-4]{_ONE}|头一{_ONE}|(?:还有|另外?|再有?|有)一{_ONE}|一{_ONE}(?=[是呢,，:：\s])|第[一二三四1-4](?=[,，、是:：\s])|[1-4](?:[、)）]|[.．](?![0-9])))"
    rf"(?:是|就是|呢|嘛|啊)*{_CUT}*"
)
# In a message of its own, while another matter is being registered.
_ANOTHER = re.compile(
    rf"^(?:哦|啊|嗯|对了|那个|{_CUT})*(?:我)?(?:还(?:有|想(?:说|反映|投诉))|另外?(?:还有)?|再(?:有|说|报)?|第[二三四]|顺便(?:还)?(?:有|说|反映)?)(?:再)?(?:别的)?(?:[一1二])?{_THING}?"
    rf"(?:事[情儿]?)?(?:要说|想说|要反映|也?一起说)?(?:是|就是|呢|哈|啊)*{_CUT}*"
)
_OF_THE_SAME = re.compile(r"要求|诉求|想法|建议|原因|证据|情况")
# 另外一个问题就是他们还占道: of whom the matter is about already.
_OF_THE_SAME_ONE = re.compile(
    r"(?:[他她它]们?|这[家个]|那[家个]|店[里家]|老板|商家|物业|公司)(?:也|还|的|又|不|没|经常|老是)"
)
# A part that is shorter tells nothing that could be registered.
_TELLS_CHARS = 4
MOST_MATTERS = 4


def matters_of(turn: Turn) -> tuple[Turn, ...]:
    """The turn in as many turns as matters are counted in it, in their order; the turn itself where it is one.

    What stands before the first (我是湖滨一村的，有两件事) belongs to each.
    """
    words = turn.words
    if not words or is_question(words):
        return (turn,)
    begins = list(_BEGINS.finditer(words))
    announced = _ANNOUNCED.search(words)
    ordinals = sum(bool(re.match(r"第[一二三四1-4](?:件|个|桩|样)|头一", found.group())) for found in begins)
    if len(begins) < 2 or not (announced or ordinals >= 2):
        return (turn,)
    ends = [found.start() for found in begins[1:]] + [len(words)]
    parts = [(found.end(), end) for found, end in zip(begins, ends, strict=True)]
    if len(parts) > MOST_MATTERS or not all(_tells(words[slice(*part)]) for part in parts):
        return (turn,)
    head = _head(words, begins[0].start())
    return tuple(_only(turn, [head, part] if head else [part]) for part in parts)


def another_matter(turn: Turn) -> Turn | None:
    """What is told of another matter (还有一件事，路灯也坏了) while one is being registered; None where it is none."""
    words = turn.words
    found = _ANOTHER.match(words)
    if not found or not re.search(_THING, found.group()) or _OF_THE_SAME.search(found.group()):
        return None
    told = turn.does("details") if turn.reading else True
    told = told and not _OF_THE_SAME_ONE.match(words, found.end())
    if not told or is_question(words) or not _tells(words[found.end() :]):
        return None
    return _only(turn, [(found.end(), len(words))])


def _head(words: str, end: int) -> Range | None:
    """What is told before the count: a place, who speaks."""
    announced = _ANNOUNCED.search(words, 0, end)
    until = announced.start() if announced else end
    until = len(
        re.sub(
            r"(?:[,，。;；\s]|我|有|要|想|说|反映|讲|这儿|这里|一共|一块儿?|并|问|投诉|就是|报)+$",
            "",
            words[:until],
        )
    )
    return (0, until) if _tells(words[:until]) else None


def _tells(words: str) -> bool:
    return len(re.sub(r"\W", "", words)) >= _TELLS_CHARS


def _only(turn: Turn, kept: Sequence[Range]) -> Turn:
    """The turn with these ranges of its words alone, what was read in them moved along."""
    words, offset = "", len(turn.text) - len(turn.text.lstrip())
    moves: list[tuple[int, int, int]] = []
    for start, end in kept:
        words += "，" if words else ""
        moves.append((start + offset, end + offset, len(words) - start - offset))
        words += turn.words[start:end]
    spans, entities = _moved(turn.reading.spans, moves), _moved(turn.entities, moves)
    return replace(turn, text=words, entities=entities, reading=replace(turn.reading, spans=spans))


def _moved(marked: Iterable[_Marked], moves: Iterable[tuple[int, int, int]]) -> tuple[_Marked, ...]:
    """What lies within one of the ranges (start, end, by), moved along with it."""
    return tuple(
        replace(one, start=one.start + by, end=one.end + by)
        for start, end, by in moves
        for one in marked
        if start <= one.start and one.end <= end
    )
