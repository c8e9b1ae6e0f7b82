"""Vehicle number plates, blue (five characters after the city letter) and green (six), with spoken digits."""

from __future__ import annotations

import re

from bot.text.spans import Span

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_HAN_DIGITS = dict(zip("零〇一二三四五六七八九幺", "001234567891", strict=True))
_CHARACTER = "A-HJ-NP-Za-hj-np-z0-9零〇一二三四五六七八九幺"
_PLATE = re.compile(
    rf"(?P<head>[{_PROVINCE}])(?P<city>[A-HJ-NP-Za-hj-np-z])[ ·.\-]?(?P<tail>(?:[{_CHARACTER}] ?){{4,6}}[警学挂领港澳]?)(?![A-Za-z0-9])"
)
_GREEN = re.compile(r"[DF][A-HJ-NP-Z0-9]\d{4}|\d{5}[DF]")
_BLUE = re.compile(r"[A-HJ-NP-Z0-9]{5}|[A-HJ-NP-Z0-9]{4}[警学挂领港澳]")


def find_plates(text: str) -> list[Span]:
    spans = []
    for match in _PLATE.finditer(text):
        tail = "".join(_HAN_DIGITS.get(char, char) for char in match["tail"].replace(" ", "")).upper()
        if (_GREEN.fullmatch(tail) or _BLUE.fullmatch(tail)) and sum(char.isdigit() for char in tail) >= 2:
            end = match.start() + len(match[0].rstrip())
            spans.append(Span("plate", f"{match['head']}{match['city'].upper()}{tail}", match.start(), end))
    return spans
