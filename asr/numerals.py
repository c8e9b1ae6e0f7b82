"""Chinese numerals to digits where people write digits: telephone and house numbers, times, money, quantities. Pure.

Conservative: 一个 一起 十分 千万 一点 万一 三三两两 stay words; what is certainly a number becomes one.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "幺": 1, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1_000}
_BIG = {"万": 10_000, "亿": 100_000_000}

_D = "零〇一二三四五六七八九"
_PLAIN = f"[{_D}幺]"
_CARDINAL = f"[{_D}两十百千万亿]"
# A number of at least two characters that is no idiom of neighbouring digits (三五个, 一二十个).
_LONG = f"(?:{_CARDINAL}{{2,}})"

_DAY_PART = "上午|下午|中午|晚上|早上|早晨|清晨|凌晨|傍晚|半夜|夜里|夜间|今早|今晚|昨晚|明早|明晚"
# Behind these a single numeral is a number too: nobody says "三栋" and means a word.
_PLACES = "号楼|号院|号门|号线|号|栋|幢|单元|室|楼|弄|组"
_MEASURES = "元|块钱|毛钱|角钱|万元|平方米|平方公里|平米|平方|公里|千米|厘米|毫米|公斤|千克|分钟|小时|个小时|个月|岁|周岁|度|路公交|路车|路公交车"
# Behind these only numbers of several characters: 一天 两次 三个 read better as words.
_COUNTS = "天|年|个|人|户|次|位|名|件|条|块|米|斤|吨|层|家|辆|台|张|页|分|秒|倍|多|余|来"
# 统一号召, 唯一元素: the 一 belongs to the word before.
_NO_START = "(?<![统唯万之同专单惟第周期拜])"


def number(text: str) -> int | None:
    """The value of a cardinal (三千五百, 一万二, 两百零五); None if it is none."""
    if not text or any(c not in _DIGITS and c not in _UNITS and c not in _BIG for c in text):
        return None
    total = section = digit = 0
    last_unit = 0
    pending = False
    for c in text:
        if c in _DIGITS:
            if pending and digit:
                return None
            digit, pending = _DIGITS[c], True
            if c in "零〇":
                last_unit, pending = 0, False
        elif c in _UNITS:
            if not pending and not (c == "十" and digit == 0 and (section == 0 or last_unit != 10)):
                return None
            section += (digit if pending else 1) * _UNITS[c]
            digit, pending, last_unit = 0, False, _UNITS[c]
        else:
            section += digit if pending else 0
            if not section:
                return None
            if c == "亿":
                total = (total + section) * _BIG[c]
            else:
                total += section * _BIG[c]
            section, digit, pending, last_unit = 0, 0, False, _BIG[c]
    if pending:
        # 三千五 is 3500, 一万二 is 12000; after 十 or 零 the digit stands for itself.
        section += digit * (last_unit // 10 if last_unit > 10 else 1)
    return total + section


def _digits(text: str) -> str:
    return "".join(str(_DIGITS[c]) for c in text)


def _written(text: str) -> str | None:
    """五零二 digit by digit, 三十二 by value; None for idioms such as 三五 (three to five)."""
    if all(c in _DIGITS for c in text):
        if len(text) == 2 and "零" not in text and "〇" not in text and "幺" not in text:
            return None
        return _digits(text)
    value = number(text)
    return None if value is None else str(value)


def _money_written(text: str) -> str | None:
    """Big round amounts keep their 万 or 亿: 三千万 is 3000万."""
    for unit, size in (("亿", 8), ("万", 4)):
        if text.endswith(unit):
            value = number(text)
            if value is not None and value % 10**size == 0 and value >= 10**size:
                return f"{value // 10**size}{unit}"
    return _written(text)


def _sub(pattern: str, replace: Callable[[re.Match[str]], str | None], text: str) -> str:
    return re.sub(pattern, lambda m: m[0] if (new := replace(m)) is None else new, text)


def _percent(m: re.Match[str]) -> str | None:
    whole = number(m["n"])
    if whole is None:
        return None
    return f"{whole}{'.' + _digits(m['f']) if m['f'] else ''}%"


def _decimal(m: re.Match[str]) -> str | None:
    whole = number(m["n"])
    return None if whole is None else f"{whole}.{_digits(m['f'])}"


def _time(m: re.Match[str]) -> str | None:
    hour = number(m["h"])
    if hour is None or hour > 24:
        return None
    minutes = m["m"] or ""
    if minutes and minutes not in ("半", "整", "钟", "多", "一刻", "三刻"):
        bare = minutes.rstrip("分")
        value = number(bare.lstrip("零〇") or "零")
        if value is None or value > 59:
            return None
        minutes = f"{value:02d}" + ("分" if minutes.endswith("分") else "")
    return f"{m['p'] or ''}{hour}点{minutes}"


def _simple(m: re.Match[str]) -> str | None:
    found = _written(m["n"])
    return None if found is None else found + m["u"]


def _quantity(m: re.Match[str]) -> str | None:
    found = _money_written(m["n"])
    return None if found is None else found + m["u"]


def _change(m: re.Match[str]) -> str | None:
    """三块五, 两块五毛: the price of small things."""
    whole = number(m["n"])
    return None if whole is None else f"{whole}块{_digits(m['f'])}{m['u'] or ''}"


_MINUTES = f"半|整|钟|多|[一三]刻|[零〇][{_D}]分?|[{_D}]?十[{_D}]?分?"
_RULES: tuple[tuple[str, Callable[[re.Match[str]], str | None]], ...] = (
    # Digit by digit: telephone, identity, order and hotline numbers; years.
    (f"(?P<n>{_PLAIN}{{3,}})(?![十百千万亿])", lambda m: _digits(m["n"])),
    (f"(?P<n>[一二][{_D}]{{3}}|[{_D}]{{2}})(?P<u>年)(?![多级])", lambda m: _digits(m["n"]) + m["u"]),
    (f"百分之(?P<n>{_CARDINAL}+)(?:点(?P<f>[{_D}]+))?", _percent),
    (f"(?P<p>{_DAY_PART})的?(?P<h>[{_D}两]?十?[{_D}两])点(?P<m>{_MINUTES})?(?!儿|[{_D}])", _time),
    (f"(?P<p>{_DAY_PART})的?(?P<h>二?十)点(?P<m>{_MINUTES})?(?!儿|[{_D}])", _time),
    (f"(?P<p>)(?<![{_D}十有])(?P<h>[{_D}两]?十?[{_D}两]|二?十)点(?P<m>{_MINUTES})(?![{_D}])", _time),
    (f"(?P<n>{_CARDINAL}+)点(?P<f>[{_D}]+)(?=[万亿元块米度倍个公平千吨斤分]|$|[，。！？])", _decimal),
    (f"{_NO_START}(?P<n>[{_D}两]{{1,2}}|[{_D}]?十[{_D}]?)(?P<u>月份?)(?=[{_D}十\\d底初中份，。]|$)", _simple),
    (f"(?<=月)(?P<n>[{_D}]?十[{_D}]?|[{_D}])(?P<u>[日号])", _simple),
    (f"{_NO_START}(?P<n>{_CARDINAL}+)块(?P<f>[一二三四五六七八九])(?P<u>毛|角)?(?!块)", _change),
    (f"{_NO_START}(?P<n>{_CARDINAL}+)(?P<u>{_PLACES})(?!召|称|令|道|梯上|下)", _simple),
    (f"{_NO_START}(?P<n>{_CARDINAL}+)(?P<u>{_MEASURES})", _quantity),
    (f"{_NO_START}(?P<n>{_LONG})(?P<u>{_COUNTS})(?!之)", _quantity),
    # 三千五百二十一: three characters with a unit inside are a number whatever follows.
    (f"(?P<n>[{_D}两][十百千][{_D}两十百千万亿]+)(?P<u>)", _quantity),
)
_HAS = re.compile(f"[{_D}两十百千万亿幺]")


def to_digits(text: str) -> str:
    """Idempotent; text without numerals comes back as it is."""
    if not _HAS.search(text):
        return text
    for pattern, replace in _RULES:
        text = _sub(pattern, replace, text)
    return text
