"""Work order numbers: YYMMDD, a five-digit daily sequence and a Luhn check digit, shown as 261122-00015-9."""

from __future__ import annotations

import re
from datetime import date

from bot.text.spans import Span
from language.numerals import digit_runs

_CONTEXT = re.compile(r"工单|单号|编号|受理号|查询码|单子")
_SHAPE = re.compile(r"\d{6}-\d{5}-\d")


def luhn_digit(digits: str) -> int:
    """Check digit to append to `digits`."""
    total = 0
    for position, char in enumerate(reversed(digits)):
        value = int(char) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def has_date(number: str) -> bool:
    try:
        date(2000 + int(number[:2]), int(number[2:4]), int(number[4:6]))
    except ValueError:
        return False
    return True


def is_valid(number: str) -> bool:
    """Twelve digits that start with a date and end with the right check digit."""
    return (
        len(number) == 12
        and number.isdigit()
        and has_date(number)
        and luhn_digit(number[:11]) == int(number[11])
    )


def find_order_numbers(text: str) -> list[Span]:
    """Value: the twelve digits. A wrong check digit is kept at confidence 0.5 where the number is meant as an order."""
    spans = []
    for run in digit_runs(text, shortest=12):
        for first in range(len(run.digits) - 11):
            number = run.digits[first : first + 12]
            if not (run.pause_before(first) and run.pause_before(first + 12) and has_date(number)):
                continue
            start, end = run.span(first, first + 12)
            valid = is_valid(number)
            meant = _SHAPE.fullmatch(text[start:end]) or _CONTEXT.search(text, max(0, start - 10), start)
            if valid or meant:
                spans.append(Span("order_number", number, start, end, 1.0 if valid else 0.5))
                break
    return spans
