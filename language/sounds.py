"""Tone-less syllables of characters, and the accents that merge some of them."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")

# Accents that merge two sounds (平翘舌, 前后鼻音, 鼻边音). Fold both sides of a comparison.
_FOLDS = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"([ie])ng$"), r"\1n"),
    (re.compile(r"^n(?=[aeiouv])"), "l"),
)


@lru_cache(maxsize=2_000)
def fold(syllable: str) -> str:
    """One spelling for syllables that many accents confuse: shi and si both give si."""
    for pattern, replacement in _FOLDS:
        syllable = pattern.sub(replacement, syllable)
    return syllable


@lru_cache(maxsize=30_000)
def syllable(character: str) -> str:
    """The usual reading of one Chinese character, without tone; anything else stays as it is."""
    return str(lazy_pinyin(character, errors="default")[0])


def sound(character: str) -> str:
    """`syllable` with accents folded."""
    return fold(syllable(character))


def readings(text: str) -> list[str]:
    """One syllable for each character, read in its context: 银行 is yin hang. Other characters stay."""
    # A list is allowed and spliced in, though the annotation of pypinyin 0.55 says str.
    found = lazy_pinyin(text, errors=list)  # type: ignore[arg-type]
    return found if len(found) == len(text) else [syllable(character) for character in text]
