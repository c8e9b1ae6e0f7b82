"""Bring citizens' writing to one shape and remember where each character came from.

Full-width letters and digits become half-width, traditional characters simplified, emoji and invisible
characters go, runs of white space become one space and a character repeated more than three times is cut to
three. Digits are never cut: 13800000000 is a telephone number.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_REPEAT = 3
_UNCAPPED = frozenset("0123456789零〇一二三四五六七八九十幺")
# Beyond the emoji planes: dingbats, arrows and symbols that phones draw as emoji.
_EMOJI_RANGES = ((0x1F000, 0x1FAFF), (0x2600, 0x27BF), (0x2B00, 0x2BFF), (0xE0000, 0xE007F))
# Old keyboards and some ASR models write digits this way.
_CIRCLED = {"〇": "零"}


@dataclass(frozen=True)
class NormalisedText:
    """`text` with, for each of its characters, the index in `original` it came from."""

    original: str
    text: str
    offsets: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """Map a non-empty span of `text` to the span of `original` it came from (end exclusive)."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"span {start}:{end} outside a text of {len(self.text)} characters")
        return self.offsets[start], self.offsets[end - 1] + 1


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Single characters only: a phrase table could change the length and lose the offsets."""
    from pathlib import Path

    import opencc

    table: dict[int, str] = {}
    path = Path(opencc.__file__).parent / "dictionary" / "TSCharacters.txt"
    for line in path.read_text(encoding="utf-8").splitlines():
        source, _, targets = line.partition("\t")
        target = targets.split(" ")[0].strip()
        if len(source) == 1 and len(target) == 1:
            table[ord(source)] = target
    return table


def to_simplified(text: str) -> str:
    """Character by character, so the length never changes."""
    return text.translate(_simplified())


def is_emoji(char: str) -> bool:
    code = ord(char)
    return any(low <= code <= high for low, high in _EMOJI_RANGES)


def _drop(char: str) -> bool:
    """Whether the character is invisible (zero-width, bidirectional, variation selector) or a control character other
    than white space."""
    if char.isspace():
        return False
    return (
        is_emoji(char)
        or unicodedata.category(char) in {"Cf", "Cc", "Cs", "Co", "Cn", "Me"}
        or ("\ufe00" <= char <= "\ufe0f")
    )


def normalise(text: str) -> NormalisedText:
    """Linear in the length of `text`; an already normalised text comes back unchanged."""
    characters: list[str] = []
    offsets: list[int] = []
    simplified = _simplified()
    run = 0
    for index, raw in enumerate(text):
        if _drop(raw):
            continue
        folded = unicodedata.normalize("NFKC", raw) if ord(raw) > 0x2000 else raw
        for char in folded:
            char = " " if char.isspace() else simplified.get(ord(char), char)
            char = _CIRCLED.get(char, char)
            previous = characters[-1] if characters else " "
            if char == " " and previous == " ":
                continue
            run = run + 1 if char == previous else 1
            if run > MAX_REPEAT and char not in _UNCAPPED:
                continue
            characters.append(char)
            offsets.append(index)
    if characters and characters[-1] == " ":
        characters.pop()
        offsets.pop()
    return NormalisedText(text, "".join(characters), tuple(offsets))
