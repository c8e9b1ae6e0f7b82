"""What a city or a dialect adds to the graph of the bundled model, and how it comes to the process that builds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from asr.training.added_words import AddedWord
from asr.training.language_model import Counts
from asr.training.pronunciation import PLAIN, Pronunciation, load_pronunciation

# Pairs of words that are taken from a city's texts: each makes the graph 170 bytes larger.
MOST_PAIRS = 300_000


@dataclass(frozen=True)
class Additions:
    """`texts` count as our own do. They may hold what citizens said: keep them out of logs and errors."""

    words: Sequence[AddedWord] = ()
    texts: Sequence[str] = ()
    pronunciation: Pronunciation = PLAIN

    def counts(self) -> Counts:
        """Of the texts: all words, and the most frequent pairs. Words must be known to jieba before."""
        counts = Counts()
        counts.add_texts(self.texts)
        if len(counts.pairs) > MOST_PAIRS:
            kept = sorted(counts.pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_PAIRS]
            counts.pairs.clear()
            counts.pairs.update(dict(kept))
        return counts


@dataclass(frozen=True)
class Built:
    """`new`: how many of the added words the graph lacks without them; `dialect_ways`: ways to say words that come from a
    dialect's table; `words`, `ways` and `pairs` are of the whole graph."""

    new: int
    words: int
    ways: int
    dialect_ways: int
    pairs: int
    graph_bytes: int
    seconds: float


def written(words: Sequence[AddedWord], texts: Sequence[str], pronunciation: str | None) -> dict[str, Any]:
    """As JSON; `pronunciation` is the name of a table."""
    return {
        "words": [[word.text, word.readings, word.weight] for word in words],
        "texts": list(texts),
        "pronunciation": pronunciation,
    }


def read(raw: dict[str, Any]) -> Additions:
    """What `written` wrote. Raises PronunciationError."""
    words = [
        AddedWord(text, tuple(tuple(reading) for reading in readings), weight)
        for text, readings, weight in raw["words"]
    ]
    table = raw["pronunciation"]
    return Additions(words, raw["texts"], load_pronunciation(table) if table else PLAIN)
