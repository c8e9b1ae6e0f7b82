"""Digits the way people write and say them, and telephone numbers in one spelling."""

from __future__ import annotations

import re

# 幺 for 一, 两 for 二, 洞拐勾 as on the radio, and the capitals of bank forms.
SPOKEN_DIGITS = str.maketrans(
    "０１２３４５６７８９零〇○洞一幺壹二两贰三叁四肆五伍六陆七拐柒八捌九勾玖",
    "0123456789" + "0000" + "111" + "222" + "33" + "44" + "55" + "66" + "777" + "88" + "999",
)


def only_digits(text: str) -> str:
    """The ASCII digits of a written or spoken number, everything else left out."""
    return re.sub(r"[^0-9]", "", text.translate(SPOKEN_DIGITS))


def normal_phone(text: str) -> str:
    """One spelling per telephone line: digits only, without the country code, an extension behind 转 (057187654321转802).
    Empty if there are no digits."""
    line, _, extension = text.partition("转")
    number, inner = _national(only_digits(line)), only_digits(extension)
    return f"{number}转{inner}" if number and inner else number


def _national(digits: str) -> str:
    # 86 and 0086 before a mobile number (1..........) or an area code with its 0 left out as abroad.
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 11 and digits[len(prefix)] == "1":
            return digits[len(prefix) :]
    return digits
