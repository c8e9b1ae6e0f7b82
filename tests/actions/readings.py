"""Readings written by hand, as the understanding would make them."""

from __future__ import annotations

from language.annotated import read_marks
from language.reading import Reading, ReadSpan


def read(acts: str, likely: float = 0.9, **surer: float) -> Reading:
    """read("details+ask", ask=0.6): these acts, `surer` with another probability."""
    return Reading({act: likely for act in acts.split("+")} | surer)


def marked(text: str, acts: str) -> tuple[str, Reading]:
    """marked("就在[和平路88号](place)", "value"): the plain text and its reading with spans."""
    plain, marks = read_marks(text)
    spans = tuple(ReadSpan(mark.label, mark.start, mark.end, 0.9) for mark in marks)
    return plain, Reading(read(acts).acts, spans)
