"""Telephone numbers, written or spoken digit by digit."""

from __future__ import annotations

import re

from bot.text.spans import Span
from language.numerals import DigitRun, digit_runs

_MOBILE = re.compile(r"1[3-9]\d{9}")
# Three-digit area codes are 010 and 02x, all others have four digits; a local number never starts with 0, 1 or 9.
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d{2})([2-8]\d{6,7})")
_SERVICE = re.compile(r"[48]00\d{7}")
_CONTEXT = re.compile(r"电话|号码|座机|固话|联系|打给|拨|手机")


def is_mobile(digits: str) -> bool:
    return _MOBILE.fullmatch(digits) is not None


def find_phones(text: str) -> list[Span]:
    """Mobile, landline (value `0571-87654321`), 400/800 numbers; local numbers only beside a word such as 电话."""
    spans = []
    for run in digit_runs(text, shortest=7):
        spans += _in_run(run, text)
    return spans


def _in_run(run: DigitRun, text: str) -> list[Span]:
    found = []
    position = 0
    while position < len(run.digits):
        match = _at(run, position)
        if match is None:
            position += 1
            continue
        length, value = match
        found.append(Span("phone", value, *run.span(position, position + length)))
        position += length
    if not found and 7 <= len(run.digits) <= 8 and run.digits[0] in "2345678":
        start, end = run.span(0, len(run.digits))
        if _CONTEXT.search(text, max(0, start - 8), start):
            found.append(Span("phone", run.digits, start, end, 0.7))
    return found


def _at(run: DigitRun, position: int) -> tuple[int, str] | None:
    """A number that starts here; both of its edges must be edges of the run or pauses."""
    rest = run.digits[position:]
    if not run.pause_before(position):
        return None
    for prefix in ("0086", "86", "0", ""):
        mobile = rest[len(prefix) : len(prefix) + 11]
        if rest.startswith(prefix) and is_mobile(mobile) and run.pause_before(position + len(prefix) + 11):
            return len(prefix) + 11, mobile
    for length in (12, 11, 10):
        landline = _LANDLINE.fullmatch(rest[:length])
        if landline and len(rest) >= length and run.pause_before(position + length):
            return length, f"{landline[1]}-{landline[2]}"
    if len(rest) >= 10 and _SERVICE.fullmatch(rest[:10]) and run.pause_before(position + 10):
        return 10, rest[:10]
    return None
