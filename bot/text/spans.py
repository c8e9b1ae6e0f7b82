"""What every extractor returns: a typed piece of text with its meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Span:
    """`start` and `end` (exclusive) count characters of the text that was handed in.

    `value` is what the piece means: a string, a number, or a dictionary for `time` and `name`.
    `parts` breaks an address or a number down further; `confidence` is in [0, 1].
    """

    entity: str
    value: Any
    start: int
    end: int
    confidence: float = 1.0
    parts: dict[str, Any] = field(default_factory=dict)

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    @property
    def length(self) -> int:
        return self.end - self.start


def without_overlaps(spans: list[Span]) -> list[Span]:
    """Longest first wins, in order of appearance; of equals, the earlier in the list."""
    taken = bytearray(max((span.end for span in spans), default=0))
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: -span.length):
        # Spans come longest first, so one that overlaps a kept one has an edge inside it.
        if not (taken[span.start] or taken[span.end - 1]):
            taken[span.start : span.end] = b"\x01" * span.length
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
