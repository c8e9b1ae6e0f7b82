"""Stretches of a turn: where its values and its clauses stand, and the words without some of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from desk.orders.drafting.turn import Turn

Range = tuple[int, int]
_CLAUSE = re.compile(r"[^,，。;；!！?？\s…]+")
_WORD = re.compile(r"\w")
_EDGES = " ,，、:：;；\n\t"


@dataclass(frozen=True)
class Stretch:
    """Characters `start` to `end` (exclusive) of `Turn.words`."""

    text: str
    start: int
    end: int
    confidence: float = 1.0

    @property
    def range(self) -> Range:
        return self.start, self.end


def stretches(turn: Turn, *labels: str) -> list[Stretch]:
    """What was read as a value of these labels, without the spaces and marks around it, in the order of the text."""
    words = turn.words
    # Spans count characters of the text as it came in.
    shift = len(turn.text) - len(turn.text.lstrip())
    found = []
    for span in turn.spans(*labels):
        start, end = max(0, span.start - shift), min(len(words), span.end - shift)
        text = words[start:end]
        start += len(text) - len(text.lstrip(_EDGES))
        text = text.strip(_EDGES)
        if text:
            found.append(Stretch(text, start, start + len(text), span.confidence))
    return found


def clauses(text: str) -> list[Range]:
    """Where each clause stands, without the marks and spaces between them."""
    return [found.span() for found in _CLAUSE.finditer(text)]


def overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def without(text: str, cut: Iterable[Range]) -> str:
    """The text without these ranges. Words that never stood side by side are kept apart by a comma."""
    gone = {at for start, end in cut for at in range(start, end)}
    kept: list[str] = []
    torn = False
    for at, char in enumerate(text):
        if at in gone:
            torn = True
            continue
        if torn and kept and _WORD.match(char) and _WORD.match(kept[-1]):
            kept.append("，")
        kept.append(char)
        torn = False
    return re.sub(r"[,，、\s]*[,，、](?:\s*[,，、])+", "，", "".join(kept))


def joined(text: str, kept: Sequence[Range]) -> str:
    """These ranges in their order, with the marks that stood between neighbours, else a comma."""
    parts: list[str] = []
    for index, (start, end) in enumerate(kept):
        if index:
            between = text[kept[index - 1][1] : start]
            parts.append("，" if _WORD.search(between) else between)
        parts.append(text[start:end])
    return "".join(parts)
