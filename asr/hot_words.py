"""Repairs names that the recogniser cannot know: 幸福李小区 must be 幸福里小区, 攻击金 公积金. Pure.

Each place of the text is compared by sound with each hot word of as many characters; short words must sound the same,
longer ones may differ in one sound. The length of the text never changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from language.sounds import CJK, fold, readings

MIN_CHARS, MAX_CHARS = 2, 12
# Per syllable: an accent (shi, si) costs a little, a near sound (bao, pao) half, any other all.
_ACCENT, _NEAR, _OTHER = 0.1, 0.5, 1.0
_INITIAL = re.compile(r"^(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(.*)$")
# Initials that the ear swaps: aspirated or not, and the telephone band's favourites.
_SWAPPED = {frozenset(pair) for pair in ("bp", "dt", "gk", "jq", "zc", "fh", "lr", "mn")}


@lru_cache(maxsize=50_000)
def distance(a: str, b: str) -> float:
    """0 for the same syllable, 1 for another; in between for what accents and telephones confuse."""
    if a == b:
        return 0.0
    a, b = fold(a), fold(b)
    if a == b:
        return _ACCENT
    initial_a, final_a = _split(a)
    initial_b, final_b = _split(b)
    if final_a == final_b and frozenset((initial_a, initial_b)) in _SWAPPED:
        return _NEAR
    if initial_a == initial_b and (
        final_a.rstrip("n") == final_b.rstrip("n") or {final_a, final_b} == {"uo", "ou"}
    ):
        return _NEAR
    return _OTHER


def _split(syllable: str) -> tuple[str, str]:
    match = _INITIAL.match(syllable)
    assert match is not None
    return match[1] or "", match[2]


def allowed(length: int) -> float:
    """How far a word of so many characters may be from what was heard."""
    if length == 2:
        return 0.0
    return 0.2 if length == 3 else 0.5 if length == 4 else 0.7


def places_and_affairs(folder: Path) -> Iterator[str]:
    """Hot words from the lexicon files (word, count, tag a line); only names that a general recogniser cannot know."""
    for file in sorted(folder.glob("*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            word = line.split(" ", 1)[0]
            if len(word) >= 3:
                yield word


@lru_cache(maxsize=50_000)
def _sounds(word: str) -> tuple[str, ...]:
    return tuple(readings(word))


class HotWords:
    """A list, prepared once; of thousands, too. `is_common(word)` protects what is itself usual Chinese: 事业 is not made
    失业."""

    def __init__(self, words: Iterable[str], is_common: Callable[[str], bool] | None = None) -> None:
        # No two syllables may be near only (`allowed`), so of the first two one sounds as heard, accents aside.
        self._by_sound: dict[tuple[int, int, str], list[tuple[str, tuple[str, ...]]]] = {}
        self._words = {
            word: None for word in words if MIN_CHARS <= len(word) <= MAX_CHARS and all(map(CJK.match, word))
        }
        for word in self._words:
            sounds = _sounds(word)
            for place in (0, 1):
                key = len(word), place, fold(sounds[place])
                self._by_sound.setdefault(key, []).append((word, sounds))
        self._lengths = sorted({len(word) for word in self._words})
        self._is_common = is_common or (lambda _: False)

    def __bool__(self) -> bool:
        return bool(self._words)

    def _alike(self, heard: Sequence[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
        """Words that may be meant, each once, with their sounds."""
        keys = ((len(heard), place, fold(heard[place])) for place in (0, 1))
        return dict(entry for key in keys for entry in self._by_sound.get(key, ())).items()

    def repair(self, text: str) -> str:
        if not self._words:
            return text
        sounds = readings(text)
        characters = list(text)
        taken = [not CJK.match(c) for c in text]
        # A neighbour must not overwrite what is already right.
        for length in reversed(self._lengths):
            for start in range(len(text) - length + 1):
                if text[start : start + length] in self._words:
                    taken[start : start + length] = [True] * length
        found: list[tuple[float, int, int, str]] = []
        for length in self._lengths:
            limit = allowed(length)
            for start in range(len(text) - length + 1):
                if any(taken[start : start + length]):
                    continue
                heard = sounds[start : start + length]
                for word, wanted in self._alike(heard):
                    cost = 0.0
                    for a, b in zip(heard, wanted, strict=True):
                        cost += distance(a, b)
                        if cost > limit:
                            break
                    else:
                        if not self._is_common(text[start : start + length]):
                            found.append((cost - length, start, length, word))
        for _, start, length, word in sorted(found):
            if not any(taken[start : start + length]):
                characters[start : start + length] = word
                taken[start : start + length] = [True] * length
        return "".join(characters)
