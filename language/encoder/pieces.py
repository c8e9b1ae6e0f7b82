"""A message as the network reads it, and the way back from the network's tags to characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from language.annotated import LABELS
from language.encoder.labels import ASKED, SLOTS, TAGS
from language.encoder.tokenizer import Tokenizer
from language.reading import ReadSpan

_PREFIXES = ("query: ", "passage: ")
# The network knows 512 places; a longer message keeps its beginning and its end, where people say what they want.
_PIECES_MAX = 254
_LABELS = [tag[2:] for tag in TAGS]
# A gap of so many characters without a piece is white space; a longer one was cut out of a long message.
_GAP_MAX = 4


class _Vocabulary(Protocol):
    @property
    def pieces(self) -> Sequence[str]: ...
    @property
    def scores(self) -> Sequence[float]: ...
    @property
    def normaliser(self) -> dict[str, str]: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def unknown(self) -> int: ...


@dataclass(frozen=True)
class Sentence:
    """`starts` and `ends` are characters of the text; a piece outside it covers none. The first part has `first` pieces."""

    ids: tuple[int, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    first: int


class Splitter:
    """Thread-safe."""

    def __init__(self, tokenizer: Tokenizer, start: int, end: int) -> None:
        self._tokenizer = tokenizer
        self._start, self._end = start, end

    @classmethod
    def of(cls, vocabulary: _Vocabulary) -> Splitter:
        tokenizer = Tokenizer(vocabulary.pieces, vocabulary.scores, vocabulary.normaliser, vocabulary.unknown)
        return cls(tokenizer, vocabulary.start, vocabulary.end)

    def read(self, text: str, expecting: str = "", *, passage: bool = False) -> Sentence:
        """A question that the network does not know counts as no question."""
        prefix = _PREFIXES[passage]
        found = self._tokenizer.split(prefix + text)
        begin = len(prefix)
        ids = list(found.ids)
        starts = [max(0, start - begin) for start in found.starts]
        ends = [max(0, end - begin) for end in found.ends]
        if len(ids) > _PIECES_MAX:
            half = _PIECES_MAX // 2
            ids, starts, ends = (kept[:half] + kept[-half:] for kept in (ids, starts, ends))
        ids = [self._start, *ids, self._end]
        first = len(ids)
        asked = ASKED.get(expecting, "")
        if asked:
            ids += [*self._tokenizer.split(asked, False).ids, self._end]
        blank = [0] * (len(ids) - first + 1)
        return Sentence(tuple(ids), (0, *starts, *blank), (0, *ends, *blank), first)


def tag_rows(sentence: Sentence, scores: npt.NDArray[np.float32], length: int) -> npt.NDArray[np.float32]:
    """Probabilities [characters, tags] of a text of `length` characters, from `scores` [pieces, slots, tags].

    A space has no piece of its own: it is inside a value as far as both its neighbours are. The middle of a very long
    message is not read and counts as no value."""
    rows = np.zeros((length, len(TAGS)), np.float32)
    rows[:, 0] = 1.0
    covered = np.zeros(length, bool)
    for piece, (start, end) in enumerate(zip(sentence.starts, sentence.ends, strict=True)):
        for slot, place in enumerate(range(start, end)):
            row = scores[piece, min(slot, SLOTS - 1)]
            odds = np.exp(row - row.max())
            rows[place], covered[place] = odds / odds.sum(), True
    places = np.flatnonzero(covered)
    for left, right in zip(places, places[1:], strict=False):
        if 1 < right - left <= _GAP_MAX:
            inside = np.minimum(rows[left, 1::2] + rows[left, 2::2], rows[right, 2::2])
            rows[left + 1 : right] = 0.0
            rows[left + 1 : right, 2::2] = inside
            rows[left + 1 : right, 0] = max(0.0, 1.0 - float(inside.sum()))
    return rows


def best_spans(rows: npt.NDArray[np.float32]) -> list[ReadSpan]:
    """The likeliest row of tags that is in order (an I follows a B or an I of its label). `rows` [characters, tags]."""
    if not len(rows):
        return []
    path = _best_path(np.log(np.maximum(rows, 1e-9)))
    spans: list[ReadSpan] = []
    begun = 0
    for place in range(len(path) + 1):
        tag = TAGS[path[place]] if place < len(path) else "O"
        if place and path[place - 1] and not tag.startswith("I-"):
            label = _LABELS[path[begun]]
            first = 2 * LABELS.index(label) + 1
            inside = rows[begun:place, first : first + 2].sum(1)
            spans.append(ReadSpan(label, begun, place, float(inside.mean())))
        if tag.startswith("B-"):
            begun = place
    return spans


def spans_of(sentence: Sentence, scores: npt.NDArray[np.float32]) -> list[ReadSpan]:
    """The network's own spans."""
    return best_spans(tag_rows(sentence, scores, max(sentence.ends)))


def _best_path(rows: npt.NDArray[np.float32]) -> list[int]:
    """Viterbi over log probabilities [characters, tags], where only forbidden steps cost."""
    best = rows[0] + _FIRST
    back = np.zeros(rows.shape, np.int64)
    for number in range(1, len(rows)):
        steps = best[:, None] + _STEPS
        back[number] = steps.argmax(0)
        best = steps[back[number], np.arange(len(TAGS))] + rows[number]
    path = [int(best.argmax())]
    for number in range(len(rows) - 1, 0, -1):
        path.append(int(back[number, path[-1]]))
    return path[::-1]


def _forbidden() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    never = -1e9
    first = np.array([never if tag.startswith("I-") else 0.0 for tag in TAGS], np.float32)
    steps = np.zeros((len(TAGS), len(TAGS)), np.float32)
    for before, earlier in enumerate(TAGS):
        for after, later in enumerate(TAGS):
            if later.startswith("I-") and earlier[2:] != later[2:]:
                steps[before, after] = never
    return first, steps


_FIRST, _STEPS = _forbidden()
