"""Which words follow which: counts of words and of pairs, kept in a small table that ships, joined with our own texts' counts.

`python -m asr.training.language_model OUT.tsv.xz TEXT...` makes the table from general texts (lines of any form; only runs of
Chinese characters count).
"""

from __future__ import annotations

import argparse
import logging
import lzma
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import jieba

START, END = "<s>", "</s>"
_HAN = re.compile(r"[一-鿿]+")
# Marks of a part of speech as the corpus writes them: 迈向/v 充满/v.
_TAGGED = re.compile(r"/[A-Za-z]+\]?[A-Za-z]*\s*")
# Discount of every pair's count, in favour of pairs that were never seen.
_DISCOUNT = 0.7
# Share of a word's frequency that comes from the dictionary; the texts give the rest.
_DICTIONARY_SHARE = 0.15


@dataclass
class Counts:
    words: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, words: Iterable[str], weight: int = 1) -> None:
        before = START
        for word in (*words, END):
            self.words[word] += weight
            self.pairs[before, word] += weight
            before = word

    def add_texts(self, texts: Iterable[str], weight: int = 1) -> None:
        for text in texts:
            for clause in clauses(text):
                self.add(jieba.cut(clause, HMM=False), weight)

    def join(self, other: Counts, weight: int) -> None:
        for word, count in other.words.items():
            self.words[word] += count * weight
        for pair, count in other.pairs.items():
            self.pairs[pair] += count * weight


def clauses(text: str) -> Iterator[str]:
    for line in text.splitlines():
        yield from (clause for clause in _HAN.findall(_TAGGED.sub("", line)) if len(clause) > 1)


def save(counts: Counts, path: Path, least_word: int = 3, least_pair: int = 2) -> None:
    """Rare words and pairs are left out; a word alone has one column less."""
    with lzma.open(path, "wt", encoding="utf-8", preset=9) as out:
        for word, count in sorted(counts.words.items()):
            if count >= least_word:
                out.write(f"{word}\t{count}\n")
        for (a, b), count in sorted(counts.pairs.items()):
            if count >= least_pair and all(counts.words[w] >= least_word or w == START for w in (a, b)):
                out.write(f"{a}\t{b}\t{count}\n")


def load(path: Path) -> Counts:
    counts = Counts()
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            *words, count = line.rstrip("\n").split("\t")
            if len(words) == 1:
                counts.words[words[0]] = int(count)
            else:
                counts.pairs[words[0], words[1]] = int(count)
    return counts


def dictionary() -> dict[str, int]:
    """Chinese words of jieba's dictionary and how often they occur."""
    lines = (Path(jieba.__file__).parent / "dict.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split(" ") for line in lines)
    return {row[0]: int(row[1]) for row in rows if _HAN.fullmatch(row[0])}


@dataclass(frozen=True)
class Bigram:
    """Costs, i.e. negative natural logarithms of probabilities."""

    # Cost of every single word, END among them.
    single: Mapping[str, float]
    # Costs of the pairs that were seen often enough, by their first word (START among them).
    pairs: Mapping[str, Mapping[str, float]]
    # Cost of backing off from a first word's pairs to single words.
    back_off: Mapping[str, float]


def estimate(
    counts: Counts, frequency: Mapping[str, int], vocabulary: Iterable[str], least_pair: int = 2
) -> Bigram:
    """Absolute discounting with back-off; `frequency` is of the dictionary."""
    known = set(vocabulary)
    total, all_frequency = counts.words.total(), sum(frequency.values())
    share = _DICTIONARY_SHARE

    def single(word: str) -> float:
        of_dictionary = (frequency.get(word, 0) + 0.5) / all_frequency
        return -math.log((1 - share) * counts.words[word] / total + share * of_dictionary)

    followed: Counter[str] = Counter()
    kept: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for (a, b), count in counts.pairs.items():
        followed[a] += count
        if count >= least_pair and (a in known or a == START) and (b in known or b == END):
            kept[a][b] = count
    pairs = {
        a: {b: -math.log((count - _DISCOUNT) / followed[a]) for b, count in after.items()}
        for a, after in kept.items()
    }
    back_off = {
        a: -math.log(max(1e-4, 1 - sum(math.exp(-c) for c in after.values()))) for a, after in pairs.items()
    }
    return Bigram({word: single(word) for word in (*known, END)}, pairs, back_off)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--least-pair", type=int, default=2)
    chosen = parser.parse_args()
    jieba.setLogLevel(logging.ERROR)
    counts = Counts()
    counts.add_texts(path.read_text(encoding="utf-8", errors="ignore") for path in chosen.texts)
    save(counts, chosen.out, least_pair=chosen.least_pair)


if __name__ == "__main__":
    main()
