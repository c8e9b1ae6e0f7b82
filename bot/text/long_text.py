"""Very long messages: what the neural part of the pipeline gets to see of them."""

from __future__ import annotations

# Citizens say what they want first or last; the middle of a 5,000-character story is history.
HEAD_CHARACTERS = 300
TAIL_CHARACTERS = 120


def visible_spans(
    length: int, head: int = HEAD_CHARACTERS, tail: int = TAIL_CHARACTERS
) -> list[tuple[int, int]]:
    """Spans (end exclusive) of a text of `length` characters that are kept: all of it, or its head and its tail."""
    if length <= head + tail:
        return [(0, length)] if length else []
    return [(0, head), (length - tail, length)]


def shorten(text: str, head: int = HEAD_CHARACTERS, tail: int = TAIL_CHARACTERS) -> str:
    """Head and tail with an ellipsis between them, or the text itself when it is short enough."""
    return "…".join(text[start:end] for start, end in visible_spans(len(text), head, tail))
