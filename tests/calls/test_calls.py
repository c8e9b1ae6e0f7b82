"""Whole conversations against the whole product: gateway, real Rasa, actions, SQL, Redis."""

from __future__ import annotations

import pytest

from tests.calls.runner import Call, load_calls, play
from tests.product import HttpCitizen

CALLS = load_calls()


def test_there_are_at_least_forty_calls() -> None:
    assert len(CALLS) >= 40


@pytest.mark.rasa
@pytest.mark.parametrize("call", CALLS, ids=[f"{call.file}: {call.name}" for call in CALLS])
def test_the_conversation_goes_as_written(call: Call, citizen: HttpCitizen) -> None:
    """Every line of the script gets what it must get, and the stored order is right."""
    assert play(call, citizen) == []
