"""A nature that nothing was learned for: then the rules of the form decide alone, and a test of them tests only them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from desk.orders import nature


class Unlearned:
    """Stands for a model of no rows."""

    def probabilities(self, text: str, marks: object = (), vector: object = None) -> dict[str, float]:
        return dict.fromkeys((*nature.TYPES, nature.SOMEBODY, nature.RISK, nature.PLACED), 0.0)


@contextmanager
def nothing_learned() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nature, "model", Unlearned)
        nature.nature_of.cache_clear()
        yield
    nature.nature_of.cache_clear()
