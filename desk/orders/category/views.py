"""How a citizen's text is cleaned, and the parts of it that are judged apart.

A web message has a title, a polite opening, a long story and a wish; its first sentence says best what it is about.
A spoken complaint is one short sentence: all its views are equal, which costs nothing.
"""

from __future__ import annotations

import re
import unicodedata

from language.normalise import to_simplified

MAX_CHARS = 600
"""Longer texts are cut before anything is computed: the matter is named long before."""
HEAD_CHARS = 150
MEANING_CHARS = 100
"""The sentence vector takes longer the longer the text is."""
LEAD_CHARS = 36
MIN_LEAD_CHARS = 8

_DIGITS = re.compile(r"\d+")
_SPACE = re.compile(r"\s+")
_SENTENCE_END = re.compile(r"[。!?;\n]")
_EXPORT_DEBRIS = re.compile(r"_x000d_")


def normalise(text: str) -> str:
    """Full to half width, traditional to simplified, lower case, each number "0": numbers name no category."""
    folded = to_simplified(unicodedata.normalize("NFKC", text[:MAX_CHARS]).lower())
    return _SPACE.sub(" ", _DIGITS.sub("0", _EXPORT_DEBRIS.sub(" ", folded))).strip()


def head(text: str) -> str:
    """The opening alone, normalised: what the sentence vector is made of."""
    return normalise(unicodedata.normalize("NFKC", text[:MAX_CHARS]).strip()[:MEANING_CHARS])


def views(text: str) -> tuple[str, ...]:
    """The whole text, its opening and its first sentence, normalised, without repeating equal ones."""
    raw = unicodedata.normalize("NFKC", text[:MAX_CHARS]).strip()
    first = _SENTENCE_END.split(raw, maxsplit=1)[0]
    lead = (first if len(first) >= MIN_LEAD_CHARS else raw)[:LEAD_CHARS]
    return tuple(dict.fromkeys(normalise(part) for part in (raw, raw[:HEAD_CHARS], lead)))
