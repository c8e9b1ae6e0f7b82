"""The sounds that the model tells apart: pinyin initials, and finals with their tone (5 is the neutral one).

Unit 0 is the blank of CTC, which is also the silence of the decoder. The list is fixed: a trained model and the graph
that is built for it must number the units alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, pinyin

BLANK = "<blk>"
INITIALS = tuple("b p m f d t n l g k h j q x zh ch sh r z c s".split())
# `ir` and `iz` are the vowels of zhi and zi, `v` is ü.
FINALS = tuple(
    "a o e ai ei ao ou an en ang eng ong er i ia ie iao iou ian in iang ing iong "
    "u ua uo uai uei uan uen uang v ve van vn ir iz".split()
)
UNITS: tuple[str, ...] = (
    BLANK, *INITIALS, *(final + tone for final in FINALS for tone in "12345"),
)  # fmt: skip
NUMBER = {unit: number for number, unit in enumerate(UNITS)}

_WITHOUT_INITIAL = {
    "yi": "i", "ya": "ia", "yao": "iao", "ye": "ie", "you": "iou", "yan": "ian", "yin": "in", "yang": "iang",
    "ying": "ing", "yong": "iong", "yo": "o", "wu": "u", "wa": "ua", "wo": "uo", "wai": "uai", "wei": "uei",
    "wan": "uan", "wen": "uen", "wang": "uang", "weng": "ueng", "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn",
    # 嗯 is written in three ways and said in one; 诶 and 欸 as ei.
    "n": "en", "ng": "en", "ê": "ei",
}  # fmt: skip
_SHORTENED = {"iu": "iou", "ui": "uei", "un": "uen", "ue": "ve"}
# Tones that change before other tones.
_IN_COMPANY = {"不": ("bu2",), "一": ("yi2", "yi4")}
# A rarer reading is about one in ten.
_RARE_COST = 2.3
_HAN = re.compile(r"[一-鿿]+")


def syllable(sound: str) -> tuple[str, ...] | None:
    """The units of `zhong1` or `de` (no digit: neutral); None for what Mandarin does not have."""
    tone = sound[-1] if sound[-1:].isdigit() else "5"
    base = sound.rstrip("012345").replace("ü", "v")
    if base in _WITHOUT_INITIAL:
        initial, final = "", _WITHOUT_INITIAL[base]
    else:
        initial = next((i for i in sorted(INITIALS, key=len, reverse=True) if base.startswith(i)), "")
        final = base[len(initial) :]
    if initial in ("j", "q", "x") and final.startswith("u"):
        final = "v" + final[1:]
    elif final == "i" and initial in ("zh", "ch", "sh", "r"):
        final = "ir"
    elif final == "i" and initial in ("z", "c", "s"):
        final = "iz"
    elif final == "ueng":
        return ("u" + tone, "eng" + tone)
    else:
        final = _SHORTENED.get(final, final)
    units = (initial, final + tone) if initial else (final + tone,)
    return units if all(unit in NUMBER for unit in units) else None


@lru_cache(maxsize=200_000)
def word(text: str) -> tuple[int, ...] | None:
    """The numbers of a word's units; None if it is not wholly Chinese."""
    if not _HAN.fullmatch(text):
        return None
    numbers: list[int] = []
    for sound in lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True):
        units = syllable(sound)
        if units is None:
            return None
        numbers += [NUMBER[unit] for unit in units]
    return tuple(numbers)


@lru_cache(maxsize=200_000)
def readings(text: str) -> tuple[tuple[tuple[int, ...], float], ...]:
    """How a word may be said, each with a cost (0 for the usual way); single characters may have up to three ways."""
    usual = word(text)
    if usual is None:
        return ()
    found = {usual: 0.0}
    if len(text) == 1:
        others = pinyin(text, style=Style.TONE3, heteronym=True, neutral_tone_with_five=True)[0]
        for other in [*others, *_IN_COMPANY.get(text, ())]:
            said = syllable(other)
            if said and len(found) < 4:
                found.setdefault(tuple(NUMBER[unit] for unit in said), _RARE_COST)
    return tuple(found.items())


def sentence(words: Iterable[str]) -> list[int] | None:
    """The numbers of all units of a segmented sentence; punctuation is passed over, digits and letters make it None."""
    numbers: list[int] = []
    for text in words:
        if not _HAN.search(text):
            if re.search(r"[0-9A-Za-z%０-９]", text):
                return None
            continue
        found = word(text)
        if found is None:
            return None
        numbers += found
    return numbers or None


def toneless(numbers: Iterable[int]) -> list[str]:
    return [UNITS[number].rstrip("12345") for number in numbers]
