"""The parts of the desk that operators reach over HTTP, opened when first needed.

Coded against these small protocols, so that tests bring their own and a broken index does not keep the gateway from
serving citizens.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import structlog

from desk.orders.order import NewOrder, Order
from desk.orders.store import Hurried, OrderFilter, OrderPage
from desk.settings import ROOT, Settings
from desk.store.errors import is_away
from gateway import sentences
from gateway.blocking import Blocking
from gateway.errors import Refused, StoreUnavailable

if TYPE_CHECKING:
    # The classifier's libraries take a second or two to load, which no citizen should wait for at start.
    from desk.orders.category import Category, CategoryTree

_log = structlog.get_logger(__name__)
_Part = TypeVar("_Part")

# A classifier that could not be opened (its data is being replaced) is tried again after so long.
JUDGE_RETRY_S = 60.0


class KnowledgeHit(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def score(self) -> float: ...
    @property
    def department(self) -> str: ...
    @property
    def voice(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def effective_to(self) -> date | None: ...


class Knowledge(Protocol):
    """Blocking."""

    def search(self, query: str, top: int = 3) -> Sequence[KnowledgeHit]: ...


class Orders(Protocol):
    """Blocking."""

    def list(self, filters: OrderFilter, limit: int = 50, cursor: str | None = None) -> OrderPage: ...
    def get(self, number: str) -> Order: ...
    def create(self, new_order: NewOrder) -> Order: ...
    def find_open_by_phone(self, phone: str) -> tuple[Order, ...]: ...
    def find_by_phone(self, phone: str, limit: int = 20) -> tuple[Order, ...]: ...
    def add_remark(self, number: str, text: str, by: str) -> Order: ...
    def hurry(self, number: str, by: str) -> Hurried: ...
    def withdraw(self, number: str, reason: str, by: str) -> Order: ...
    def amend(self, number: str, values: Mapping[str, str], by: str) -> Order: ...
    def reveal(self, number: str, by: str, reason: str) -> Order: ...
    def find_by_conversation(self, conversation_id: str) -> tuple[Order, ...]: ...


class Judge(Protocol):
    """The classifier of orders. Blocking."""

    @property
    def tree(self) -> CategoryTree: ...
    def classify(self, text: str) -> Category: ...
    def probabilities(self, text: str) -> dict[str, float]: ...


class DeskParts:
    def __init__(
        self,
        blocking: Blocking,
        open_knowledge: Callable[[], Knowledge],
        open_orders: Callable[[], Orders],
        open_judge: Callable[[], Judge] | None = None,
        open_tree: Callable[[], CategoryTree] | None = None,
    ) -> None:
        self._blocking = blocking
        self._open_knowledge = open_knowledge
        self._open_orders = open_orders
        self._open_judge = open_judge
        self._open_tree = open_tree or shipped_tree
        self._knowledge: Knowledge | None = None
        self._orders: Orders | None = None
        self._judge: Judge | None = None
        self._judge_tried_at = -1e9
        self._tree: CategoryTree | None = None
        self._opening = asyncio.Lock()
        self._failure = ""

    async def knowledge(self) -> Knowledge:
        """Raises Refused (503) when it cannot be opened."""
        async with self._opening:
            if self._knowledge is None:
                try:
                    self._knowledge = await self._blocking.search(self._open_knowledge)
                    self._failure = ""
                except Exception as error:
                    # Whatever is wrong with an index: one part is missing, the gateway is not.
                    self._failure = type(error).__name__
                    _log.exception("knowledge_not_opened")
                    raise Refused(503, "part_missing", sentences.PART_MISSING) from error
        return self._knowledge

    async def hits(self, query: str, top: int, *, unasked: bool = False) -> list[dict[str, Any]]:
        """The best articles as JSON of docs/protocol.md. Raises Refused (503) while there is no index, StoreUnavailable.

        `unasked`: nobody waits for them; such searches step back behind all other work.
        """
        knowledge = await self.knowledge()
        run = self._blocking.background if unasked else self._blocking.search
        try:
            found = await run(knowledge.search, query, top)
        except Exception as error:
            if is_away(error):
                raise StoreUnavailable from error
            raise
        return [
            {
                "id": hit.id,
                "title": hit.title,
                "score": round(hit.score, 4),
                "department": hit.department,
                "speech": hit.voice,
                "text": hit.body,
                "source": hit.source,
                "effective_to": hit.effective_to.isoformat() if hit.effective_to else None,
            }
            for hit in found
        ]

    async def orders(self) -> Orders:
        """Raises Refused (503) when they cannot be opened."""
        async with self._opening:
            if self._orders is None:
                self._orders = await self._opened(self._open_orders, "orders_not_opened")
        return self._orders

    async def judge(self) -> Judge | None:
        """None where there is no classifier or it cannot be opened: a seat can choose a category by hand."""
        if self._open_judge is None:
            return None
        async with self._opening:
            if self._judge is None and time.monotonic() - self._judge_tried_at > JUDGE_RETRY_S:
                self._judge_tried_at = time.monotonic()
                try:
                    self._judge = await self._blocking.search(self._open_judge)
                except Exception:
                    _log.exception("classifier_not_opened")
        return self._judge

    async def tree(self) -> CategoryTree:
        """All categories that an order may have; they are there without a classifier too. Raises Refused (503)."""
        async with self._opening:
            if self._tree is None:
                self._tree = await self._opened(self._open_tree, "categories_not_opened")
        return self._tree

    async def _opened(self, open_part: Callable[[], _Part], event: str) -> _Part:
        """Raises Refused (503), and logs `event`."""
        try:
            return await self._blocking.search(open_part)
        except Exception as error:
            _log.exception(event)
            raise Refused(503, "part_missing", sentences.PART_MISSING) from error

    async def warm(self) -> None:
        """Open the index and search once, so that the first operator does not wait for it."""
        try:
            knowledge = await self.knowledge()
            await self._blocking.search(knowledge.search, "你好", 1)
        except (Refused, StoreUnavailable):
            return
        except Exception as error:
            self._failure = type(error).__name__
            _log.exception("knowledge_not_searchable")

    def knowledge_state(self) -> tuple[str, str]:
        """(state, detail) for the health report."""
        if self._failure:
            return "down", self._failure
        return ("ok", "") if self._knowledge is not None else ("ok", "not opened yet")


def shipped_tree() -> CategoryTree:
    """Raises BadCategoryData."""
    from desk.orders.category import CategoryTree

    return CategoryTree.load(ROOT / "data" / "categories" / "tree.tsv")


def desk_parts(settings: Settings, blocking: Blocking) -> DeskParts:
    """The real ones, on connections of their own."""

    def open_knowledge() -> Knowledge:
        from desk.knowledge import open_search

        return open_search(settings)

    def open_orders() -> Orders:
        from desk.orders.limits import OrderLimits
        from desk.orders.store import OrderStore
        from desk.store.engine import open_engine

        return OrderStore(open_engine(settings.effective_database_url), OrderLimits.from_settings(settings))

    def open_judge() -> Judge:
        from desk.orders.category import load_or_train

        return load_or_train(ROOT / "data", settings.var_dir)

    return DeskParts(blocking, open_knowledge, open_orders, open_judge)
