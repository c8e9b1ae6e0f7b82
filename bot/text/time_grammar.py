"""The patterns that `times.py` reads: what one point in time looks like, and when festivals are."""

from __future__ import annotations

import re
from datetime import date, timedelta

_N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_CLOCK_N = r"(?:\d{1,2}|十[一二][一二]|[一二两三四五六七八九][二两三四五六七八九](?=点)|二十[一二三四]|十[一二]?|[一二两三四五六七八九零])"
_MINUTE_N = r"(?:\d{1,2}|[二三四五]?十[一二三四五六七八九]?|零?[一二三四五六七八九])"
_PART = (
    "凌晨|清晨|大清早|清早|一大早|大早上|早晨|早上|上午|中午|正午|晌午|下午|午后|傍晚|黄昏|大晚上|晚上|晚间|夜晚|后半夜|下半夜|夜里|夜间|"
    "半夜三更|三更半夜|深更半夜|大半夜|半夜|深夜|午夜|白天|早高峰|晚高峰"
)

# Pattern and canonical name; the first full match counts.
FESTIVALS: tuple[tuple[str, str], ...] = (
    (r"元旦节?", "元旦"), (r"除夕|大年三十|年三十|大年夜", "除夕"), (r"春节|过年|大年初一|正月初一", "春节"),
    (r"元宵节?|正月十五", "元宵"), (r"清明节?", "清明"), (r"五一|劳动节|五一劳动节", "五一"), (r"端午节?", "端午"),
    (r"中秋节?|八月十五", "中秋"), (r"国庆节?|十一(?=假期|长假|黄金周|期间|放假|那天)", "国庆"), (r"暑假", "暑假"), (r"寒假", "寒假"),
)  # fmt: skip
_FESTIVAL = "|".join(pattern for pattern, _ in FESTIVALS)

# Lunar festivals have no formula of a line or two; checked against the lunar calendar of jionlp 1.5.31.
_LUNAR: dict[str, dict[int, tuple[int, int]]] = {
    "春节": {2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13),
             2030: (2, 3), 2031: (1, 23), 2032: (2, 11)},
    "端午": {2023: (6, 22), 2024: (6, 10), 2025: (5, 31), 2026: (6, 19), 2027: (6, 9), 2028: (5, 28), 2029: (6, 16),
             2030: (6, 5), 2031: (6, 24), 2032: (6, 12)},
    "中秋": {2023: (9, 29), 2024: (9, 17), 2025: (10, 6), 2026: (9, 25), 2027: (9, 15), 2028: (10, 3), 2029: (9, 22),
             2030: (9, 12), 2031: (10, 1), 2032: (9, 19)},
}  # fmt: skip
_FIXED = {"元旦": (1, 1), "五一": (5, 1), "国庆": (10, 1)}
_HOLIDAY_DAYS = {"元旦": 3, "春节": 8, "清明": 3, "五一": 5, "端午": 3, "中秋": 3, "国庆": 7}


def fixed_festival(name: str, year: int, holiday: bool) -> tuple[date, date] | None:
    """Start and end (exclusive) of the day, or of the holiday around it; None outside the lunar table (2023-2032)."""
    if name == "暑假":
        return date(year, 7, 1), date(year, 9, 1)
    if name == "寒假":
        return date(year, 1, 15), date(year, 2, 20)
    if name in _FIXED:
        first = date(year, *_FIXED[name])
    elif name == "清明":
        # Valid for 1901-2099: the fourth of April in leap years and the year after, else the fifth.
        first = date(year, 4, 4 if year % 4 in (0, 1) else 5)
    else:
        table = _LUNAR["春节" if name in ("除夕", "元宵") else name]
        if year not in table:
            return None
        first = date(year, *table[year]) + timedelta(days={"除夕": -1, "元宵": 14}.get(name, 0))
    days = _HOLIDAY_DAYS.get(name, 1) if holiday else 1
    return first, first + timedelta(days=days)


_WEEK = r"(?:周|星期|礼拜)"
_SEASON = r"(?:[春夏秋冬](?:天|季)(?!花)|入[夏秋冬](?=以?[后来]|了|$)|开春)"
# 15号 is a date after a month, before a part of the day or as 15号那天; elsewhere it is a house number.
_DAY_ONLY = rf"(?<![路街巷弄道第年\d])(?P<dayonly>{_N})(?:号|日)(?:那天|当天|(?=(?:{_PART}|早|晚)))"
_DATE = rf"""(?:
    (?P<isodate>\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}})[日号]?\s?
  | (?<![\d./])(?P<shortdate>\d{{1,2}}[./]\d{{1,2}})(?:[日号]|[ ]?(?=(?:[01]?\d|2[0-3])[:：点]))
  | (?P<relative>大前|大后|前|昨|今|明|后|当)(?:天|日|儿(?=早|晚|个|上|下|半|夜|\s|$|[,，。]))(?:个)?(?!气|然)
  | (?P<relative_short>大前|前|昨|今|明|当)(?=晚(?!饭|会|报)|早|夜)
  | (?P<weekshift>(?:上上|下下|上|下|这|本)个?)?{_WEEK}(?:(?P<weekday>[一二三四五六日天末]|[1-7](?![\d天年]))
      |(?<=[上下这本个]周)|(?<=[上下这本个]星期)|(?<=[上下这本个]礼拜))(?!年|围|边|期间)
  | (?:(?P<festival_year>今年|去年|前年|明年)的?)?(?P<festival>{_FESTIVAL})(?![路街巷]|大道|广场|新村)(?P<holiday>期间|假期|长假|黄金周|放假)?(?:那天|当天|那几天|的时候)?
  | (?:(?P<year>20\d\d|\d\d(?=年\d{{1,2}}月)|[二零一三四五六七八九〇]{{4}})年|(?P<relative_year>大前年|前年|去年|上年|今年|本年|当年|明年)的?)?
      (?:(?<!个)(?P<month>{_N})月份?(?P<portion>[初中底末](?!旬))?(?:(?P<day>{_N})(?:号|日)?(?![个天点楼栋幢元块户\d]|单元))?
      |(?P<monthshift>(?:上上|下下|上|下|这|本)个?)月份?(?P<portion_shift>[初中底末])?(?:(?P<day_shift>{_N})(?:号|日))?)(?:那天|当天)?
  | (?:(?P<year_only>20\d\d|\d\d(?=年(?:年?[初底末]|[上下]半年))|[二零一三四五六七八九〇]{{4}})年|(?P<relative_year_only>大前年|前年|去年|今年|明年))(?:年?(?P<yearportion>[初中底末]|[上下]半年)|的?(?P<season>{_SEASON}))?(?![龄级])
  | (?P<season_alone>{_SEASON})
  | (?<![\d一二三四五六七八九十零〇今去前明后当同往新])年(?P<year_edge>[初底])
  | (?<!\d)(?<![一二三四五六七八九十个])(?P<month_portion>月[初中底末])
  | {_DAY_ONLY}
)"""
_EVERY = (
    rf"(?P<every>(?:一到|到了|逢)(?:周末|节假日|双休日|{_WEEK}[一二三四五六日天])|工作日|双休日|节假日|从早到晚|没日没夜|白天黑夜"
    rf"|每逢(?:周末|{_WEEK}[一二三四五六日天])|每到?个?(?:周末|{_WEEK}[一二三四五六日天]?|月)|每天|天天|每日|日日|见天|成天|整天"
    rf"|每到?(?=晚|早|半夜|夜里|凌晨)|(?:一到|到了)(?={_PART}))的?"
)
_CLOCK = rf"""(?<![\d第.])(?:
    (?P<digital>(?:[01]?\d|2[0-4])[:：][0-5]\d(?:[:：][0-5]\d)?)
  | (?P<hour>{_CLOCK_N})(?:点(?!儿|钱|事|东西|都|也没|也不|名|击|赞|头|点)|时(?!候|间|常|不|半会))钟?
      (?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_MINUTE_N})分?(?![个块天米]))?
)"""
_TRAIL = r"(?P<trail>(?:多|来)?钟?(?:多|左右|前后|上下|许|整|过)?)"
_AGO_UNIT = r"个?(?:小时|钟头|分钟|刻钟|星期|礼拜)|个月|(?<=半)月|(?<=半个多)月|周|天|年"
# 已经拖了两年: a length of time by what stands before it.
_LASTING_BEFORE = "|".join(
    f"(?<={word})"
    for word in ("已经", "持续", "过去", "持续了", *(f"{verb}了" for verb in "拖等停漏堵吵闹欠坏断臭响"))
)
_COUNT = r"(?<![\d第])(?:\d{1,3}|半|好几|几|一两|两三|三四|三五|四五|[一二两三四五六七八九十]{1,3})"

POINT = re.compile(
    rf"""
    (?P<just>刚刚|刚才|方才|现在|目前|眼下|此刻|当下)
  | (?P<lately>最近(?=[^一二两三四五六七八九十半几\d的])|最近$|近期|近来|这段时间|这阵子|这一阵|这几天|这两天|前几天|前两天|前段时间|前阵子|前一阵子?|前一段时间)
  | (?P<recent>最近|近|这|{_LASTING_BEFORE})?(?P<count>{_COUNT})(?:多|个多)?(?P<unit>{_AGO_UNIT})多?(?(recent)(?:以?来)?|(?:(?:之|以)?前(?!面)|(?P<lasting>了(?![,，]?不)|来(?!电|水|人)|没)))
  | (?:{_EVERY})?(?:{_DATE}[的 ]?)?(?:(?P<part>(?:{_PART})(?!饭|班|餐|觉|茶|市)|(?<=[今昨明前每到])(?:早|晚|夜)(?![点就会报]))的?\s?)?(?:{_CLOCK}{_TRAIL})?
    """,
    re.X,
)
RANGE_JOINT = re.compile(
    r"(?:开始)?[,，]?就?(?:一直|持续)?(?:弄到|搞到|吵到|干到|闹到|做到|忙到|到|至)了?(?:第二天|次日|隔天)?|[ ]?[-~—–][ ]?"
)
