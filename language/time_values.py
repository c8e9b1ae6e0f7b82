"""What one point in time means, as `time_grammar.POINT` finds it, against a given `now`.

People tell a hotline about the past: 周三 is last Wednesday, 晚上八点 said at noon is yesterday evening, unless 明天 or 下
says otherwise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from language.festivals import DAY
from language.numerals import approximate_number, parse_number
from language.time_days import WEEKDAYS, date_range, day_of, whole_number
from language.time_grammar import is_decimal


@dataclass(frozen=True)
class Resolved:
    start: datetime
    end: datetime
    grain: str
    recurring: str | None = None
    has_date: bool = False
    has_clock: bool = False
    approximate: bool = False
    known: bool = True
    """False where the words name a day that cannot be told (闰六月初三, a lunar day outside the table)."""


def merged(match: re.Match[str]) -> dict[str, str | None]:
    """Named groups, with those that say the same thing in two places of the grammar put together."""
    groups = match.groupdict()
    groups["relative"] = groups["relative"] or groups["relative_short"]
    groups["year"] = groups["year"] or groups["year_only"]
    if groups["festival_year"] and groups["festival_year"][0] not in "今去前明":
        groups["year"], groups["festival_year"] = groups["festival_year"].removesuffix("年"), None
    groups["relative_year"] = (
        groups["relative_year"] or groups["relative_year_only"] or groups["festival_year"]
    )
    groups["day"] = groups["day"] or groups["day_shift"]
    groups["portion"] = (groups["portion"] or groups["portion_shift"] or "").removesuffix("旬")
    groups["season"] = groups["season"] or groups["season_alone"]
    groups["yearportion"] = groups["yearportion"] or groups["year_edge"]
    if groups["shortdate"]:
        groups["month"], groups["day"] = re.split(r"[./]", groups["shortdate"])
    if groups["month_portion"]:
        groups["monthshift"], groups["portion"] = "", groups["month_portion"][1]
    for name in ("lunar_month", "lunar_day"):
        groups[name] = groups[name] or groups[name + "_alone"] or groups[name + "_said"]
    if groups["new_year_day"]:
        groups["lunar_month"], groups["lunar_day"] = "正", groups["new_year_day"]
    return groups


_BARE_BEFORE = re.compile(r"(?:到|在|从|约|于|是|才|大概|差不多)$")
_BARE_AFTER = re.compile(r"就|开始|到|之?前|之?后|一直|了(?=还|都|也|才|[,，。 ]|$)|[,，。;；!！?？ ]|$")


def _bare_hour(match: re.Match[str], groups: dict[str, str | None]) -> bool:
    """Whether a lone N点 is an hour; the words around it decide (快一点 and 三点建议 are none)."""
    exact = ("half", "quarter", "minute", "trail", "before", "before_tail")
    if not groups["hour"] or any(groups[name] for name in exact):
        return False
    if len(match[0]) > len(groups["hour"]) + 1:
        return False
    text = match.string
    led_in = _BARE_BEFORE.search(text, max(0, match.start() - 3), match.start()) is not None
    return not led_in and (groups["hour"] in ("一", "两") or not _BARE_AFTER.match(text, match.end()))


# --- one point --------------------------------------------------------------------------------------------------


def read_point(
    pattern: re.Pattern[str], text: str, position: int, search: bool = False
) -> re.Match[str] | None:
    """The next point at `position` (or behind it, if `search`) without a decimal taken for a time of day.

    None where there is none; a decimal alone comes back as an empty match behind it, to go on from.
    """
    match = pattern.search(text, position) if search else pattern.match(text, position)
    if not match or match.end() == match.start() or match["hour"] is None:
        return match
    hour = match.start("hour")
    alone = hour == match.start()
    exact = bool(match["minute"]) and not (match["minute"] or "").endswith("分") and not match["half"]
    if not is_decimal(text, hour, alone, alone and exact):
        return match
    if alone:
        return _EMPTY.match(text, match.end())
    return pattern.match(text, match.start(), match.start("before") if match["before"] else hour)


_EMPTY = re.compile("")


def resolve(match: re.Match[str], now: datetime, base: Resolved | None = None) -> Resolved | None:
    """`base` is the beginning of a range that `match` ends. None for what is no time after all."""
    groups = merged(match)
    if not base and _bare_hour(match, groups):
        return None
    fuzzy = _fuzzy(groups, now)
    if fuzzy:
        return fuzzy
    recurring = _recurrence(groups)
    try:
        days = date_range(groups, now.date())
    except LookupError:
        return Resolved(now, now, "day", recurring, has_date=True, known=False)
    part, clock = groups["part"], groups["hour"] or groups["digital"]
    if days is None and not part and not clock:
        if not recurring:
            return None
        first = datetime.combine(_latest(groups, now.date()), time(), now.tzinfo)
        return Resolved(first, first + DAY, "day", recurring)
    has_date = days is not None
    if days is None:
        anchor = base.start.date() if base else _latest(groups, now.date())
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
    if groups["before"] or groups["before_tail"]:
        early = timedelta(minutes=_minutes_before(groups["before"] or groups["before_tail"] or ""))
        resolved = replace(
            resolved, start=resolved.start - early, end=resolved.start - early + timedelta(minutes=1)
        )
        resolved = replace(resolved, grain="minute")
    if base is None and not has_date and resolved.start > now:
        resolved = replace(resolved, start=resolved.start - DAY, end=resolved.end - DAY)
    return replace(resolved, recurring=recurring, has_date=has_date)


def _minutes_before(words: str) -> int:
    return 15 if words.startswith("一刻") else whole_number(words.removesuffix("钟").removesuffix("分")) or 0


def bare_day(number: str, base: Resolved) -> Resolved | None:
    """The second half of 3月1日至5日."""
    day = whole_number(number)
    try:
        first = base.start.replace(day=day or 0, hour=0, minute=0)
    except ValueError:
        return None
    return Resolved(first, first + DAY, "day", has_date=True)


def _latest(groups: dict[str, str | None], today: date) -> date:
    """The latest day of 每周三 and 每月12号; today for what happens daily."""
    if groups["every_weekday"]:
        return today - DAY * ((today.weekday() - WEEKDAYS[groups["every_weekday"]]) % 7)
    day = whole_number(groups["every_day"])
    if not day:
        return today
    month = today
    for _ in range(3):
        found = day_of(month.year, month.month, day)
        if found and found[0] <= today:
            return found[0]
        month = month.replace(day=1) - DAY
    return today


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
        parsed = whole_number(first_hour)
        if parsed is None:
            return None
        hour = parsed
        half, quarter, spoken_minute = groups["half"], groups["quarter"], groups["minute"]
        minute = (
            30
            if half
            else 15 * (whole_number(quarter) or 0)
            if quarter
            else (whole_number((spoken_minute or "").removesuffix("分")) or 0)
        )
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
        # Three o'clock, said at four in the afternoon, was an hour ago, not last night.
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
    if "年" in word:
        return "yearly"
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
    amounts = _amounts(groups["count"])
    unit = (groups["unit"] or "").removeprefix("个")
    if amounts is None or amounts[1] > 500:
        return None
    least, most = amounts
    if groups["and_half"] or groups["half_more"]:
        least, most = least + 0.5, most + 0.5
    lasting = groups["lasting"] is not None or groups["recent"] is not None
    approximate = least != most or groups["count"] in _VAGUE or bool(groups["more"])
    if unit in _UNIT_MINUTES:
        step = timedelta(minutes=_UNIT_MINUTES[unit])
        grain = "hour" if unit in ("小时", "钟头") else "minute"
        start = now - step * most
        end = now - step * least + timedelta(minutes=60 if grain == "hour" else 1)
    else:
        start = _at(now.date() - timedelta(days=round(most * _UNIT_DAYS[unit])), now)
        latest = _at(now.date() - timedelta(days=round(least * _UNIT_DAYS[unit])), now)
        grain, width = _UNIT_GRAINS[unit]
        end = latest + DAY * width
    return Resolved(start, now if lasting else min(end, now), grain, has_date=True, approximate=approximate)


_UNIT_MINUTES = {"小时": 60, "钟头": 60, "分钟": 1, "刻钟": 15}
# Grain, and how many days "two months ago" may mean.
_UNIT_GRAINS = {
    "天": ("day", 1), "日": ("day", 1), "周": ("week", 7), "星期": ("week", 7), "礼拜": ("week", 7), "月": ("month", 15),
    "年": ("year", 180),
}  # fmt: skip
_VAGUE = ("几", "好几")


def _amounts(text: str) -> tuple[float, float] | None:
    """Least and most: 十几 is 10 to 19, 五六 is 5 to 6, 半 is 0.5; 几, three to five, is reckoned from three."""
    if text == "半":
        return 0.5, 0.5
    if text in _VAGUE:
        return 3, 3
    if text in ("几十", "好几十"):
        return 20, 90
    if len(text) > 1 and text[-1] in "几多来":
        ten = parse_number(text[:-1])
        return None if ten is None else (ten, ten + 9 if text[-1] != "来" else ten)
    span = approximate_number(text)
    if span is not None:
        return span
    value = parse_number(text)
    return None if value is None else (value, value)
