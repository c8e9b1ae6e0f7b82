"""Features of a text for the linear models: short runs of its characters and of their sounds.

Sounds make a recogniser's homophone (电平车 for 电瓶车) land beside the word that was meant.
"""

from __future__ import annotations

from collections.abc import Iterator

from language.normalise import normalise
from language.sounds import sound

CHARACTERS_MAX = 4
SOUNDS = (2, 3)
# Longer messages say what they want at their beginning or at their end.
READ_MAX_CHARS = 300
_EDGE = "\u2502"


def ngrams(text: str) -> Iterator[str]:
    """Runs of one to four characters ("c…") and of two to three syllables ("s…"), with marks at both ends."""
    plain = shortened(normalise(text).text.lower())
    marked = f"{_EDGE}{plain}{_EDGE}"
    for length in range(1, CHARACTERS_MAX + 1):
        for start in range(len(marked) - length + 1):
            yield "c" + marked[start : start + length]
    heard = [sound(char) for char in plain if not char.isspace()]
    for length in SOUNDS:
        for start in range(len(heard) - length + 1):
            yield "s" + " ".join(heard[start : start + length])


def shortened(text: str) -> str:
    """A text as it is; of one that is too long for the models, its first and its last part."""
    if len(text) <= READ_MAX_CHARS:
        return text
    return text[: READ_MAX_CHARS // 2] + " " + text[-READ_MAX_CHARS // 2 :]
