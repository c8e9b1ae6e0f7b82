"""Numbers the way they are said in Chinese. Pure."""

from __future__ import annotations

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿")
LARGEST = 10**16 - 1


def digit_by_digit(digits: str, *, phone: bool = True) -> str:
    """138 -> 幺三八. On the phone 1 is 幺, because 一 and 七 sound alike; in years it stays 一. Other characters stay."""
    names = _DIGITS.replace("一", "幺") if phone else _DIGITS
    return "".join(names[ord(c) - ord("0")] if c.isascii() and c.isdigit() else c for c in digits)


def cardinal(number: int) -> str:
    """10 -> 十, 205 -> 两百零五, 20000 -> 两万, 2 -> 二 (两 before a measure word is the caller's matter).

    Raises:
        ValueError: larger than 10**16 - 1, which nobody says.
    """
    if abs(number) > LARGEST:
        raise ValueError("too large to be said")
    if number < 0:
        return "负" + cardinal(-number)
    if number == 0:
        return "零"
    groups: list[int] = []
    rest = number
    while rest:
        rest, group = divmod(rest, 10_000)
        groups.append(group)
    said = ""
    for position in range(len(groups) - 1, -1, -1):
        group = groups[position]
        if group == 0:
            continue
        # A gap of zeros is said once: 1 0005, 3 0000 0002.
        if said and (group < 1000 or groups[position + 1] == 0):
            said += "零"
        said += ("两" if group == 2 and position else _group(group, first=not said)) + _GROUPS[position]
    return said


def decimal(number: str) -> str:
    """Digits with at most one point: 12.50 -> 十二点五零."""
    whole, _, part = number.partition(".")
    said = cardinal(int(whole or "0"))
    return f"{said}点{digit_by_digit(part, phone=False)}" if part else said


def amount(number: str) -> str:
    """Before a measure word or unit: 2 -> 两, the rest as ever."""
    return "两" if number == "2" else decimal(number)


def _group(group: int, *, first: bool) -> str:
    """1 to 9999. `first`: nothing is said before it, so 10 is 十 and not 一十."""
    said = ""
    zero = False
    for power in (3, 2, 1, 0):
        digit = group // 10**power % 10
        if digit == 0:
            zero = bool(said)
            continue
        if zero:
            said += "零"
            zero = False
        if power == 1 and digit == 1 and first and not said:
            said += "十"
        elif digit == 2 and power in (2, 3):
            said += "两" + _UNITS[power]
        else:
            said += _DIGITS[digit] + _UNITS[power]
    return said
