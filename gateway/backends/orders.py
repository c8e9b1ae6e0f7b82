"""The work orders, as consoles and operators read and write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from desk.orders.order import NewOrder, Order
from desk.orders.store import Hurried, OrderFilter, OrderPage
from gateway.backends.deferred import Deferred
from gateway.runtime.blocking import Blocking


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


class OrderBackend:
    """Share one a process."""

    def __init__(self, blocking: Blocking, open_orders: Callable[[], Orders]) -> None:
        self._orders = Deferred(blocking, open_orders, "orders_not_opened")

    async def orders(self) -> Orders:
        """Raises Refused (503) when they cannot be opened."""
        return await self._orders.get()
