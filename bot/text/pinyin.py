"""Tone-less syllables and the accents that blur them.

Speech recognition swaps characters, seldom syllables: 攻击金 and 公积金 are both `gong ji jin`. Southern accents blur
some syllables too (z/zh, n/l, in/ing, f/h ...); `fold_accent` maps every member of such a group to one spelling.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

NUMBER = "#"


@lru_cache(maxsize=50_000)
def _word_syllables(word: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin

    # A word is read as a whole so that 银行 is yin hang, not yin xing.
    # A list is allowed and spliced in, though the annotation of pypinyin 0.55 says str.
    return tuple(lazy_pinyin(word, errors=_others))  # type: ignore[arg-type]


def _others(text: str) -> list[str]:
    return [kept for run in text.split() if (kept := _other(run))]


def _other(run: str) -> str:
    kept = "".join(char for char in run.lower() if char.isalnum())
    return NUMBER if kept.isdigit() else kept


def syllables(word: str) -> list[str]:
    """Syllables of one word; a run of digits is `#`, Latin letters stay, punctuation gives nothing."""
    return [syllable for syllable in _word_syllables(word) if syllable]


def fold_accent(syllable: str) -> str:
    """One spelling for syllables that accents confuse: z/zh c/ch s/sh, n/l, f/h, in/ing, en/eng."""
    folded = syllable
    if folded[:2] in {"zh", "ch", "sh"}:
        folded = folded[0] + folded[2:]
    elif folded.startswith("n"):
        folded = "l" + folded[1:]
    elif folded.startswith("hu"):
        # hu, hua, hui, huang sound like fu, fa, fei, fang; ha or he never do.
        rest = folded[2:]
        folded = "f" + {"": "u", "i": "ei", "n": "en"}.get(rest, rest)
    if folded.endswith(("ing", "eng")):
        folded = folded[:-1]
    return folded


def ngrams(sequence: list[str], shortest: int, longest: int) -> Iterable[tuple[int, int, str]]:
    """(start, end, joined n-gram) for each n-gram of the sequence, end exclusive."""
    for size in range(shortest, longest + 1):
        for start in range(len(sequence) - size + 1):
            yield start, start + size, " ".join(sequence[start : start + size])
