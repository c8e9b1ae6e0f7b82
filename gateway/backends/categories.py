"""The categories of orders, and the classifier that suggests them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from desk.settings import ROOT
from gateway.backends.deferred import Deferred
from gateway.errors import Refused
from gateway.runtime.blocking import Blocking

if TYPE_CHECKING:
    # The classifier's libraries take a second or two to load, which no citizen should wait for at start.
    from desk.orders.category import Category, CategoryTree

# A classifier that could not be opened (its data is being replaced) is tried again after so long.
JUDGE_RETRY_S = 60.0


class Judge(Protocol):
    """The classifier of orders. Blocking."""

    @property
    def tree(self) -> CategoryTree: ...
    def classify(self, text: str) -> Category: ...
    def probabilities(self, text: str) -> dict[str, float]: ...


def shipped_tree() -> CategoryTree:
    """Raises BadCategoryData."""
    from desk.orders.category import CategoryTree

    return CategoryTree.load(ROOT / "data" / "categories" / "tree.tsv")


class CategoryBackend:
    """Share one a process; make it inside the event loop."""

    def __init__(
        self,
        blocking: Blocking,
        open_judge: Callable[[], Judge] | None = None,
        open_tree: Callable[[], CategoryTree] = shipped_tree,
    ) -> None:
        """Without `open_judge` nothing is suggested."""
        self._judge = Deferred(blocking, open_judge, "classifier_not_opened") if open_judge else None
        self._tree = Deferred(blocking, open_tree, "categories_not_opened")
        self._trying = asyncio.Lock()
        self._tried_at = -1e9

    async def judge(self) -> Judge | None:
        """None where there is no classifier or it cannot be opened: a seat can choose a category by hand."""
        if self._judge is None:
            return None
        # Whoever comes while it is being opened waits for it.
        async with self._trying:
            if self._judge.opened is None and time.monotonic() - self._tried_at > JUDGE_RETRY_S:
                self._tried_at = time.monotonic()
                with contextlib.suppress(Refused):
                    await self._judge.get()
        return self._judge.opened

    async def tree(self) -> CategoryTree:
        """All categories that an order may have; they are there without a classifier too. Raises Refused (503)."""
        return await self._tree.get()
