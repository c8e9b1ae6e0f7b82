"""Turns and drafts for the drafting tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from desk.orders.drafting.arbitration import Step, step
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import fill
from desk.orders.drafting.plan import next_field
from desk.orders.drafting.turn import Entity, Turn
from tests.desk.orders.natures import nothing_learned

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

Say = Callable[..., Turn]


@pytest.fixture(autouse=True)
def _rules_alone() -> Iterator[None]:
    """What is learned of matters is tested apart (tests/desk/orders/test_nature.py)."""
    with nothing_learned():
        yield


@pytest.fixture
def say() -> Say:
    """say("和平路88号", "inform", 0.9) -> Turn"""
    seq = iter(range(1, 1000))

    def make(
        text: str,
        intent: str = "inform",
        confidence: float = 0.5,
        entities: tuple[Entity, ...] = (),
        line_phone: str = "",
        **arguments: str,
    ) -> Turn:
        button = text.startswith("/")
        return Turn(
            text,
            next(seq),
            NOW,
            intent=intent,
            confidence=1.0 if button else confidence,
            entities=entities,
            button=button,
            arguments=arguments,
            line_phone=line_phone,
        )

    return make


def started(turn: Turn, order_type: str = "complain") -> Draft:
    draft = fill(Draft("t1", order_type), turn).draft
    return draft.asking(next_field(draft))


@pytest.fixture
def talk(say: Say) -> Callable[..., Step]:
    """Says one sentence after the other to a new draft; the last step comes back."""

    def go(first: str, *rest: str | tuple[str, str, float], order_type: str = "complain") -> Step:
        draft = started(say(first, f"order_{order_type}", 0.9), order_type)
        assert rest, "a talk needs a second turn"
        taken: Step | None = None
        for sentence in rest:
            turn = say(*sentence) if isinstance(sentence, tuple) else say(sentence)
            taken = step(draft, turn)
            draft = taken.draft
        assert taken is not None
        return taken

    return go
