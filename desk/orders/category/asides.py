"""Examples told as people tell them: with who they are, whom they asked before, and since when.

Short examples name their matter only. A model that never saw "my child has exams" beside noise takes every child for
a school matter; with asides beside every kind of matter it learns that they say nothing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from desk.orders.category.examples import Example

LONG_CHARS = 80
"""Examples above this length bring asides of their own."""
COPY_WEIGHT = 0.5
"""Of a retold example beside 1 for the example itself."""
COPIES = 2


@dataclass(frozen=True)
class Retold:
    """`origin` is the number of the example that it retells: both belong in the same fold."""

    text: str
    origin: int


def retell(examples: Sequence[Example], asides: Sequence[str]) -> list[Retold]:
    """Each short example `COPIES` times, with up to two asides before and one or two after it. Equal for equal input."""
    if len(asides) < 2:
        return []
    chance = random.Random(0)
    found = []
    for number, example in enumerate(examples):
        if len(example.text) > LONG_CHARS:
            continue
        for _ in range(COPIES):
            before = chance.sample(asides, chance.choice((0, 1, 1, 2)))
            after = chance.sample(asides, chance.choice((1, 1, 2)))
            found.append(Retold(" ".join((*before, example.text, *after)), number))
    return found
