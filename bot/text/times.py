"""Times in citizens' words, resolved against a given `now`.

上周三晚上八点多, 昨天半夜, 国庆那天, 这个月初, 每天晚上十一点到凌晨两点, 刚才, 半个月前. Value of a span:
{"start", "end", "grain", "recurring", "text"}; start and end are ISO 8601 with the offset of `now`, end is exclusive;
grain is minute, hour, part (of a day), day, week, month or year; recurring is None, "daily", "weekly" or "monthly",
and then start and end are the latest occurrence. A hotline hears about the past: 周三 is last Wednesday, 晚上八点 said
at noon is yesterday evening, unless 明天 or 下 says otherwise.

Grammar: bot/text/time_grammar.py. (jionlp 1.5.31 was tried instead: it needs the span cut out beforehand, misses
刚才 and 这两天, puts 昨天半夜 before yesterday's dawn, prints a banner and logs what it cannot parse, the citizen's words.)
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.text.numerals import parse_number
from bot.text.spans import Span
from bot.text.time_grammar import FESTIVALS, POINT, RANGE_JOINT, fixed_festival

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Resolved:
    start: datetime
    end: datetime
    grain: str
    recurring: str | None = None
    has_date: bool = False
    has_clock: bool = False


def find_times(text: str, now: datetime) -> list[Span]:
    """`now` needs a time zone. Spans come in order and do not overlap. Raises ValueError for a naive `now`."""
    if now.tzinfo is None:
        raise ValueError("now needs a time zone")
    spans: list[Span] = []
    position = 0
    while position < len(text) and (match := POINT.search(text, position)):
        position = max(match.end(), match.start() + 1)
        if match.end() == match.start():
            continue
        first = _resolve(match, now)
        if first is None:
            continue
        resolved, end = _extend(text, match, first, now)
        start = match.start()
        said = text[start:end].rstrip("的 ")
        spans.append(Span("time", _value(resolved, said.strip()), start, start + len(said), 0.95))
        position = end
    return spans


def _value(resolved: Resolved, text: str) -> dict[str, str | None]:
    return {
        "start": resolved.start.isoformat(timespec="seconds"),
        "end": resolved.end.isoformat(timespec="seconds"),
        "grain": resolved.grain,
        "recurring": resolved.recurring,
        "text": text,
    }


_SINCE = re.compile(r"(?:就|一直)?(?:开始|以来|起(?!来|诉|火|码))")


def _extend(text: str, match: re.Match[str], first: Resolved, now: datetime) -> tuple[Resolved, int]:
    """Take in 到凌晨两点, 到现在, 以来, 开始 after a first point."""
    end = match.end()
    since = None if first.has_clock else _SINCE.match(text, end)
    joint = RANGE_JOINT.match(text, end)
    if joint:
        until_now = re.compile(r"现在|目前|今(?!天|年|晚|早)|如今|这会儿?").match(text, joint.end())
        if until_now:
            return replace(first, end=max(now, first.start)), until_now.end()
        other = POINT.match(text, joint.end())
        second = _resolve(other, now, base=first) if other and other.end() > other.start() else None
        if (
            other
            and second
            and (joint[0].strip() not in ("-", "~", "—", "–") or second.has_clock or second.has_date)
        ):
            stop = second.start if second.has_clock else second.end
            while stop <= first.start:
                stop += DAY
            recurring = first.recurring or second.recurring
            result = replace(first, end=stop, recurring=recurring)
            if recurring and result.start > now:
                result = replace(result, start=result.start - DAY, end=result.end - DAY)
            return result, other.end()
    if since and first.start < now:
        return replace(first, end=now), since.end()
    return first, end


def _merged(match: re.Match[str]) -> dict[str, str | None]:
    """Named groups, with those that say the same thing in two places of the grammar put together."""
    groups = match.groupdict()
    groups["relative"] = groups["relative"] or groups["relative_short"]
    groups["year"] = groups["year"] or groups["year_only"]
    groups["relative_year"] = (
        groups["relative_year"] or groups["relative_year_only"] or groups["festival_year"]
    )
    groups["day"] = groups["day"] or groups["day_shift"]
    groups["portion"] = groups["portion"] or groups["portion_shift"]
    groups["season"] = groups["season"] or groups["season_alone"]
    groups["yearportion"] = groups["yearportion"] or groups["year_edge"]
    if groups["shortdate"]:
        groups["month"], groups["day"] = re.split(r"[./]", groups["shortdate"])
    if groups["month_portion"]:
        groups["monthshift"], groups["portion"] = "", groups["month_portion"][1]
    return groups


_BARE_BEFORE = re.compile(r"(?:到|在|从|约|于|是|才|都|大概|差不多)$")
_BARE_AFTER = re.compile(r"就|开始|到|之?前|之?后|[,，。;；!！?？ ]|$")


def _bare_hour(match: re.Match[str], groups: dict[str, str | None]) -> bool:
    """快一点, 三点建议: a lone N点 is an hour only where the words around it say so."""
    if not groups["hour"] or groups["half"] or groups["quarter"] or groups["minute"] or groups["trail"]:
        return False
    if len(match[0]) > len(groups["hour"]) + 1:
        return False
    text = match.string
    led_in = _BARE_BEFORE.search(text, max(0, match.start() - 3), match.start()) is not None
    return not led_in and (groups["hour"] in ("一", "两") or not _BARE_AFTER.match(text, match.end()))


# --- one point --------------------------------------------------------------------------------------------------


def _resolve(match: re.Match[str], now: datetime, base: Resolved | None = None) -> Resolved | None:
    groups = _merged(match)
    if not base and _bare_hour(match, groups):
        return None
    fuzzy = _fuzzy(groups, now)
    if fuzzy:
        return fuzzy
    recurring = _recurrence(groups)
    days = _date_range(groups, now)
    part, clock = groups["part"], groups["hour"] or groups["digital"]
    if days is None and not part and not clock:
        if not recurring:
            return None
        first = datetime.combine(now.date(), time(), now.tzinfo)
        return Resolved(first, first + DAY, "day", recurring)
    has_date = days is not None
    if days is None:
        anchor = base.start.date() if base else now.date()
        days = anchor, anchor + DAY, "day"
    start_day, end_day, grain = days
    if not part and not clock:
        return Resolved(_at(start_day, now), _at(end_day, now), grain, recurring, True)
    if grain != "day":
        # 上周晚上, 这个月早上: the days count, the hour is only described.
        return Resolved(_at(start_day, now), _at(end_day, now), grain, recurring or "daily", True)
    resolved = _clock(groups, start_day, now, part, base) if clock else _part(part or "", start_day, now)
    if resolved is None:
        return None
    if base is None and not has_date and resolved.start > now:
        resolved = replace(resolved, start=resolved.start - DAY, end=resolved.end - DAY)
    return replace(resolved, recurring=recurring, has_date=has_date)


def _at(day: date, now: datetime, hour: int = 0, minute: int = 0) -> datetime:
    """Hours of 24 and more run into the next day, as in 晚上十二点 or 半夜两点."""
    return datetime.combine(day, time(), now.tzinfo) + timedelta(hours=hour, minutes=minute)


_PARTS = (
    (r"凌晨", 0, 5), (r"清晨|清早|大清早|一大早|大早上|早晨|早上|早|晨", 5, 9), (r"上午|午前", 8, 12), (r"中午|正午|晌午", 11, 13),
    (r"下午|午后", 12, 18), (r"傍晚|黄昏", 17, 19), (r"晚上|晚间|晚|夜晚|大晚上", 18, 24), (r"后半夜|下半夜", 24, 29),
    (r"早高峰", 7, 9), (r"晚高峰", 17, 19),
    (r"夜里|夜间|半夜三更|三更半夜|大半夜|半夜|深夜|深更半夜|午夜|夜", 23, 29), (r"白天", 8, 18),
)  # fmt: skip
_NIGHT = re.compile(r"夜")


def _part(part: str, day: date, now: datetime) -> Resolved:
    for pattern, first, last in _PARTS:
        if re.fullmatch(pattern, part):
            start, end = _at(day, now, first), _at(day, now, last)
            if start > now and first >= 23:
                # 今天半夜, said during the day, is the night that has just passed.
                start, end = start - DAY, end - DAY
            return Resolved(start, end, "part")
    return Resolved(_at(day, now), _at(day, now, 24), "day")


def _number(text: str | None) -> int | None:
    value = parse_number(text) if text else None
    return int(value) if value is not None else None


def _clock(
    groups: dict[str, str | None], day: date, now: datetime, part: str | None, base: Resolved | None
) -> Resolved | None:
    if groups["digital"]:
        hour, minute = (int(piece) for piece in re.split("[:：]", groups["digital"])[:2])
        grain = "minute"
    else:
        raw = groups["hour"] or ""
        vague = re.fullmatch(r"([一二两三四五六七八九])([二两三四五六七八九])|(十)([一二])([一二])", raw)
        first_hour = (vague[1] or "十" + vague[4]) if vague else raw
        parsed = _number(first_hour)
        if parsed is None:
            return None
        hour = parsed
        half, quarter, spoken_minute = groups["half"], groups["quarter"], groups["minute"]
        minute = 30 if half else 15 * (_number(quarter) or 0) if quarter else (_number(spoken_minute) or 0)
        grain = "minute" if half or quarter or spoken_minute else "hour"
    if hour > 24 or minute > 59:
        return None
    if base and not part and not _dated(groups) and hour <= 12:
        # 下午三点到五点, 晚上八点到两点: the first such hour after the beginning.
        hour = next(
            later
            for later in (hour, hour + 12, hour + 24, hour + 36)
            if _at(day, now, later, minute) > base.start
        )
    else:
        hour = _to_24(hour, part, day, now, groups)
    start = _at(day, now, hour, minute)
    length = timedelta(minutes=1) if grain == "minute" else timedelta(hours=1)
    if not groups["digital"] and re.fullmatch(
        r"[一二两三四五六七八九][二两三四五六七八九]|十[一二][一二]", groups["hour"] or ""
    ):
        length = timedelta(hours=2)
    if part and _NIGHT.search(part) and start > now and hour >= 24:
        start -= DAY
    return Resolved(start, start + length, grain, has_clock=True)


def _dated(groups: dict[str, str | None]) -> bool:
    return any(
        groups[name]
        for name in (
            "relative",
            "weekday",
            "weekshift",
            "month",
            "monthshift",
            "isodate",
            "festival",
            "dayonly",
        )
    )


def _to_24(hour: int, part: str | None, day: date, now: datetime, groups: dict[str, str | None]) -> int:
    if not part:
        if groups["digital"] or hour > 12:
            return hour
        if _dated(groups):
            return hour + 12 if 1 <= hour <= 6 else hour
        # Three o'clock, said at four in the afternoon, is an hour ago, not this night.
        return hour + 12 if hour < 12 and _at(day, now, hour + 12) <= now else hour
    if re.search("凌晨|早|晨|上午|清", part):
        return 0 if hour == 12 and "凌晨" in part else hour
    if part == "中午":
        return hour + 12 if hour <= 3 else hour
    if _NIGHT.search(part):
        return hour + 12 if 6 <= hour <= 12 else hour + 24 if hour < 6 else hour
    if re.search("晚", part):
        return hour + 12 if 5 <= hour <= 12 else hour + 24 if hour < 5 else hour
    if re.search("下午|午后|傍晚|黄昏", part):
        return hour + 12 if hour < 12 else hour
    return hour


# --- recurrence and vague expressions --------------------------------------------------------------------------


def _recurrence(groups: dict[str, str | None]) -> str | None:
    word = groups["every"]
    if not word:
        return None
    if re.search("周|星期|礼拜|双休日|节假日", word):
        return "weekly"
    return "monthly" if "月" in word else "daily"


_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "年": 365}
_FUZZY_NOW = re.compile(r"现在|目前|眼下|此刻|这会儿?|当下")
_FUZZY_JUST = re.compile(r"刚才|刚刚|方才|刚")


def _fuzzy(groups: dict[str, str | None], now: datetime) -> Resolved | None:
    just, span = groups["just"], groups["lately"]
    if just:
        if _FUZZY_NOW.fullmatch(just):
            return Resolved(now, now, "minute", has_date=True)
        return Resolved(now - timedelta(minutes=30), now, "minute", has_date=True)
    if span:
        days = {"两": 2, "几": 5, "阵": 14, "段": 30}
        length = next((days[char] for char in span if char in days), 30)
        end = now
        if span.startswith("前"):
            end = now - timedelta(days=length // 2)
        return Resolved(
            now - timedelta(days=length + (now - end).days),
            end,
            "day" if length <= 5 else "month",
            has_date=True,
        )
    if groups["count"] is None:
        return None
    number = _amount(groups["count"])
    unit = (groups["unit"] or "").removeprefix("个")
    if number is None or number > 500:
        return None
    if unit in ("小时", "钟头", "分钟", "刻钟"):
        minutes = number * {"小时": 60, "钟头": 60, "分钟": 1, "刻钟": 15}[unit]
        start, grain = now - timedelta(minutes=minutes), "hour" if unit in ("小时", "钟头") else "minute"
        end = start + (timedelta(hours=1) if grain == "hour" else timedelta(minutes=1))
    else:
        days_back = round(number * _UNIT_DAYS[unit])
        start = _at(now.date() - timedelta(days=days_back), now)
        end = start + DAY * (
            1
            if unit in ("天", "日")
            else 7
            if unit in ("周", "星期", "礼拜")
            else 15
            if unit == "月"
            else 180
        )
        grain = (
            "day"
            if unit in ("天", "日")
            else "week"
            if unit in ("周", "星期", "礼拜")
            else "month"
            if unit == "月"
            else "year"
        )
    lasting = groups["lasting"] is not None or groups["recent"] is not None
    return Resolved(start, now if lasting else min(end, now), grain, has_date=True)


def _amount(text: str) -> float | None:
    if text == "半":
        return 0.5
    if text in ("几", "好几"):
        return 3
    if text == "一两":
        return 1
    if text in ("两三", "二三", "三四", "三五", "四五"):
        return parse_number(text[0])
    return parse_number(text.removesuffix("多").removesuffix("来"))


# --- days, weeks, months, festivals ----------------------------------------------------------------------------

_RELATIVE = (
    ("大前", -3), ("大后", 3), ("前", -2), ("昨", -1), ("今", 0), ("当", 0), ("明", 1), ("后", 2),
)  # fmt: skip
_WEEKDAYS = {
    **dict(zip("一二三四五六", range(6), strict=True)),
    "日": 6,
    "天": 6,
    "末": 5,
    **{str(i): i - 1 for i in range(1, 8)},
}

DateRange = tuple[date, date, str]


def _date_range(groups: dict[str, str | None], now: datetime) -> DateRange | None:
    today = now.date()
    if groups["relative"]:
        day = today + DAY * next(offset for word, offset in _RELATIVE if groups["relative"].startswith(word))
        return day, day + DAY, "day"
    if groups["weekday"] or groups["weekshift"]:
        return _week(groups, today)
    if groups["festival"]:
        return _festival(groups, today)
    if groups["isodate"]:
        year, month, day_number = (int(piece) for piece in re.split(r"[-/.]", groups["isodate"]))
        return _day(year, month, day_number)
    if groups["season"]:
        return _season(groups["season"], _year(groups, today), today)
    calendar_words = ("month", "monthshift", "year", "relative_year", "dayonly", "yearportion")
    if any(groups[name] is not None for name in calendar_words):
        return _calendar(groups, today)
    return None


def _shift(word: str | None) -> int:
    """上上周 -> -2, 上个月 -> -1, 这个 and 本 -> 0, 下 -> 1."""
    if not word:
        return 0
    return word.count("下") - word.count("上")


def _week(groups: dict[str, str | None], today: date) -> DateRange:
    monday = today - DAY * today.weekday() + DAY * 7 * _shift(groups["weekshift"])
    weekday = groups["weekday"]
    if not weekday:
        return monday, monday + 7 * DAY, "week"
    day = monday + DAY * _WEEKDAYS[weekday]
    if not groups["weekshift"] and day > today:
        day -= 7 * DAY
    return day, day + (2 if weekday == "末" else 1) * DAY, "day"


def _day(year: int, month: int, day: int) -> DateRange | None:
    try:
        first = date(year, month, day)
    except ValueError:
        return None
    return first, first + DAY, "day"


def _month(year: int, month: int, portion: str | None) -> DateRange | None:
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    first, end = {"初": (1, 10), "中": (11, 20), "底": (21, last), "末": (21, last)}.get(
        portion or "", (1, last)
    )
    return date(year, month, first), date(year, month, end) + DAY, "month"


def _calendar(groups: dict[str, str | None], today: date) -> DateRange | None:
    year = _year(groups, today)
    month = _number(groups["month"])
    day = _number(groups["day"] or groups["dayonly"])
    portion = groups["portion"]
    if groups["monthshift"] is not None and month is None:
        index = today.year * 12 + today.month - 1 + _shift(groups["monthshift"])
        chosen_year, month = index // 12, index % 12 + 1
        return _day(chosen_year, month, day) if day else _month(chosen_year, month, portion)
    if month is not None:
        chosen = year or today.year
        if day:
            found = _day(chosen, month, day)
            if found and not year and found[0] > today + 60 * DAY:
                found = _day(chosen - 1, month, day)
            return found
        if not year and month > today.month + 1:
            chosen -= 1
        return _month(chosen, month, portion)
    if day:
        found = _day(today.year, today.month, day)
        if found and found[0] > today:
            index = today.year * 12 + today.month - 2
            found = _day(index // 12, index % 12 + 1, day) or found
        return found
    if groups["yearportion"]:
        return _part_of_year(groups["yearportion"], year or today.year)
    if year is None:
        return None
    return date(year, 1, 1), date(year + 1, 1, 1), "year"


_YEAR_PARTS = {
    "初": (1, 2),
    "中": (5, 8),
    "底": (11, 12),
    "末": (11, 12),
    "上半年": (1, 6),
    "下半年": (7, 12),
}


def _part_of_year(portion: str, year: int) -> DateRange:
    first, last = _YEAR_PARTS[portion]
    return date(year, first, 1), date(year, last, monthrange(year, last)[1]) + DAY, "month"


# 立春, 立夏, 立秋, 立冬, give or take a day: people speak of winter long before December.
_SEASON_BEGINS = {"春": (2, 4), "夏": (5, 5), "秋": (8, 7), "冬": (11, 7)}


def _season(words: str, year: int | None, today: date) -> DateRange:
    """Without a year the last season that has begun."""
    seasons = list(_SEASON_BEGINS)
    index = next(i for i, name in enumerate(seasons) if name in words)
    month, day = _SEASON_BEGINS[seasons[index]]
    first = date(year or today.year, month, day)
    if year is None and first > today:
        first = date(today.year - 1, month, day)
    following = (index + 1) % len(seasons)
    end = date(first.year + (following == 0), *_SEASON_BEGINS[seasons[following]])
    return first, end, "month"


def _year(groups: dict[str, str | None], today: date) -> int | None:
    if groups["relative_year"]:
        return (
            today.year
            + {"大前": -3, "前": -2, "去": -1, "上": -1, "今": 0, "本": 0, "当": 0, "明": 1}[
                groups["relative_year"][:-1]
            ]
        )
    number = _number(groups["year"])
    if number is None:
        return None
    return number if number >= 1000 else 2000 + number


def _festival(groups: dict[str, str | None], today: date) -> DateRange | None:
    name = next(
        (name for pattern, name in FESTIVALS if re.fullmatch(pattern, groups["festival"] or "")), "国庆"
    )
    year = _year(groups, today)
    holiday = bool(groups["holiday"]) or name in ("暑假", "寒假")
    if year is None:
        span = fixed_festival(name, today.year, holiday)
        # Two months ahead it is still the coming one that people mean, otherwise the last one.
        year = today.year if span and span[0] <= today + 45 * DAY else today.year - 1
    span = fixed_festival(name, year, holiday)
    return (span[0], span[1], "day" if span[1] - span[0] == DAY else "week") if span else None
