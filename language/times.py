"""Finds times in citizens' words and resolves them against a given `now`.

`find_times` resolves 上周三晚上八点多, 昨天半夜, 国庆那天, 这个月初, 每天晚上十一点到凌晨两点, 刚才, 半个月前 and 大年初三.
`find_time` gives the whole expression as it was said: 从国庆过后天天晚上, 六月到十月每月12号, 打上个礼拜起.

`time_grammar.py` has the patterns, `time_values.py` the meaning of one point, `festivals.py` the lunar calendar. (We
tried jionlp 1.5.31: it needs the span cut out beforehand, misses 刚才 and 这两天, puts 昨天半夜 before yesterday's dawn,
prints a banner, and logs the words that it cannot parse.)
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from language.festivals import DAY
from language.time_grammar import BARE_DAY, COUNT, PART, POINT, RANGE_JOINT, idle_stretches
from language.time_values import Resolved, bare_day, read_point, resolve


@dataclass(frozen=True)
class FoundTime:
    """Characters `start` to `end` (exclusive) and what they mean.

    `value` has "start", "end", "grain", "recurring", "approximate" and "text". "start" and "end" are ISO 8601 with the
    offset of `now`, "end" is exclusive; both are None where the day cannot be told (闰六月初三). "grain" is minute, hour,
    part (of a day), day, week, month or year. "recurring" is None, "daily", "weekly", "monthly" or "yearly", and then
    "start" and "end" are only the latest occurrence. "approximate" is true for 五六天前 and 十几天前, from the earliest
    to the latest day that is meant.
    """

    start: int
    end: int
    value: dict[str, Any]


@dataclass(frozen=True)
class SaidTime:
    """`text` is what stands from `start` to `end` (exclusive), without spaces and with 弄到, 吵到 as 到."""

    text: str
    start: int
    end: int


def find_times(text: str, now: datetime) -> list[FoundTime]:
    """`now` needs a time zone. Times come in order and do not overlap. Raises ValueError for a naive `now`."""
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    found: list[FoundTime] = []
    idle = _Idle(text)
    position = 0
    while position < len(text) and (match := read_point(POINT, text, position, search=True)):
        if match.end() == match.start():
            position = match.end() + (match.re is POINT)
            continue
        position = match.end()
        idle_end = idle.end_at(match.start(), match.end())
        first = None if idle_end else resolve(match, now)
        if first is None:
            position = max(position, idle_end)
            continue
        resolved, end = _extend(text, match, first, now)
        start = match.start()
        said = text[start:end].rstrip("的 ")
        resolved = _with_habit(text, resolved, first, start, end, ranged=end > match.end())
        found.append(FoundTime(start, start + len(said), _value(resolved, said.strip())))
        position = end
    return found


def _value(resolved: Resolved, text: str) -> dict[str, Any]:
    return {
        "start": resolved.start.isoformat(timespec="seconds") if resolved.known else None,
        "end": resolved.end.isoformat(timespec="seconds") if resolved.known else None,
        "grain": resolved.grain,
        "recurring": resolved.recurring,
        "approximate": resolved.approximate,
        "text": text,
    }


class _Idle:
    """Stretches that only tell today's date or the time (今天都二十二号了)."""

    def __init__(self, text: str) -> None:
        self._spans = idle_stretches(text)
        self._starts = [start for start, _ in self._spans]

    def end_at(self, start: int, end: int) -> int:
        """The end of the stretch that `start` to `end` reaches into; 0 where there is none."""
        index = bisect_right(self._starts, max(start, end - 1)) - 1
        return self._spans[index][1] if index >= 0 and self._spans[index][1] > start else 0


# --- ranges and beginnings ------------------------------------------------------------------------------------

_SINCE = re.compile(r"(?:就|一直)?(?:开始|以来|起(?!来|诉|火|码))")
_AFTER = re.compile(r"(?:节)?(?:过后|之后|以后)")
_UNTIL_NOW = re.compile(r"现在|目前|今(?!天|年|晚|早|日)|如今|这会儿?")
_HYPHENS = ("-", "~", "—", "–")
YEAR = timedelta(days=365)


def _extend(text: str, match: re.Match[str], first: Resolved, now: datetime) -> tuple[Resolved, int]:
    """Take in 到凌晨两点, 到现在, 以来, 开始, 过后 behind a first point."""
    end = match.end()
    joint = RANGE_JOINT.match(text, end)
    if joint and first.known:
        until_now = _UNTIL_NOW.match(text, joint.end())
        if until_now:
            return replace(first, end=max(now, first.start)), until_now.end()
        second, second_end = _second(text, joint, first, now)
        if second and second.known:
            return _range(first, second, now), second_end
    if first.has_clock or not first.known:
        return first, end
    after = _AFTER.match(text, end)
    if after and first.end <= now and not first.recurring:
        return replace(first, start=first.end, end=now), after.end()
    since = _SINCE.match(text, end)
    if since and first.start < now:
        return replace(first, end=now), since.end()
    return first, end


def _second(text: str, joint: re.Match[str], first: Resolved, now: datetime) -> tuple[Resolved | None, int]:
    other = read_point(POINT, text, joint.end())
    if other and other.re is POINT and other.end() > other.start():
        second = resolve(other, now, base=first)
        if second and (joint[0].strip() not in _HYPHENS or second.has_clock or second.has_date):
            return second, other.end()
    day = BARE_DAY.match(text, joint.end())
    if day and first.grain == "day" and first.has_date and not first.recurring:
        return bare_day(day["day"], first), day.end()
    return None, joint.end()


def _range(first: Resolved, second: Resolved, now: datetime) -> Resolved:
    stop = second.start if second.has_clock else second.end
    if stop <= first.start and not second.has_clock and second.has_date:
        # 十一月到三月: the year turns between them.
        stop = stop.replace(year=stop.year + 1) if (stop.month, stop.day) != (2, 29) else stop + YEAR
    while stop <= first.start:
        stop += DAY
    recurring = first.recurring or second.recurring
    result = replace(first, end=stop, recurring=recurring)
    if recurring and result.start > now:
        result = replace(result, start=result.start - DAY, end=result.end - DAY)
    return result


_ALWAYS = re.compile(r"都|总|老是|老在|经常|常常|时常|往往|每|天天|长期|时段|一直|高峰|准时|不停|从来")
_DONE = re.compile(r"(?<!不)(?:了|过)(?:$|[一二两三几\d])")
_CLAUSE = re.compile(r"[^，。,.；;！!？?]{0,30}")


def _with_habit(
    text: str, resolved: Resolved, first: Resolved, start: int, end: int, ranged: bool
) -> Resolved:
    """晚上黑灯瞎火的 and 早上七点到八点都堵 happen again and again; 早上停水了 happened once."""
    if resolved.recurring or first.has_date:
        return resolved
    clause = _CLAUSE.match(text, end)
    rest = clause[0] if clause else ""
    before = text[max(0, start - 6) : start]
    always = _ALWAYS.search(rest) or _ALWAYS.search(before)
    if resolved.grain == "part" and not first.has_clock:
        once = _DONE.search(rest) and not always
        return resolved if once else replace(resolved, recurring="daily")
    return replace(resolved, recurring="daily") if ranged and first.has_clock and always else resolved


# --- the whole expression as said -----------------------------------------------------------------------------

_PRELUDE = re.compile(r"(?:持续|连续|已经|都|有|快|将近|差不多|大概|大约)+")
_LENGTH = re.compile(
    rf"(?P<sure>(?:持续|连续|已经|都|有|快|将近|差不多|大概|大约)*)(?P<count>{COUNT})(?:多|个多|来)?(?:个半|个)?"
    r"(?:年(?!级|龄)|(?<=[个半])月|星期|礼拜|周(?!边|围)|天(?!然|花|内)|小时|钟头)(?:半|多|左右)*(?P<end>了|以来|来(?!电|水|人|了)|(?:之|以)?前(?!面|后|台)|没(?!收)(?=[^\s，。])|多了)?"
)
_LASTED = re.compile(r"[拖等停漏堵吵闹欠坏断臭响修挖占关封围堆烂拆淹积]了(?:我们?)?$")
_HABIT = re.compile(
    rf"长期|经常|整夜|整晚|通宵|全天|二十四小时|24小时|夜夜|隔三差五|每隔?{COUNT}个?(?:天|周|星期|礼拜|月|小时)|一到(?:{PART})"
)
# 15号停的水 is a day, 小区12号 a house: the words behind decide.
_DAY_SAID = re.compile(
    r"(?<![路街道巷弄段区园村里苑城厦庄场甲乙丙丁第年\d一二三四五六七八九十])(?:[12]?\d|3[01]|[一二三四五六七八九十]{1,3})(?:日|号)"
    r"(?=$|[，。,. ]|晚|早|上午|下午|中午|夜|凌晨|就|停|开始|那天|左右|到|至|起|来|发|报|断|的时候|以后|之后|以前|之前)"
)
_DENIED = re.compile(r"(?:不是|门牌号?码?[是为]?)$")
_LINK = re.compile(
    r"(?:\s|的|都|会|就|要|(?:吵|闹|弄|搞|开|干|做|忙)到|[，,]?一直到?|从|[到至](?:第二天|次日|隔天)?|大概|大约|差不多|[-~—])*"
)
_TAIL = re.compile(r"左右|前后|过后|之后|以后|以来|之前|以前|期间|当中|就?开始|陆续|起(?!来|诉|火|码)")
_BEGINNING = re.compile(r"就?开始|陆续|起")
_LEAD = re.compile(r"(?:自从|打从|从|自|打)$")
_VERB_TO = re.compile(r"(?:都|会|就|要)*(?:吵|闹|弄|搞|开|干|做|忙)到")
_NOW = re.compile(r"现在|目前|眼下|此刻|当下")
# 当天 points to a day that was named before.
_ELSEWHEN = re.compile(r"当|明|后天|大后|下+个?(?:周|星期|礼拜|月)")
# Whether words can be a time does not depend on the day, so any will do.
_ANY_DAY = datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=8)))
_ANY_BASE = Resolved(_ANY_DAY, _ANY_DAY, "hour")


@dataclass(frozen=True)
class _Piece:
    end: int
    rank: int
    """3 a day, a clock or a habit with a time, 2 a length of time, 1 vague, 0 nothing that an event has."""
    once: bool = False
    """It is a clock on one named day."""


def find_time(text: str) -> SaidTime | None:
    """When something happened, the whole expression; of several the most definite, then the longest. None without any.

    Days to come (明天) and 现在 alone are no time of an event. Linear in the text.
    """
    best: tuple[int, int] | None = None
    said: SaidTime | None = None
    for start, end, rank in _chains(text):
        words = _VERB_TO.sub("到", text[start:end]).replace(" ", "")
        if _DENIED.search(text, max(0, start - 5), start):
            continue
        if len(words) >= 2 and (best is None or (rank, len(words)) > best):
            best, said = (rank, len(words)), SaidTime(words, start, end)
    return said


def _chains(text: str) -> Iterator[tuple[int, int, int]]:
    """Start, end and rank of each expression, from its first to its last piece."""
    idle = _Idle(text)
    position = 0
    while position < len(text):
        idle_end = idle.end_at(position, position + 1)
        if idle_end:
            position = idle_end
            continue
        piece = _piece(text, position)
        if piece is None or not piece.rank:
            position = max(piece.end if piece else 0, position + 1)
            continue
        start, rank = position, piece.rank
        end = _tail(text, piece.end, piece.once)
        while link := _LINK.match(text, end):
            following = (
                None
                if idle.end_at(link.end(), link.end() + 1)
                else _piece(text, link.end(), re.search("[到至-]", link[0]) is not None)
            )
            until_now = _NOW.match(text, link.end()) if re.search("[到至]", link[0]) else None
            if until_now:
                end = until_now.end()
            elif following and following.rank:
                end = _tail(text, following.end, following.once)
                rank = max(rank, following.rank)
            else:
                break
        yield _lead(text, start, end), end, rank
        position = end


def _piece(text: str, position: int, ending: bool = False) -> _Piece | None:
    """The longest time that begins here, or ends a range here. One of rank 0 is only passed over."""
    pieces = []
    length = _LENGTH.match(text, position)
    if length and (
        length["end"]
        or re.search("持续|连续|已经", length["sure"])
        or _LASTED.search(text, max(0, position - 4), position)
    ):
        pieces.append(_Piece(length.end(), 2))
    point = read_point(POINT, text, position)
    if point and point.re is not POINT and point.end() > position:
        return _Piece(point.end(), 0)
    if point and point.end() > position:
        resolved = resolve(point, _ANY_DAY, _ANY_BASE if ending else None)
        if resolved and not (_NOW.fullmatch(point[0]) or _ELSEWHEN.match(point[0])):
            bare_part = resolved.grain == "part" and not (resolved.has_date or resolved.recurring)
            rank = 2 if point["count"] or point["lately"] or bare_part else 3
            stop = position + len(point[0].rstrip("的 "))
            once = resolved.has_clock and resolved.has_date and not resolved.recurring
            pieces.append(_Piece(stop, rank, once))
        elif resolved:
            pieces.append(_Piece(point.end(), 0))
    if habit := _HABIT.match(text, position):
        pieces.append(_Piece(habit.end(), 1 if len(habit[0]) < 3 else 2))
    if day := BARE_DAY.match(text, position) if ending else _DAY_SAID.match(text, position):
        pieces.append(_Piece(day.end(), 3))
    return max(pieces, key=lambda piece: piece.end, default=None)


def _tail(text: str, end: int, once: bool) -> int:
    """昨天晚8：00开始停水: the 开始 behind a clock belongs to what happened."""
    while (tail := _TAIL.match(text, end)) and not (once and _BEGINNING.match(tail[0])):
        end = tail.end()
    return end


def _lead(text: str, start: int, end: int) -> int:
    lead = _LEAD.search(text, max(0, start - 2), start)
    if not lead:
        return start
    if lead[0] in ("自", "打") and not re.search("起|开始|以来|到", text[start:end]):
        return start
    return lead.start()
