"""Texts as sparse vectors: words, characters, sounds and the keyword lexicon. No scikit-learn at run time.

Words come from a jieba tokenizer of our own: one that other rooms feed with lexicons would cut other words
than those the weights were learnt for. Characters bear misspelt texts, sounds those that a recogniser misheard.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from language.cutting import plain_tokenizer
from language.sounds import sound

Floats = npt.NDArray[np.float32]
Columns = npt.NDArray[np.int32]

CHAR_NGRAMS = (1, 2, 3)
SYLLABLE_NGRAMS = (2, 3)
"""One syllable alone is a dozen words."""
WORD_MARK, SOUND_MARK = "\u0001", "\u0002"
"""Precede a word, and syllables, in the vocabulary, so that neither ever equals a character n-gram."""
SOUND_SCALE = 0.7
KEYWORD_SCALE = 0.5


@dataclass(frozen=True)
class Vector:
    """Non-zero columns with their values."""

    columns: Columns
    values: Floats


class Terms:
    """Cuts a normalised text into counted terms."""

    def __init__(self) -> None:
        self._tokenizer = plain_tokenizer()

    def warm_up(self) -> None:
        """Loads jieba's dictionary now instead of at the first text."""
        self._tokenizer.initialize()

    def words(self, text: str) -> Counter[str]:
        return Counter(WORD_MARK + word for word in self._tokenizer.cut(text, HMM=False) if word.strip())

    @staticmethod
    def ngrams(text: str) -> Counter[str]:
        return Counter(text[i : i + n] for n in CHAR_NGRAMS for i in range(len(text) - n + 1))

    @staticmethod
    def sounds(text: str) -> Counter[str]:
        heard = [sound(char) for char in text if not char.isspace()]
        return Counter(
            SOUND_MARK + " ".join(heard[i : i + n])
            for n in SYLLABLE_NGRAMS
            for i in range(len(heard) - n + 1)
        )


class Lexicon:
    """Keyword hits, added up per category code (leaves and all their ancestors)."""

    def __init__(self, entries: Iterable[tuple[str, tuple[str, ...], float]]) -> None:
        """`entries`: word, the codes it speaks for, weight."""
        self.entries = [(word.lower(), tuple(codes), float(weight)) for word, codes, weight in entries]
        self.codes = sorted({code for _, codes, _ in self.entries for code in codes})
        index = {code: i for i, code in enumerate(self.codes)}
        self._hits: dict[str, list[tuple[int, float]]] = {}
        for word, codes, weight in self.entries:
            self._hits.setdefault(word, []).extend((index[code], weight) for code in codes)
        self._lengths = sorted({len(word) for word in self._hits}, reverse=True)

    def hits(self, text: str) -> set[str]:
        """Words found from left to right, the longest at each place, without overlap."""
        found: set[str] = set()
        start = 0
        while start < len(text):
            for length in self._lengths:
                word = text[start : start + length]
                if word in self._hits:
                    found.add(word)
                    start += len(word)
                    break
            else:
                start += 1
        return found

    def vector(self, text: str) -> dict[int, float]:
        sums: dict[int, float] = {}
        for word in sorted(self.hits(text)):
            for column, weight in self._hits[word]:
                sums[column] = sums.get(column, 0.0) + weight
        values = {column: math.log1p(total) for column, total in sums.items()}
        norm = math.sqrt(sum(value * value for value in values.values())) or 1.0
        return {column: KEYWORD_SCALE * value / norm for column, value in values.items()}


class FeatureSpace:
    """TF-IDF over a fixed vocabulary, then the lexicon's columns.

    Columns are sorted by how many training texts hold them, so that "seen at least twice" is a prefix (`common`).
    """

    def __init__(self, vocabulary: Sequence[str], idf: Floats, common: int, lexicon: Lexicon) -> None:
        self.vocabulary = list(vocabulary)
        self.idf = idf
        self.common = common
        self.lexicon = lexicon
        self.terms = Terms()
        self._column = {term: i for i, term in enumerate(self.vocabulary)}
        self._idf: list[float] = [float(value) for value in idf]

    @classmethod
    def fit(cls, texts: Sequence[str], lexicon: Lexicon) -> FeatureSpace:
        """`texts` are normalised."""
        terms = Terms()
        frequency: Counter[str] = Counter()
        for text in texts:
            frequency.update(terms.words(text).keys())
            frequency.update(terms.ngrams(text).keys())
            frequency.update(terms.sounds(text).keys())
        ordered = sorted(frequency.items(), key=lambda item: (-item[1], item[0]))
        idf = np.array([math.log((1 + len(texts)) / (1 + df)) + 1 for _, df in ordered], dtype=np.float32)
        common = sum(df >= 2 for _, df in ordered)
        return cls([term for term, _ in ordered], idf, common, lexicon)

    @property
    def size(self) -> int:
        return len(self.vocabulary) + len(self.lexicon.codes)

    def vector(self, text: str) -> Vector:
        """`text` is normalised. Each block is empty or has length 1 (sounds SOUND_SCALE, the lexicon KEYWORD_SCALE)."""
        columns: list[int] = []
        values: list[float] = []
        blocks = (
            (self.terms.words(text), 1.0),
            (self.terms.ngrams(text), 1.0),
            (self.terms.sounds(text), SOUND_SCALE),
        )
        for counts, scale in blocks:
            block: list[float] = []
            for term, count in counts.items():
                column = self._column.get(term)
                if column is not None:
                    columns.append(column)
                    weight = self._idf[column]
                    block.append(weight if count == 1 else (1 + math.log(count)) * weight)
            norm = math.sqrt(sum(value * value for value in block)) or 1.0
            values.extend(scale * value / norm for value in block)
        for column, value in self.lexicon.vector(text).items():
            columns.append(len(self.vocabulary) + column)
            values.append(value)
        return Vector(np.array(columns, dtype=np.int32), np.array(values, dtype=np.float32))
