"""The order number: YYMMDD, a daily sequence of five digits, a Luhn check digit. Shown as 261122-00015-9."""

from __future__ import annotations

import re
from datetime import date, datetime

from desk.orders.digits import SPOKEN_DIGITS
from desk.orders.errors import BadOrderNumber, NumbersExhausted

LENGTH = 12
LAST_SEQUENCE = 99_999

_SEPARATOR = r"(?:[\s\-‐‑–—－_.,,。、]|杠|横)*"
_RUN = re.compile(rf"(?<!\d)\d(?:{_SEPARATOR}\d){{{LENGTH - 1}}}(?!{_SEPARATOR}\d)")


def luhn_digit(digits: str) -> str:
    """The digit that makes `digits` + it pass the Luhn test: catches any one wrong digit, most swapped ones."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def build_number(day: date, sequence: int) -> str:
    """The 12 digits for the day's `sequence` (from 1). Raises NumbersExhausted above 99,999."""
    if not 1 <= sequence <= LAST_SEQUENCE:
        raise NumbersExhausted(f"sequence {sequence} does not fit five digits")
    digits = f"{day:%y%m%d}{sequence:05d}"
    return digits + luhn_digit(digits)


def is_number(digits: str) -> bool:
    """True for 12 ASCII digits with a real date, a sequence above 0 and a right check digit."""
    if len(digits) != LENGTH or not (digits.isascii() and digits.isdigit()) or digits[6:11] == "00000":
        return False
    try:
        datetime.strptime(digits[:6], "%y%m%d")
    except ValueError:
        return False
    return luhn_digit(digits[:-1]) == digits[-1]


def find_number(text: str) -> str | None:
    """The first order number inside a sentence, written or spoken (二六一一二二杠…), as 12 digits, or None.

    A longer run of digits (an identity card) is never cut down to an order number.
    """
    for run in _RUN.finditer(text.translate(SPOKEN_DIGITS)):
        digits = re.sub(r"\D", "", run.group())
        if is_number(digits):
            return digits
    return None


def parse_number(text: str) -> str:
    """Like `find_number`, for a text that must hold an order number. Raises BadOrderNumber."""
    number = find_number(text)
    if number is None:
        raise BadOrderNumber("no valid order number: 12 digits such as 261122-00015-9")
    return number


def format_number(number: str) -> str:
    """12 digits as 261122-00015-9."""
    return f"{number[:6]}-{number[6:11]}-{number[11]}"


_SPOKEN = str.maketrans("0123456789", "零幺二三四五六七八九")


def speak_number(number: str) -> str:
    """12 digits for a voice, digit by digit with a breath at the dashes; 一 as 幺, as hotlines read them."""
    spoken = number.translate(_SPOKEN)
    return f"{spoken[:6]},{spoken[6:11]},{spoken[11]}"


def speak_code(code: str) -> str:
    """A query code for a voice: 482913 as 四八二，九幺三."""
    spoken = code.translate(_SPOKEN)
    return f"{spoken[:3]}，{spoken[3:]}"
