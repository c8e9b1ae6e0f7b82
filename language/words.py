"""Counts of words and pairs of words, by which a misheard sentence is judged.

General Chinese comes from jieba's dictionary, the hotline's own language from the texts that we ship, which weigh far
more. The table is computed once (`build`, seconds) into a small file that every process loads.
"""

from __future__ import annotations

import gzip
import logging
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import jieba

from language.sounds import CJK, fold, readings

# Otherwise jieba prints a greeting on stderr at each start.
jieba.setLogLevel(logging.WARNING)

LONGEST = 8
START = "^"
# jieba counted some sixty million words; ours are a few hundred thousand about the very things that citizens speak of.
_OWN_WEIGHT = 300
# A word of our lexicon counts as fairly common even if no text holds it yet.
_LEXICON_COUNT = 2_000
# Rarer words of the general dictionary would break more than they repair.
_MIN_COUNT, _MIN_COUNT_SINGLE = 20, 100
_MIN_PAIR = 2
# How much of a word's likelihood may come from the word before it, and how often that one must be known for it.
_PAIR_SHARE, _PAIR_TRUST = 0.5, 20
_UNSEEN = 20.0


@dataclass(frozen=True)
class Words:
    """Counts, ready to ask. `by_sound` maps folded syllables to words with their exact syllables."""

    counts: Mapping[str, float]
    # How often a word came after another one: `pairs[previous][word]`; START begins a run of characters.
    pairs: Mapping[str, Mapping[str, int]]
    by_sound: Mapping[tuple[str, ...], list[tuple[str, tuple[str, ...]]]]
    _after: Mapping[str, After] = field(repr=False)
    _total: float = field(repr=False)

    def alone(self, word: str) -> float:
        """How likely a word is, whatever stands before it."""
        return self.counts.get(word, _UNSEEN) / self._total

    def after(self, previous: str) -> After:
        """What is known of the words after `previous`."""
        return self._after.get(previous, _NOTHING_KNOWN)

    def surprise(self, previous: str, word: str) -> float:
        """-log of how likely `word` is after `previous`."""
        return self.after(previous).surprise(word, self.alone(word))


@dataclass(frozen=True)
class After:
    """The words that came after one word, each with its share of the likelihood; the rest is how likely a word is alone."""

    shares: Mapping[str, float]
    rest: float

    def surprise(self, word: str, alone: float) -> float:
        """-log of how likely `word` is here; `alone` is how likely it is anywhere."""
        return -math.log(self.shares.get(word, 0.0) + self.rest * alone)


_NOTHING_KNOWN = After({}, 1.0)


def _what_follows(followers: Mapping[str, int]) -> After:
    seen = sum(followers.values())
    share = _PAIR_SHARE * seen / (seen + _PAIR_TRUST)
    return After({word: share * times / seen for word, times in followers.items()}, 1 - share)


def count(texts: Iterable[str], lexicon: Path | None) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """Words and pairs of our own texts, cut with our lexicon."""
    splitter = jieba.Tokenizer()
    splitter.initialize()
    for path in sorted(lexicon.glob("*.txt")) if lexicon else []:
        splitter.load_userdict(str(path))
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        for run in _runs(text):
            previous = START
            for word in splitter.lcut(run):
                words[word] += 1
                pairs[previous, word] += 1
                previous = word
    return words, pairs


def build(path: Path, texts: Iterable[str], lexicon: Path | None) -> None:
    """Compute the table into `path` (gzip, one word or pair a line). Atomic."""
    counts: Counter[str] = Counter()
    general = Path(jieba.__file__).parent / "dict.txt"
    for line in general.read_text(encoding="utf-8").splitlines():
        word, number, *_ = line.split(" ")
        least = _MIN_COUNT if len(word) > 1 else _MIN_COUNT_SINGLE
        if int(number) >= least and len(word) <= LONGEST and all(map(CJK.match, word)):
            counts[word] = int(number)
    for file in sorted(lexicon.glob("*.txt")) if lexicon else []:
        for line in file.read_text(encoding="utf-8").splitlines():
            word = line.split(" ", 1)[0]
            if 2 <= len(word) <= LONGEST and all(map(CJK.match, word)):
                counts[word] = max(counts[word], _LEXICON_COUNT)
    own, pairs = count(texts, lexicon)
    for word, times in own.items():
        if len(word) <= LONGEST:
            counts[word] = (counts[word] or int(_UNSEEN)) + _OWN_WEIGHT * times
    lines = [f"{word}\t{counts[word]}\t{' '.join(readings(word))}" for word in sorted(counts)]
    lines += [f"{a} {b}\t{pairs[a, b]}" for a, b in sorted(pairs) if pairs[a, b] >= _MIN_PAIR]
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(gzip.compress("\n".join(lines).encode(), compresslevel=6, mtime=0))
    part.replace(path)


def load(path: Path) -> Words:
    """Read a table that `build` wrote. Raises OSError if there is none."""
    counts: dict[str, float] = {}
    pairs: dict[str, dict[str, int]] = defaultdict(dict)
    by_sound: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            key, number, *sounds = line.rstrip("\n").split("\t")
            if sounds:
                counts[key] = float(number)
                exact = tuple(sounds[0].split(" "))
                by_sound[tuple(map(fold, exact))].append((key, exact))
            else:
                first, second = key.split(" ")
                pairs[first][second] = int(number)
    after = {first: _what_follows(followers) for first, followers in pairs.items()}
    return Words(counts, dict(pairs), dict(by_sound), after, sum(counts.values()) or 1.0)


def _runs(text: str) -> Iterable[str]:
    """Unbroken stretches of Chinese characters."""
    run: list[str] = []
    for character in text:
        if CJK.match(character):
            run.append(character)
        elif run:
            yield "".join(run)
            run = []
    if run:
        yield "".join(run)
