"""A turn kept for later as JSON: "shall I register that?" - "yes" must not lose what was said before the yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from desk.orders.drafting.turn import Entity, Turn


def seed_of(turn: Turn) -> dict[str, Any] | None:
    """None for a button, which carries no words."""
    if not turn.words:
        return None
    return {
        "text": turn.words,
        "seq": turn.seq,
        "intent": turn.intent,
        "entities": [[e.name, e.value, e.start, e.end, e.confidence] for e in turn.entities],
    }


def turn_from(seed: Mapping[str, Any], now: Turn) -> Turn:
    """The kept turn, with the clock and channel of the present one."""
    return replace(
        now,
        text=str(seed["text"]),
        seq=int(seed["seq"]),
        intent=str(seed.get("intent", "")),
        entities=tuple(Entity(*values) for values in seed.get("entities", ())),
        button=False,
        arguments=None,
    )
