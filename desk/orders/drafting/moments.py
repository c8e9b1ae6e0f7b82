"""When it happened: the citizen's own expression, with the day behind it where it happened once, in the past."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

from desk.orders.drafting.stretches import Range, Stretch, overlap, stretches
from desk.orders.drafting.turn import Turn
from language.times import SaidTime, find_time, find_times

# 从麦罢, 天一热, 落雨天: no clock and no calendar, and a time all the same.
_TIMELY = re.compile(r"[点天月年日周晚早夜午时刚昨今春夏秋冬季节期后前]|最近|长期|小时|礼拜|一直")
# Who tells a trouble with one of these tells when.
_RECENT = re.compile(
    r"昨[天晚夜日儿]|前[天晚]|今[早晨]|今天(?:一?早|上午|中午|下午|凌晨|早上|晚上)|刚才|刚刚|上个?(?:周|星期|礼拜)"
)
_AGAIN_AND_AGAIN = re.compile(
    r"天天|每(?:天|晚|日|周|个?月|到)|整[天夜晚宿]|一到(?:晚|夜|周|下雨)|半夜|夜里|深夜|凌晨|大清早|从早到晚|没日没夜"
)
# The span breaks off in a word, or before what belongs to it: 热|天, 从九月份开|学, 早上五点|多.
_COMPLETES = re.compile(
    r"(?<=热)天|(?<=冷)天|(?<=开)[学春工业]|(?<=开)始|(?<=放)[假学]|(?<=点)(?:多|半|左右|钟)+|(?<=月)(?:份|初|底|中旬?)+|(?<=号)(?:早上|上午|下午|晚上|中午)+|(?<=年)(?:初|底|前|多)+|(?<=下)[午班]|(?<=晚)上|(?<=早)[上晨]"
)
_ONE_DAY = timedelta(days=1)
# Who puts a time right says so right behind it, and the right one right behind that.
_SLIP = re.compile(
    r"^[^,，。;；]{0,4}[\s,，、。.…]*(?:啊|哦|噢|呃|哎)*(?:不对|说错|记错|错了)(?:不对|了|是|应该|[\s,，、。])*"
)
_NEAR_CHARS = 2
# Two times of one answer stand no farther apart.
_TOGETHER_CHARS = 24
# 热|天就封哒 六月间: what may stand between two times of one answer.
_BETWEEN_TIMES = re.compile(
    r"(?:天?就[\u4e00-\u9fff]{1,3})?[\s,，、]*(?:一般|也有|和|跟|或者|有时|到)?[\s,，、]*"
)
_DAY = re.compile("[0-9一二三四五六七八九十]{1,3}[号日](?![楼院门栋线])")
# Of an answer to "when?" that no rule can read.
_OF_TIME = re.compile(r"[点天月年日周晚早夜午时刚]|最近|以前|长期|小时|季|期间|节")
# A clock alone (早上七点二十左右, 末班车下午四点半) is a habit as often as a moment: only a named day has a date.
_NAMED_DAY = re.compile(
    r"[今昨前去当][天晚早晨日夜年朝]|前[天晚日夜]|今[早晨晚]|刚才|刚刚|[0-9一二三四五六七八九十]+[号日]|月|初[一二三四五六七八九十]|(?:周|星期|礼拜)[一二三四五六日天末]|上个?(?:周|星期|礼拜|月)|除夕|元旦|国庆|中秋|春节|清明|端午|天前|小时前|分钟前|个?钟头?前"
)


def speaks_of_time(words: str) -> bool:
    """Whether words that hold no known expression may say when all the same."""
    return bool(_OF_TIME.search(words))


def time_told(turn: Turn, asked: bool) -> Stretch | None:
    """When the matter happened or happens, in the citizen's words. With `asked`, "when?" was the question."""
    words = turn.words
    if not turn.reading:
        found = find_time(words)
        return _stretch(found, 0.9) if found else None
    spans = stretches(turn, "time")
    if spans:
        first = spans[0]
        apart = [words[a.end : b.start] for a, b in zip(spans, spans[1:], strict=False)]
        together = all(_BETWEEN_TIMES.fullmatch(text) for text in apart)
        if asked and len(spans) > 1 and together and spans[-1].end - first.start <= _TOGETHER_CHARS:
            # 热天就封哒 六月间, 一般晚上八九点 早上五点多也有: each says when.
            first = Stretch(words[first.start : spans[-1].end], first.start, spans[-1].end, first.confidence)
        told = _checked(words, first, asked)
        told = told and _completed(words, told)
        return (_put_right(turn, told) or told) if told else None
    found = find_time(words)
    if found and (asked or (turn.does("details") and _tells_when(found.text))):
        return _stretch(found, 0.7)
    return None


def _completed(words: str, told: Stretch) -> Stretch:
    more = _COMPLETES.match(words, told.end)
    return replace(told, text=words[told.start : more.end()], end=more.end()) if more else told


def _put_right(turn: Turn, told: Stretch) -> Stretch | None:
    """The time of who puts it right in the same breath: 11月12号 不对 13号, which keeps the month. None where nobody does."""
    behind = turn.words[told.end :]
    slip = _SLIP.search(behind)
    if slip is None:
        return None
    rest = behind[slip.end() :]
    # A day of the month alone may be a house: it counts behind a date.
    day, month = _DAY.match(rest), re.match(r"[^号日]*?月(?:份)?", told.text)
    if day and month:
        start = told.end + slip.end()
        return Stretch(f"{month.group()}{day.group()}", start, start + day.end(), told.confidence)
    near = next((time for time in find_times(rest, turn.now) if time.start <= _NEAR_CHARS), None)
    if near is None:
        return None
    start, end = (told.end + slip.end() + at for at in (near.start, near.end))
    return Stretch(turn.words[start:end], start, end, told.confidence)


def _tells_when(words: str) -> bool:
    return bool(_RECENT.match(words) or _AGAIN_AND_AGAIN.search(words))


def _stretch(found: SaidTime, confidence: float) -> Stretch:
    return Stretch(found.text, found.start, found.end, confidence)


def _checked(words: str, span: Stretch, asked: bool) -> Stretch | None:
    """The whole expression of which the span is a part; what no rule knows is kept as it was said."""
    found = find_time(words)
    if found is None or not overlap(span.range, (found.start, found.end)):
        found = None
        # The time of these very words, where another one is the most telling of the message.
        start, end = _clause_around(words, span.range)
        if (near := find_time(words[start:end])) and overlap(
            span.range, (near.start + start, near.end + start)
        ):
            found = SaidTime(near.text, near.start + start, near.end + start)
        elif inside := find_time(span.text):
            found = SaidTime(inside.text, span.start + inside.start, span.start + inside.end)
    if found and found.end - found.start >= span.end - span.start:
        return _stretch(found, span.confidence)
    if found or asked or _TIMELY.search(span.text):
        return span
    return None


def _clause_around(words: str, where: Range) -> Range:
    """From the start of the span to the end of its clause: 昨 that was read of 昨天把钱全买了."""
    start, end = where
    found = re.search(r"[,，。;；!！?？\s]", words[end:])
    return start, end + found.start() if found else len(words)


def day_of(turn: Turn, where: Range) -> str:
    """ "(2026-11-20)" for the day behind 前天下午: who reads the order next week must not count back from the wrong day.
    "" for what happens again and again, lasts, or lies ahead."""
    now = turn.now
    if now.tzinfo is None:
        return ""
    found = [time for time in find_times(turn.words, now) if overlap((time.start, time.end), where)]
    if len(found) != 1:
        return ""
    value = found[0].value
    said = turn.words[slice(*where)]
    if not _NAMED_DAY.search(said):
        return ""
    if value["recurring"] or value["approximate"] or value["start"] is None:
        return ""
    start, end = datetime.fromisoformat(value["start"]), datetime.fromisoformat(value["end"])
    once = value["grain"] in ("minute", "hour", "part", "day") and end - start <= _ONE_DAY
    return f"({start.date().isoformat()})" if once and start < now else ""
