"""Whole people talk to the whole product: gateway, real Rasa, actions, SQL, Redis. A floor, not a perfection."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from launcher.private import PrivateProduct
from tests.citizens.cast import Citizen, load_citizens
from tests.citizens.scoring import Score, score
from tests.citizens.talk import hold
from tests.product import HttpCitizen

CITIZENS = load_citizens()
# So many have to be served right in every respect. It stands below what is measured (`python -m bench.citizens`), for a
# newly trained model is never quite the same; raise it with the product, and never lower it to get a change through.
RIGHT_SHARE = 0.8
# What a newly trained model may change; 98 of 102 outcomes were right where this was written (2026-11-29).
OUTCOMES_MISSED = 5


@pytest.fixture(scope="module")
def scores(product: PrivateProduct) -> Mapping[str, Score]:
    """Everybody talks once, one after the other."""
    return {citizen.id: _served(citizen, product) for citizen in CITIZENS}


def _served(citizen: Citizen, product: PrivateProduct) -> Score:
    line = HttpCitizen(product)
    try:
        return score(hold(citizen, line), product.settings)
    finally:
        line.close()


def test_there_are_at_least_a_hundred_citizens() -> None:
    assert len(CITIZENS) >= 100


@pytest.mark.rasa
def test_what_comes_of_it_is_right_and_no_word_is_torn(scores: Mapping[str, Score]) -> None:
    """An order, an answer, a person or the number to dial, as he needed; his words stand in the order as he said them."""
    failed = []
    for name, found in scores.items():
        faults = [*found.faults["outcome"], *found.faults.get("intact", ())]
        if faults:
            failed.append("\n".join([name, *faults, *(f"{s.by}: {s.text}" for s in found.talk.transcript)]))
    assert len(failed) <= OUTCOMES_MISSED, "\n\n".join(failed)


@pytest.mark.rasa
def test_most_are_served_right_in_every_respect(scores: Mapping[str, Score]) -> None:
    """Every field, every answer, and no more than one misunderstanding."""
    wrong = {name: found.wrong for name, found in scores.items() if not found.is_right}
    assert len(wrong) <= (1 - RIGHT_SHARE) * len(scores), wrong
