"""Chinese numerals inside addresses as Arabic digits: 三 -> 3, 二十三 -> 23, 五零二 -> 502."""

from __future__ import annotations

_DIGITS = {
    "零": 0, "〇": 0, "○": 0, "一": 1, "幺": 1, "壹": 1, "二": 2, "两": 2, "贰": 2, "三": 3, "叁": 3, "四": 4, "肆": 4,
    "五": 5, "伍": 5, "六": 6, "陆": 6, "七": 7, "柒": 7, "八": 8, "捌": 8, "九": 9, "玖": 9,
}  # fmt: skip
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000}

NUMERAL_CHARS = "0-9" + "".join(_DIGITS) + "".join(_TENS)


def arabic(numeral: str) -> str:
    """A written or spoken numeral in Arabic digits; what is no numeral (甲, A) comes back as it was.

    With 十 百 千 it is a count (一百零二 -> 102), without them a row of digits (幺零二 -> 102).
    """
    if numeral.isascii() or not all(char in _DIGITS or char in _TENS for char in numeral):
        return numeral
    if not any(char in _TENS for char in numeral):
        return "".join(str(_DIGITS[char]) for char in numeral)
    total = 0
    digit: int | None = None
    unit = 1
    for char in numeral:
        if char in _TENS:
            unit = _TENS[char]
            # 十二 begins without a digit.
            total += (1 if digit is None else digit) * unit
            digit = None
        else:
            digit = _DIGITS[char]
            # After 零 the next digit counts ones: 一百零二.
            unit = 10 if digit == 0 else unit
    if digit is not None:
        # 一百二 is 120, 十二 is 12.
        total += digit * (unit // 10 if unit > 10 else 1)
    return str(total)
