"""Keeps work orders in SQL. Every write is one transaction; what a method returns is already committed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from desk.orders.limits import OrderLimits
from desk.orders.order import NewOrder, Order, OrderEvent, OrderStatus, OrderType, Urgency

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class OrderFilter:
    """Which orders to list; None means any. `since` counts in, `until` counts out (both by time of creation)."""

    status: OrderStatus | None = None
    type: OrderType | None = None
    urgency: Urgency | None = None
    since: datetime | None = None
    until: datetime | None = None
    conversation_id: str | None = None
    department: str | None = None


@dataclass(frozen=True, kw_only=True)
class OrderPage:
    """Newest first. `next_cursor` goes into the next call of `list`; None at the end."""

    orders: tuple[Order, ...]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Hurried:
    """What a hurry did. `told` is False if the department was told less than `hurry_interval_h` hours ago."""

    order: Order
    told: bool
    next_at: datetime


class OrderStore:
    """Thread-safe: share one. Numbers given as 12 digits or dashed; phone numbers in any spelling."""

    def __init__(self, engine: Engine, limits: OrderLimits, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._limits = limits
        self._clock = clock

    def create(self, new_order: NewOrder) -> Order:
        """Store an order and give it a number.

        Idempotent by (conversation_id, draft_id): a repeated call, also a concurrent one or one after a crash,
        returns the order that was stored first.

        Raises:
            BadOrder: a field is empty that must not be, or too long.
            NumbersExhausted: no number is left today.
        """
        raise NotImplementedError

    def get(self, number: str) -> Order:
        """For staff and for the conversation that created the order. Raises OrderNotFound."""
        raise NotImplementedError

    def get_for_caller(self, number: str, phone_tail: str) -> Order | None:
        """The order if the last four digits of its phone (or callback phone) are right, else None.

        Whether the number or the tail was wrong cannot be told from the answer nor from its time.

        Raises:
            TooManyTries: five wrong tails for this number within an hour.
        """
        raise NotImplementedError

    def find_open_by_phone(self, phone: str) -> tuple[Order, ...]:
        """The caller's own open orders, newest first, at most 20."""
        raise NotImplementedError

    def find_by_conversation(self, conversation_id: str) -> tuple[Order, ...]:
        """Orders written in one conversation, newest first."""
        raise NotImplementedError

    def add_remark(self, number: str, text: str, by: str) -> Order:
        """Append a remark (1 to 2,000 characters). Raises OrderNotFound, BadOrder."""
        raise NotImplementedError

    def hurry(self, number: str, by: str) -> Hurried:
        """Count a hurry. Raises OrderNotFound, and BadTransition if the order is not open."""
        raise NotImplementedError

    def withdraw(self, number: str, reason: str, by: str) -> Order:
        """Take the order back. Withdrawing a withdrawn order changes nothing. Raises OrderNotFound, BadTransition."""
        raise NotImplementedError

    def change_status(self, number: str, wanted: OrderStatus, by: str, note: str = "") -> Order:
        """Move the order along its life. Raises OrderNotFound, BadTransition."""
        raise NotImplementedError

    def reveal(self, number: str, by: str, reason: str) -> Order:
        """The order for eyes that may see the caller, after writing who looked and why. Raises OrderNotFound."""
        raise NotImplementedError

    def list(self, filters: OrderFilter = OrderFilter(), limit: int = 50, cursor: str | None = None) -> OrderPage:
        """One page of orders, newest first, 1 to 500 a page, without remarks and history."""
        raise NotImplementedError

    def history(self, number: str) -> tuple[OrderEvent, ...]:
        """The order's journal from its creation. Raises OrderNotFound."""
        raise NotImplementedError
