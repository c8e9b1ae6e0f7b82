"""Resident identity numbers: 17 digits and a check character, X included, written or spoken (末位叉)."""

from __future__ import annotations

import re
from datetime import date

from bot.text.spans import Span
from language.numerals import digit_runs

# GB 11643-1999: weights of the first 17 digits and the check character by remainder.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_X = re.compile(
    r"[ ,，、\-]{0,3}(?:末位|最后一位|尾数)?(?:是|为)?(?:个|一个)?(?:X|x|×|叉|艾克斯|埃克斯)(?![a-zA-Z])"
)
# The first two digits are the province; 8x is Hong Kong, Macao and Taiwan residence permits.
_PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)


def check_character(first17: str) -> str:
    return _CHECKS[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first17, strict=True)) % 11]


def is_plausible(number: str) -> bool:
    """Known province and a real date of birth; says nothing about the check character."""
    if len(number) != 18 or not number[:17].isdigit() or number[:2] not in _PROVINCES:
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return 1900 <= born.year <= 2100


def is_valid(number: str) -> bool:
    return is_plausible(number) and check_character(number[:17]) == number[17].upper()


def find_id_numbers(text: str) -> list[Span]:
    """Plausible numbers; confidence 1 with a right check character, 0.5 with a wrong one (ask the citizen again)."""
    spans = []
    for run in digit_runs(text, shortest=17):
        for first in range(len(run.digits) - 16):
            if not run.pause_before(first):
                continue
            seventeen = run.digits[first : first + 17]
            end = run.span(first, first + 17)[1]
            tail = _X.match(text, end)
            if first + 17 == len(run.digits) and tail:
                number, stop = seventeen + "X", tail.end()
            elif first + 18 <= len(run.digits) and run.pause_before(first + 18):
                number, stop = run.digits[first : first + 18], run.span(first, first + 18)[1]
            else:
                continue
            if is_plausible(number):
                start = run.span(first, first + 1)[0]
                spans.append(Span("id_number", number, start, stop, 1.0 if is_valid(number) else 0.5))
                break
    return spans
