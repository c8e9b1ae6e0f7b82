"""A value with the turn and the characters that it came from."""

from __future__ import annotations

from desk.orders.drafting.draft import Value
from desk.orders.drafting.turn import Turn


def said(
    turn: Turn, value: str, start: int, end: int, confidence: float = 1.0, origin: str = "said"
) -> Value:
    """`start` and `end` (exclusive) count characters of `turn.words`."""
    return Value(value, turn.seq, start, end, round(confidence, 3), origin)
