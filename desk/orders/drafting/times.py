"""When something happened, as the citizen put it: 天天晚上到一两点, 上周三晚上八点多, 半个月了."""

from __future__ import annotations

import re
from dataclasses import dataclass

_N = r"[0-9零一二两三四五六七八九十几半]"
_CLOCK = rf"(?:{_N}{{1,3}}(?:点(?:半|多|钟|左右|{_N}{{1,3}}分?)*|[:：]\d{{2}}))"
_DAYPART = r"(?:凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜|夜间|大半夜|后半夜|晚间)"
_DAY = (
    rf"(?:今天|今早|今晚|昨天|昨晚|前天|大前天|前晚|刚才|刚刚|最近|这几天|这两天|近期|近日|上个?月|这个月|本月|去年|今年|前年|"
    rf"(?:上|这|本)(?:个?(?:周|星期|礼拜))[一二三四五六日天末]?|(?:周|星期|礼拜)[一二三四五六日天末]|"
    rf"(?:\d{{4}}年)?{_N}{{1,3}}月(?:{_N}{{1,3}}(?:日|号)|份|初|底|中旬)?|"
    rf"(?<![路街道巷弄段\d])(?:[12]?\d|3[01]|[一二三四五六七八九十]{{1,3}})(?:日|号)(?!楼|线|院|门|店|机))"
)
_HABIT = rf"(?:天天|每天|每晚|每日|每周{_N}?|每逢周末|周末|一到{_DAYPART}|长期|经常|一直|整夜|整晚|通宵|全天|二十四小时|24小时|夜夜|隔三差五)"
_SPAN = rf"(?:(?:持续|连续|已经|都|有)*(?:快|将近|差不多)?{_N}{{1,3}}(?:多)?个?(?:年|月|星期|礼拜|周|天|小时)(?:多|左右)?(?:了|以来|前|没)?)"
_REST = rf"(?:\s*(?:的|都|会|就|要|吵到|闹到|弄到|搞到|开到|干到|一直到|从|到|至|左右|开始|以后|之后|以前|之前|[-~—]|{_DAY}|{_HABIT}|{_DAYPART}|{_CLOCK}|{_N}{{1,2}}两?点))*"
_EXPRESSION = re.compile(rf"(?:(?:从)?(?:{_DAY}|{_HABIT}|{_DAYPART}|{_CLOCK}){_REST}|{_SPAN})")
_BAD_END = re.compile(r"(?:的|都|会|就|要|吵到|闹到|弄到|搞到|开到|干到|从|到|至)+$")
_VERB_TO = re.compile(r"(?:都|会|就|要)*(?:吵|闹|弄|搞|开|干)到")


@dataclass(frozen=True)
class TimeSaid:
    text: str
    start: int
    end: int


def find_time(text: str) -> TimeSaid | None:
    """The longest expression of time in the text; None when there is none."""
    best: TimeSaid | None = None
    for match in _EXPRESSION.finditer(text):
        raw = _BAD_END.sub("", match.group(0))
        end = match.start() + len(raw)
        said = _VERB_TO.sub("到", raw).replace(" ", "")
        if len(said) < 2 or re.fullmatch(r"(?:一直|经常|最近)", said) and best:
            continue
        if best is None or len(said) > len(best.text):
            best = TimeSaid(said, match.start(), end)
    return best
