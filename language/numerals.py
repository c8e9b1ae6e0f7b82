"""Chinese numerals and spoken digits.

Quantities (一百二十三, 两千零五, 1万2, 十五块八) and digit strings (幺三八零零…, 三个零) are different things:
the first are evaluated (`parse_number`, `cardinal`, `find_numbers`), the second read digit by digit (`digit_runs`).
House numbers are both (`arabic`).
七八个 is seven to eight (`approximate_number`), never 78.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DIGITS = {
    **dict(zip("零〇一二两三四五六七八九幺", [0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 1], strict=True)),
    **dict(zip("壹贰叁肆伍陆柒捌玖", range(1, 10), strict=True)),
    **{str(digit): digit for digit in range(10)},
}
_SMALL_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG_UNITS = {"万": 10_000, "亿": 100_000_000}
_UNITS = {**_SMALL_UNITS, **_BIG_UNITS}
_HAN_DIGIT = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖"
_HAN_NUMBER = _HAN_DIGIT + "十拾百佰千仟万亿"

# A trillion takes twelve digits; whatever is longer is no quantity (and int() refuses thousands of digits).
LONGEST = 20
_PIECE = re.compile(r"\d+(?:\.\d+)?|.")


def parse_number(text: str) -> float | int | None:
    """Value of a whole numeral, or None when the text is no numeral. Never raises.

    >>> parse_number("两千零五"), parse_number("1万2"), parse_number("三点一四"), parse_number("一千五")
    (2005, 12000, 3.14, 1500)
    """
    text = text.strip().replace(",", "")
    if not text or len(text) > LONGEST:
        return None
    if re.fullmatch(r"\d+", text):
        return int(text)
    if re.fullmatch(r"\d+\.\d+", text):
        return float(text)
    whole, point, fraction = text.partition("点")
    if point:
        base = parse_number(whole)
        digits = [_DIGITS.get(char) for char in fraction]
        if base is None or not digits or None in digits:
            return None
        return float(f"{int(base)}." + "".join(str(digit) for digit in digits))
    if all(char in _DIGITS for char in text):
        # 二零二六 is read digit by digit; a lone digit is itself.
        return int("".join(str(_DIGITS[char]) for char in text))
    return _evaluate(text)


def cardinal(text: str) -> int | None:
    """The value of a numeral in Chinese characters with its units (三千五百, 一万二, 两百零五); None for anything else.

    Unlike `parse_number` it takes no row of digits (五零二) and nothing written in Arabic digits.
    """
    if not text or any(char not in _HAN_NUMBER for char in text):
        return None
    if len(text) > 1 and all(char in _DIGITS for char in text):
        return None
    value = parse_number(text)
    return int(value) if value is not None else None


def approximate_number(text: str) -> tuple[int, int] | None:
    """Least and most of a numeral of two neighbours: 七八 -> (7, 8), 三四十万 -> (300000, 400000), 十五六 -> (15, 16).

    None for every other numeral. 三五 (three to five) is one, 九十 is ninety.
    """
    found = _NEIGHBOURS.fullmatch(text)
    if not found:
        return None
    tens, first, second, units = found.groups()
    low, high = _DIGITS[first], _DIGITS[second]
    if high - low != 1 and (low, high) != (3, 5):
        return None
    if units:
        factor = parse_number("一" + units) if units[0] in _SMALL_UNITS else None
        scale = factor if factor is not None else _evaluate("一" + units)
        if scale is None or tens:
            return None
        return int(low * scale), int(high * scale)
    base = 0
    if tens:
        value = parse_number(tens)
        if value is None:
            return None
        base = int(value)
    return base + low, base + high


_NEIGHBOURS = re.compile(
    r"([二三四五六七八九]?十)?([一两二三四五六七八九])([两二三四五六七八九])([十百千万亿]*)"
)


def _evaluate(text: str) -> float | int | None:
    total: float = 0
    section: float = 0
    pending: float | None = None
    last_unit = 1
    zero_since_unit = False
    for piece in _PIECE.findall(text):
        if piece in _UNITS:
            unit = _UNITS[piece]
            if unit in _BIG_UNITS.values():
                section += pending or 0
                if section == 0:
                    return None
                total = (total + section) * unit if unit > 10_000 else total + section * unit
                section = 0
            else:
                if pending is None and (section or unit != 10):
                    return None
                section += (1 if pending is None else pending) * unit
            pending, last_unit, zero_since_unit = None, unit, False
        elif piece in _DIGITS or piece[0].isdigit():
            value = _DIGITS[piece] if piece in _DIGITS else float(piece) if "." in piece else int(piece)
            if pending is not None:
                return None
            if value == 0:
                zero_since_unit = True
            else:
                pending = value
        else:
            return None
    if pending is not None:
        # 一千五 is 1500 and 三万二 is 32000, but 一千零五 is 1005.
        scale = 1 if zero_since_unit or last_unit <= 10 or pending >= 10 else last_unit // 10
        section += pending * scale
    result = total + section
    return int(result) if float(result).is_integer() else round(result, 6)


_HAN_ONES = "零一二三四五六七八九"


def to_chinese(number: int) -> str:
    """Numeral for 0 <= number < 10**12, as it is spoken: 15 is 十五, 10005 is 一万零五."""
    if not 0 <= number < 10**12:
        raise ValueError("only 0 to 10**12 - 1")
    if number == 0:
        return "零"
    parts: list[str] = []
    gap = False
    for unit, name in ((100_000_000, "亿"), (10_000, "万"), (1, "")):
        section, number = divmod(number, unit)
        if section == 0:
            gap = bool(parts)
            continue
        if parts and (gap or section < 1000):
            parts.append("零")
        parts.append(_section(section) + name)
        gap = False
    spoken = "".join(parts)
    return spoken[1:] if spoken.startswith("一十") else spoken


def _section(number: int) -> str:
    text = ""
    gap = False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            text += ("零" if gap else "") + _HAN_ONES[digit] + name
            gap = False
        elif text:
            gap = True
    return text


# --- spoken digit strings ------------------------------------------------------------------------------------

# 洞 拐 勾 are how soldiers, drivers and telephone operators say 0, 7 and 9.
_SPOKEN = {
    **{char: str(value) for char, value in _DIGITS.items()},
    "洞": "0",
    "拐": "7",
    "勾": "9",
    "o": "0",
    "O": "0",
}
_REPEAT = {
    "两": 2,
    "二": 2,
    "俩": 2,
    "三": 3,
    "仨": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "2": 2,
    "3": 3,
    "4": 4,
    "5": 5,
    "6": 6,
}
_SPOKEN_DIGIT = "0-9零〇一二两三四五六七八九幺洞拐勾"
_PAUSE = r"(?:(?:[ \t,，、。.·…~\-—–_]|嗯|呃|额|啊|哦|然后){1,4})"
_DIGIT_ITEM = rf"(?:[二两三四五六2-6俩仨]个[{_SPOKEN_DIGIT}]|[{_SPOKEN_DIGIT}])"
_RUN = re.compile(rf"{_DIGIT_ITEM}(?:{_PAUSE}?{_DIGIT_ITEM})*")
_ITEM = re.compile(rf"([二两三四五六2-6俩仨])个([{_SPOKEN_DIGIT}])|([{_SPOKEN_DIGIT}])")


@dataclass(frozen=True)
class DigitRun:
    """Digits spoken or written one after the other. `spans[i]` is where `digits[i]` stands in the text."""

    digits: str
    spans: tuple[tuple[int, int], ...]

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Text span of digits first..last-1."""
        return self.spans[first][0], self.spans[last - 1][1]

    def pause_before(self, index: int) -> bool:
        """True at both ends of the run and wherever something stands between two digits."""
        if index <= 0 or index >= len(self.digits):
            return True
        return self.spans[index][0] > self.spans[index - 1][1]


def digit_runs(text: str, shortest: int = 5) -> list[DigitRun]:
    """Runs of at least `shortest` digits; pauses, dashes and fillers inside are skipped, 三个零 counts as 000."""
    runs = []
    for match in _RUN.finditer(text):
        digits: list[str] = []
        spans: list[tuple[int, int]] = []
        for item in _ITEM.finditer(text, match.start(), match.end()):
            times, repeated, single = item.groups()
            count = _REPEAT[times] if times else 1
            digits += [_SPOKEN[repeated or single]] * count
            spans += [item.span()] * count
        if len(digits) >= shortest:
            runs.append(DigitRun("".join(digits), tuple(spans)))
    return runs


# --- quantities in running text ------------------------------------------------------------------------------

_MEASURE = (
    r"块钱|块|元|角|毛|万元|亿元|平方米|平米|平方|公里|千米|米|公斤|斤|吨|度|栋|幢|单元|楼|层|室|号楼|户|家|个月|个人|个小时|个|人|次|"
    r"天|年|岁|周|小时|分钟|点钟|分贝|分|名|位|辆|台|部|张|份|间|套|棵|条|只|头|箱|件|趟|遍|倍|成|折|星|%|％"
)
_NUMBER = (
    rf"(?:\d+(?:\.\d+)?(?:[十百千万亿]+[\d{_HAN_DIGIT}]?(?![点.\d]))?|[{_HAN_NUMBER}]+(?:点[{_HAN_DIGIT}]+)?)"
)
_QUANTITY = re.compile(
    rf"(?P<number>{_NUMBER})(?P<more>多|来|几)?(?P<unit>个半(?:小时|钟头|月|星期|礼拜)|{_MEASURE})?"
)
# 三块五, 三块五毛二, 两毛五; in 三块五一斤 the 一 belongs to the 斤.
_ONE_OF = "一[斤个吨度方平份张条只件盒瓶袋月天年公户人]"
_CENTS = rf"(?!{_ONE_OF})[\d{_HAN_DIGIT}](?!(?!{_ONE_OF})[{_HAN_NUMBER}\d点])"
_MONEY = re.compile(
    rf"(?P<number>{_NUMBER})(?:(?:块钱?|元)(?P<tenths>{_CENTS})(?:(?:毛钱?|角)(?P<after>{_CENTS})?分?)?"
    rf"|(?P<dime>毛钱?|角(?!落|度|色))(?P<cents>{_CENTS})?分?)"
)
_IDIOMS = re.compile(
    r"一(?:个|下|些|点|样|直|定|般|起|边|家人|位|次|天|条|年到头|户|家|份|分|张)|万一|统一|唯一|千万|百姓|十分(?=[\u4e00-\u9fff])|三番|四川|五一(?![斤个块元])|十一(?!个|块|元|栋|楼|层)"
)


@dataclass(frozen=True)
class FoundNumber:
    """Characters `start` to `end` (exclusive). Money comes in yuan; `most` is the upper end of 七八个, else None."""

    value: float
    start: int
    end: int
    unit: str = ""
    most: float | None = None


def find_numbers(text: str) -> list[FoundNumber]:
    """Quantities worth keeping: with a measure word, with Arabic digits, or of two or more numeral characters.

    In order, without overlaps.
    """
    found: list[FoundNumber] = []
    position = 0
    while match := _QUANTITY.search(text, position):
        quantity = _money(text, match.start()) or _quantity(text, match)
        position = max(match.end(), quantity.end if quantity else 0)
        if quantity:
            found.append(quantity)
    return found


def _money(text: str, start: int) -> FoundNumber | None:
    match = _MONEY.match(text, start)
    value = parse_number(match["number"]) if match else None
    if not match or value is None or (isinstance(value, float) and not match["number"].endswith("万")):
        return None
    if match["dime"]:
        amount = value / 10 + _DIGITS.get(match["cents"] or "零", 0) / 100
        if not match["cents"] and approximate_number(match["number"]):
            return None
    else:
        amount = value + _DIGITS[match["tenths"]] / 10 + _DIGITS.get(match["after"] or "零", 0) / 100
    return FoundNumber(round(amount, 2), start, match.end(), "元")


def _quantity(text: str, match: re.Match[str]) -> FoundNumber | None:
    number, unit = match["number"], match["unit"] or ""
    if _IDIOMS.match(text, match.start()) or (match.start() and _IDIOMS.match(text, match.start() - 1)):
        return None
    span = approximate_number(number)
    if span and (unit or len(number) > 2):
        return FoundNumber(span[0], match.start(), match.end(), unit, span[1])
    han = not number[0].isdigit()
    if han and not unit and not (len(number) >= 2 and any(char in _UNITS for char in number)):
        return None
    value = parse_number(number)
    if value is None:
        return None
    if unit.startswith("个半"):
        return FoundNumber(value + 0.5, match.start(), match.end(), unit[2:])
    most = value + 9 if match["more"] == "几" and number[-1] in "十0" else None
    return FoundNumber(value, match.start(), match.end(), unit, most)


# --- house numbers ---------------------------------------------------------------------------------------

NUMERAL_CHARS = "0-9○" + "".join(char for char in _DIGITS if not char.isascii()) + "".join(_SMALL_UNITS)


def arabic(numeral: str) -> str:
    """A written or spoken numeral in Arabic digits; what is no numeral (甲, A) comes back as it was.

    With 十 百 千 it is a count (一百零二 -> 102), without them a row of digits (幺零二 -> 102).
    """
    chars = numeral.replace("○", "零")
    if numeral.isascii() or not all(char in _DIGITS or char in _SMALL_UNITS for char in chars):
        return numeral
    if not any(char in _SMALL_UNITS for char in chars):
        return "".join(str(_DIGITS[char]) for char in chars)
    value = parse_number(chars)
    return numeral if value is None else str(value)
