"""What can go wrong with orders.

OrderError
├── OrderNotFound        no order has this number
├── BadOrder             a new order breaks a rule (field named in the text)
├── BadTransition        the order may not go from its status to the asked one
├── BadOrderNumber       the text is no order number (also a wrong check digit)
├── NumbersExhausted     the day's 99,999 numbers are used up
├── TooManyTries         too many wrong proofs of ownership; none is looked at for a while
└── StoreUnavailable     the database is locked or gone; nothing was written
"""

from __future__ import annotations

from datetime import datetime


class OrderError(Exception):
    """Base of everything that this room raises. `retryable`: the same call may succeed later."""

    retryable = False


class OrderNotFound(OrderError):
    def __init__(self, number: str) -> None:
        super().__init__(f"no order has the number {number}")
        self.number = number


class BadOrder(OrderError):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class BadTransition(OrderError):
    def __init__(self, number: str, current: str, wanted: str) -> None:
        super().__init__(f"order {number} is {current} and cannot become {wanted}")
        self.number = number
        self.current = current
        self.wanted = wanted


class BadOrderNumber(OrderError):
    """The text is not repeated in the message: it may hold a phone number that was said by mistake."""


class NumbersExhausted(OrderError):
    """The daily sequence has five digits. Retryable tomorrow."""

    retryable = True


class TooManyTries(OrderError):
    retryable = True

    def __init__(self, scope: str, retry_at: datetime) -> None:
        """`scope`: whose count is full: `conversation`, `origin`, `order` or `everybody`."""
        super().__init__(f"too many wrong proofs of ownership ({scope})")
        self.scope = scope
        self.retry_at = retry_at


class StoreUnavailable(OrderError):
    retryable = True
