"""Which days a date means: weeks, months, years, seasons, festivals and the lunar calendar, seen from `today`.

`groups` are the groups of `time_grammar.POINT` as `time_values.merged` gives them.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from language.festivals import DAY, festival, lunar_day, lunar_month
from language.numerals import parse_number
from language.time_grammar import FESTIVALS


def whole_number(text: str | None) -> int | None:
    value = parse_number(text) if text else None
    return int(value) if value is not None else None


_RELATIVE = (
    ("大前", -3), ("大后", 3), ("前", -2), ("昨", -1), ("今", 0), ("当", 0), ("明", 1), ("后", 2),
)  # fmt: skip
WEEKDAYS = {
    **dict(zip("一二三四五六", range(6), strict=True)),
    "日": 6,
    "天": 6,
    "末": 5,
    **{str(i): i - 1 for i in range(1, 8)},
}

DateRange = tuple[date, date, str]


def date_range(groups: dict[str, str | None], today: date) -> DateRange | None:
    """Start, end (exclusive) and grain; None without a date. Raises LookupError for a lunar day that cannot be told."""
    if groups["relative"]:
        day = today + DAY * next(offset for word, offset in _RELATIVE if groups["relative"].startswith(word))
        return day, day + DAY, "day"
    if groups["weekday"] or groups["weekshift"]:
        return _week(groups, today)
    if groups["lunar_month"] or groups["lunar"]:
        return _lunar(groups, today)
    if groups["festival"]:
        return _festival(groups, today)
    if groups["isodate"]:
        year, month, day_number = (int(piece) for piece in re.split(r"[-/.]", groups["isodate"]))
        return day_of(year, month, day_number)
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
    day = monday + DAY * WEEKDAYS[weekday]
    if not groups["weekshift"] and day > today:
        day -= 7 * DAY
    return day, day + (2 if weekday == "末" else 1) * DAY, "day"


def day_of(year: int, month: int, day: int) -> DateRange | None:
    try:
        first = date(year, month, day)
    except ValueError:
        return None
    return first, first + DAY, "day"


def _month(year: int, month: int, portion: str | None) -> DateRange | None:
    if not 1 <= month <= 12:
        return None
    last = monthrange(year, month)[1]
    first, end = {
        "初": (1, 10),
        "上": (1, 10),
        "中": (11, 20),
        "下": (21, last),
        "底": (21, last),
        "末": (21, last),
    }.get(portion or "", (1, last))
    return date(year, month, first), date(year, month, end) + DAY, "month"


def _calendar(groups: dict[str, str | None], today: date) -> DateRange | None:
    year = _year(groups, today)
    month = whole_number(groups["month"])
    day = whole_number(groups["day"] or groups["dayonly"])
    portion = groups["portion"]
    if groups["monthshift"] is not None and month is None:
        index = today.year * 12 + today.month - 1 + _shift(groups["monthshift"])
        chosen_year, month = index // 12, index % 12 + 1
        return day_of(chosen_year, month, day) if day else _month(chosen_year, month, portion)
    if month is not None:
        chosen = year or today.year
        if day:
            found = day_of(chosen, month, day)
            if found and not year and found[0] > today + 60 * DAY:
                found = day_of(chosen - 1, month, day)
            return found
        if not year and month > today.month + 1:
            chosen -= 1
        return _month(chosen, month, portion)
    if day:
        found = day_of(today.year, today.month, day)
        if found and found[0] > today:
            index = today.year * 12 + today.month - 2
            found = day_of(index // 12, index % 12 + 1, day) or found
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


# 立春, 立夏, 立秋, 立冬, within a day: people speak of winter long before December.
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
    number = whole_number(groups["year"])
    if number is None or number >= 1000:
        return number
    # Two digits: nobody complains about 2098.
    return 2000 + number if 2000 + number <= today.year else 1900 + number


def _festival(groups: dict[str, str | None], today: date) -> DateRange | None:
    name = next(
        (name for pattern, name in FESTIVALS if re.fullmatch(pattern, groups["festival"] or "")), "国庆"
    )
    year = _year(groups, today)
    holiday = bool(groups["holiday"]) or name in ("暑假", "寒假")
    if year is None:
        span = festival(name, today.year, holiday)
        year = today.year if span and _near(span[0], today) else today.year - 1
    span = festival(name, year, holiday)
    return (span[0], span[1], "day" if span[1] - span[0] == DAY else "week") if span else None


def _near(day: date, today: date) -> bool:
    """People mean the coming one if it is at most six weeks ahead, else the last one."""
    return day <= today + 45 * DAY


def _lunar(groups: dict[str, str | None], today: date) -> DateRange | None:
    """Raises LookupError for a day or month that cannot be told."""
    named = (groups["lunar_month"] or "").removesuffix("月")
    month = {"正": 1, "冬": 11, "腊": 12}.get(named) or whole_number(named)
    number = (groups["lunar_day"] or "").removeprefix("初").replace("廿", "二十")
    day = whole_number(number) if number else None
    if not month or (number and not day):
        raise LookupError("no such month")
    year = _year(
        {
            **groups,
            "year": (groups["lunar_year"] or "").removesuffix("年"),
            "relative_year": _relative_year(groups),
        },
        today,
    )
    for chosen in (today.year, today.year - 1, today.year - 2) if year is None else (year,):
        if day:
            first = lunar_day(chosen, month, day)
            found = (first, first + DAY) if first else None
        else:
            found = lunar_month(chosen, month)
        if found is None:
            raise LookupError("outside the table")
        if year is not None or _near(found[0], today):
            return found[0], found[1], "day" if day else "month"
    raise LookupError("no such month")


def _relative_year(groups: dict[str, str | None]) -> str | None:
    word = groups["lunar_year"]
    return word if word and word[0] in "大前去今明" else None
