"""Opens the real ones, or those that a test brings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from desk.settings import ROOT, Settings
from gateway.backends.categories import CategoryBackend, Judge, shipped_tree
from gateway.backends.knowledge import Knowledge, KnowledgeBackend
from gateway.backends.orders import OrderBackend, Orders
from gateway.runtime.blocking import Blocking

if TYPE_CHECKING:
    from desk.orders.category import CategoryTree


class Backends:
    """Only for the composition root: it hands each on by name. Make it inside the event loop; nothing is opened yet."""

    def __init__(
        self,
        blocking: Blocking,
        open_knowledge: Callable[[], Knowledge],
        open_orders: Callable[[], Orders],
        open_judge: Callable[[], Judge] | None = None,
        open_tree: Callable[[], CategoryTree] = shipped_tree,
    ) -> None:
        self.knowledge = KnowledgeBackend(blocking, open_knowledge)
        self.orders = OrderBackend(blocking, open_orders)
        self.categories = CategoryBackend(blocking, open_judge, open_tree)


def open_backends(settings: Settings, blocking: Blocking) -> Backends:
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

    return Backends(blocking, open_knowledge, open_orders, open_judge)
