"""Phone numbers as people write and say them: found, judged, read back."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPOKEN = {
    c: d
    for d, chars in enumerate(("零〇洞", "一幺", "二两", "三", "四", "五", "六", "七拐", "八", "九"))
    for c in chars
}
_DIGITS = {**{str(d): d for d in range(10)}, **{chr(0xFF10 + d): d for d in range(10)}, **_SPOKEN}
_SEPARATORS = " -—–－　·."
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"0\d{2,3}[2-8]\d{6,7}|[2-8]\d{6,7}|400\d{7}|800\d{7}")


@dataclass(frozen=True)
class Digits:
    """A run of digits in a text, written or spoken, in half-width form."""

    digits: str
    start: int
    end: int


def digit_runs(text: str, at_least: int = 4) -> list[Digits]:
    """Every run of at least `at_least` digits. Spaces and dashes inside are allowed, spoken digits count."""
    runs: list[Digits] = []
    digits, start, end = "", 0, 0
    for position, char in enumerate(text + "\n"):
        if char in _DIGITS:
            if not digits:
                start = position
            digits += str(_DIGITS[char])
            end = position + 1
        elif digits and char in _SEPARATORS and position + 1 < len(text) and text[position + 1] in _DIGITS:
            continue
        elif digits:
            if len(digits) >= at_least:
                runs.append(Digits(digits, start, end))
            digits = ""
    return runs


def problem(digits: str) -> str:
    """Why these digits cannot be a Chinese phone number, as a Chinese phrase for the citizen; "" when they can."""
    national = digits[2:] if digits.startswith("86") and len(digits) == 13 else digits
    if _MOBILE.fullmatch(national) or _LANDLINE.fullmatch(national):
        return ""
    if national.startswith("1") and not national.startswith("10") and len(national) != 11:
        return f"手机号应该是11位,这里是{len(national)}位"
    if len(national) == 11 and national.startswith("1"):
        return f"手机号没有以{national[:2]}开头的"
    if len(national) < 7:
        return f"号码只有{len(national)}位,好像没有说完"
    return "这个号码的位数不对"


def normal(digits: str) -> str:
    """National form, without the country code."""
    return digits[2:] if digits.startswith("86") and len(digits) == 13 else digits


def grouped(phone: str) -> str:
    """The number as it is read back: 139 1234 5678, 0571 8765 4321."""
    if len(phone) == 11 and phone.startswith("1"):
        return f"{phone[:3]} {phone[3:7]} {phone[7:]}"
    if phone.startswith("0") and len(phone) >= 10:
        area = 3 if phone[1] in "12" else 4
        return f"{phone[:area]} {phone[area:-4]} {phone[-4:]}"
    if len(phone) > 4:
        return f"{phone[:-4]} {phone[-4:]}"
    return phone


def masked(phone: str) -> str:
    """139****5678: enough to recognise one's own number."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "*" * len(phone)


def find_phone(text: str) -> tuple[Digits | None, Digits | None]:
    """(a good phone number, digits that look meant as one but are not). "是139…不是138…" takes the first."""
    good: list[Digits] = []
    bad: Digits | None = None
    for run in digit_runs(text, 5):
        before = text[max(0, run.start - 3) : run.start]
        if re.search(r"不是|不要|而不", before):
            continue
        if not problem(run.digits):
            good.append(Digits(normal(run.digits), run.start, run.end))
        elif len(run.digits) not in (12, 15, 17, 18):
            bad = bad or run
    # With two numbers the later one is the correction ("不是…是…" is already told apart above).
    return (good[-1] if good else None), bad
