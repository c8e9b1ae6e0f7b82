"""The rows that the network learns from: danger rows, citizens' turns in context, and examples of intents."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from language.annotated import EXPECTATIONS, MarkedSpan, read_turns

# A turn in a dialogue was not written with danger in mind; nearly none is dangerous. The same holds for an intent's example.
_TURN_IS_HARMLESS = 0.3
_EXAMPLE_IS_HARMLESS = 0.15
_EXAMPLE_IS_DANGER = 0.5
# Examples of this file may tell of danger, so they teach nothing about danger.
_DANGER_FILE, _UNSURE_FILE = "emergency.yml", "emotion.yml"
_MARKED = re.compile(r"\[([^\[\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_PUNCTUATION = re.compile(r"[,。!?;:、…~,.!?;]+")


@dataclass(frozen=True)
class Row:
    """One message. Nothing is learned from a field that is None or has weight 0."""

    text: str
    source: str
    expecting: str = ""
    danger: bool = False
    danger_weight: float = 0.0
    kind: str | None = None
    acts: frozenset[str] | None = None
    spans: tuple[MarkedSpan, ...] | None = None


def read_danger(folder: Path) -> Iterator[Row]:
    for path in sorted(folder.glob("danger-*.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for cells in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield Row(
                    cells["text"], path.stem, cells["context"], cells["label"] == "danger", 1.0, cells["kind"]
                )


def read_dialogue(folder: Path) -> Iterator[Row]:
    for path in sorted(folder.glob("dialogue-*.txt")):
        for turn in read_turns(path.read_text(encoding="utf-8").splitlines(), path.name):
            yield Row(
                turn.text, path.stem, turn.expecting, False, _TURN_IS_HARMLESS, None, turn.acts, turn.spans
            )


def read_examples(folder: Path, count: int) -> list[Row]:
    """At most `count` examples of intents, the same ones each time."""
    rows = []
    for path in sorted(folder.rglob("*.yml")):
        danger = path.name == _DANGER_FILE
        weight = _EXAMPLE_IS_DANGER if danger else 0.0 if path.name == _UNSURE_FILE else _EXAMPLE_IS_HARMLESS
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip().startswith("- ") and "intent:" not in line:
                text = _MARKED.sub(r"\1", line.strip()[2:])
                rows.append(Row(text, "examples", danger=danger, danger_weight=weight))
    random.Random(1).shuffle(rows)
    return rows[:count]


def spoken(row: Row, chance: random.Random) -> Row:
    """The row as a recogniser would write it, without punctuation. Danger, and what resembles it, may follow any
    question: people cry out whatever was asked."""
    places: list[int] = []
    text, last = "", 0
    for found in _PUNCTUATION.finditer(row.text):
        text += row.text[last : found.start()]
        places += range(len(text) - (found.start() - last), len(text))
        places += [len(text)] * (found.end() - found.start())
        if found.end() < len(row.text):
            text += " " * chance.randint(0, 1)
        last = found.end()
    places += range(len(text), len(text) + len(row.text) - last + 1)
    text += row.text[last:]
    spans = row.spans
    if spans is not None:
        moved = (replace(s, start=places[s.start], end=places[s.end]) for s in spans)
        spans = tuple(s for s in moved if s.end > s.start)
    expecting = chance.choice(EXPECTATIONS) if row.kind is not None else row.expecting
    return replace(row, text=text, spans=spans, expecting=expecting)
