"""Dates of festivals and of days in the lunar calendar: 国庆, 清明, 中秋, 大年初三, 腊月二十三."""

from __future__ import annotations

from datetime import date, timedelta

DAY = timedelta(days=1)

# New year's day, leap month (0: none; it follows the month of its number) and the length of each month: L has 30 days,
# s 29. The lengths are those of the Hong Kong Observatory's conversion tables as calendar programs carry them; for every
# year they add up to the distance of the observatory's new year days, and give its 端午 and 中秋. (ICU 78 is a day off in
# 2027 and 2030.)
_LUNAR_YEARS: dict[int, tuple[int, int, int, str]] = {
    2020: (1, 25, 4, "sLLLsLssLsLsL"), 2021: (2, 12, 0, "sLLsLsLsLsLs"), 2022: (2, 1, 0, "LsLsLLsLsLsL"),
    2023: (1, 22, 2, "sLssLLsLLsLsL"), 2024: (2, 10, 0, "sLssLsLLsLLs"), 2025: (1, 29, 6, "LsLssLsLsLLLs"),
    2026: (2, 17, 0, "LsLssLssLLLs"), 2027: (2, 6, 0, "LLsLssLssLLs"), 2028: (1, 26, 5, "LLLsLssLssLLs"),
    2029: (2, 13, 0, "LLsLsLsLssLL"), 2030: (2, 3, 0, "sLsLLsLsLsLs"), 2031: (1, 23, 3, "sLLsLsLLsLsLs"),
    2032: (2, 11, 0, "LssLsLLsLLsL"), 2033: (1, 31, 11, "sLssLsLsLLLsL"), 2034: (2, 19, 0, "sLssLsLsLLsL"),
    2035: (2, 8, 0, "LsLssLssLLsL"),
}  # fmt: skip

_FIXED = {"元旦": (1, 1), "五一": (5, 1), "国庆": (10, 1)}
_LUNAR = {"春节": (1, 1), "元宵": (1, 15), "端午": (5, 5), "中秋": (8, 15)}
_HOLIDAY_DAYS = {"元旦": 3, "春节": 8, "清明": 3, "五一": 5, "端午": 3, "中秋": 3, "国庆": 7}


def lunar_month(year: int, month: int) -> tuple[date, date] | None:
    """First day and day after the last of a month of the lunar year that begins in `year`; None outside 2020-2035."""
    if year not in _LUNAR_YEARS or not 1 <= month <= 12:
        return None
    new_month, new_day, leap, lengths = _LUNAR_YEARS[year]
    days = [30 if size == "L" else 29 for size in lengths]
    index = month - 1 + (1 if leap and month > leap else 0)
    first = date(year, new_month, new_day) + DAY * sum(days[:index])
    return first, first + DAY * days[index]


def lunar_day(year: int, month: int, day: int) -> date | None:
    """The day of a lunar month (not of a leap month); None where there is none, or outside 2020-2035."""
    found = lunar_month(year, month)
    if found is None or not 1 <= day <= (found[1] - found[0]).days:
        return None
    return found[0] + DAY * (day - 1)


def festival(name: str, year: int, holiday: bool) -> tuple[date, date] | None:
    """Start and end (exclusive) of the day, or of the holiday around it; None for lunar ones outside 2020-2035."""
    if name == "暑假":
        return date(year, 7, 1), date(year, 9, 1)
    if name == "寒假":
        return date(year, 1, 15), date(year, 2, 20)
    first: date | None
    if name in _FIXED:
        first = date(year, *_FIXED[name])
    elif name == "清明":
        # Valid for 1901-2099: the fourth of April in leap years and the year after, else the fifth.
        first = date(year, 4, 4 if year % 4 in (0, 1) else 5)
    elif name == "除夕":
        new_year = lunar_day(year, 1, 1)
        first = new_year and new_year - DAY
    else:
        first = lunar_day(year, *_LUNAR[name])
    if first is None:
        return None
    return first, first + DAY * (_HOLIDAY_DAYS.get(name, 1) if holiday else 1)
