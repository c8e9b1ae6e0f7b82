"""Citizens' turns as ops write them down for training (data/dialogue): what was asked, what the citizen does, and
where the values stand.

One turn a line: `expecting<TAB>acts<TAB>text`, values as [words](label), an empty line between two people, comments
begin with #. Acts are joined by +.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

EXPECTATIONS = (
    "start details place time subject appeal name phone phone_check confidential summary change cancel_check answer "
    "offer clarify done callback"
).split()
ACTS = (
    "details ask process correct refuse unknown yes no nothing human secret open callback cancel grumble register "
    "follow greet thanks bye wait repeat chat value"
).split()
LABELS = "place time name phone subject appeal order not".split()
_MARKED = re.compile(r"\[([^\[\]]+)\]\(([a-z]+)\)")


@dataclass(frozen=True)
class MarkedSpan:
    """Characters `start` to `end` (exclusive) of the plain text."""

    label: str
    start: int
    end: int


@dataclass(frozen=True)
class AnnotatedTurn:
    """`person` numbers the citizens of one file."""

    expecting: str
    acts: frozenset[str]
    text: str
    spans: tuple[MarkedSpan, ...] = ()
    person: int = 0


class AnnotationError(ValueError):
    """A line that cannot be read. The message says file, line and reason."""


def read_marks(marked: str) -> tuple[str, tuple[MarkedSpan, ...]]:
    """The plain text of "就在[和平路88号](place)" and its spans."""
    text, spans, last = "", [], 0
    for found in _MARKED.finditer(marked):
        text += marked[last : found.start()]
        spans.append(MarkedSpan(found[2], len(text), len(text) + len(found[1])))
        text += found[1]
        last = found.end()
    return text + marked[last:], tuple(spans)


def read_turns(lines: Iterable[str], name: str = "") -> Iterator[AnnotatedTurn]:
    """Raises AnnotationError at the first line that is not of the form."""
    person, blank = 0, True
    for number, raw in enumerate(lines, start=1):
        line = raw.rstrip("\n")
        if not line.strip():
            blank = True
            continue
        if line.startswith("#"):
            continue
        person, blank = person + blank, False
        cells = line.split("\t")
        if len(cells) != 3:
            raise AnnotationError(f"{name}:{number}: {len(cells)} columns instead of expecting, acts, text")
        expecting, acts, marked = cells
        named = frozenset(acts.split("+"))
        text, spans = read_marks(marked)
        unknown = [act for act in named if act not in ACTS] + [
            s.label for s in spans if s.label not in LABELS
        ]
        if expecting not in EXPECTATIONS:
            unknown.append(expecting)
        if unknown:
            raise AnnotationError(f"{name}:{number}: does not know {', '.join(sorted(unknown))}")
        yield AnnotatedTurn(expecting, named, text, spans, person)


def read_folder(folder: Path) -> list[AnnotatedTurn]:
    """All turns of the `*.txt` files of a folder, in the order of their names."""
    turns: list[AnnotatedTurn] = []
    for path in sorted(folder.glob("*.txt")):
        turns += read_turns(path.read_text(encoding="utf-8").splitlines(), path.name)
    return turns
