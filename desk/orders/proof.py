"""What proves to us that an order is somebody's own, and what they may have on the strength of it. Pure.

| proof | what it opens |
|---|---|
| the order was written in this conversation | everything |
| the query code (查询码) that was told with the number at registration | everything |
| the call comes from the order's own number, as the exchange announces it | everything; nothing of a confidential order |
| the last four digits of the phone | the status alone; nothing of a confidential order |

An order number is no proof, for numbers can be counted; a telephone number that somebody says is none, for others know it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from desk.orders.digits import normal_phone, only_digits
from desk.orders.order import Order
from desk.settings import Settings

TAIL_DIGITS = 4
CODE_DIGITS = 6


class Proof(StrEnum):
    """What can be guessed at."""

    TAIL = "tail"
    CODE = "code"


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Who asks for an order. `origin` names where they ask from, by `origin_of`; `line_phone` is the number that the
    exchange has announced for the call. Each is empty where there is none; so is the conversation on the order page."""

    conversation_id: str
    origin: str = ""
    line_phone: str = field(default="", repr=False)


def origin_of(address: str) -> str:
    """A network address or a calling number as tries are counted by it: equal ones are told to be equal and, short of
    trying them all, no more. Empty for an empty one."""
    return hashlib.sha256(f"origin:{address}".encode()).hexdigest()[:32] if address else ""


def new_code() -> str:
    """Six digits: few enough to be said on the phone, and a million of them where a handful of tries is borne."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


def is_own(order: Order, asker: Asker) -> bool:
    """Whether the order is the asker's without anything said: written in this conversation, or of the number that calls."""
    if order.conversation_id == asker.conversation_id:
        return True
    line = normal_phone(asker.line_phone)
    return bool(line) and not order.confidential and line in (order.phone, order.callback_phone)


def tail_fits(order: Order | None, said: str) -> bool:
    """Whether `said` ends with the last four digits of the order's phone or callback phone. As slow for no order."""
    tail = only_digits(said)[-TAIL_DIGITS:]
    phones = (order.phone, order.callback_phone) if order is not None else ("", "")
    lines = [phone.partition("转")[0] for phone in phones]
    # A list, so that both are compared whatever the first one says.
    fits = [hmac.compare_digest(line[-TAIL_DIGITS:].rjust(TAIL_DIGITS, "x"), tail) for line in lines]
    return any(fits) and order is not None and not order.confidential


def code_fits(order: Order | None, said: str) -> bool:
    """Whether `said` is the order's query code. Orders of before there were codes have none, and nothing fits."""
    code = (order.query_code if order is not None else "") or "x" * CODE_DIGITS
    return hmac.compare_digest(code, only_digits(said))


@dataclass(frozen=True, kw_only=True)
class Bound:
    """At most `count` wrong ones in `window`, counted from the first of them."""

    count: int
    window: timedelta

    def is_over(self, first_at: datetime, now: datetime) -> bool:
        return now - first_at >= self.window


@dataclass(frozen=True, kw_only=True)
class TryBounds:
    """How many wrong proofs are borne. Those of an order are never reached from one address alone (`__post_init__`), so
    that no stranger can shut somebody's order; those of everybody are for guessers with many addresses.

    A tail has ten thousand values and opens the status, a code has a million and opens the order: 30 tails a day are a
    year for one order, 100 codes a day 27 years.
    """

    conversation: Bound = Bound(count=5, window=timedelta(hours=1))
    origin_tails: Bound = Bound(count=20, window=timedelta(days=1))
    origin_codes: Bound = Bound(count=20, window=timedelta(days=1))
    order_tails: Bound = Bound(count=30, window=timedelta(days=1))
    order_codes: Bound = Bound(count=100, window=timedelta(days=1))
    everybody: Bound = Bound(count=300, window=timedelta(hours=1))

    def __post_init__(self) -> None:
        if (
            self.origin_tails.count >= self.order_tails.count
            or self.origin_codes.count >= self.order_codes.count
        ):
            raise ValueError("one address must not be able to use up the tries of an order")

    @classmethod
    def from_settings(cls, settings: Settings) -> TryBounds:
        day, hour = timedelta(days=1), timedelta(hours=1)
        an_address = settings.lookup_wrong_per_address
        return cls(
            origin_tails=Bound(count=an_address, window=day),
            origin_codes=Bound(count=an_address, window=day),
            order_tails=Bound(count=an_address + 10, window=day),
            order_codes=Bound(count=max(100, an_address + 10), window=day),
            everybody=Bound(count=settings.lookup_wrong_per_hour, window=hour),
        )

    def of(self, proof: Proof, number: str, asker: Asker) -> tuple[tuple[str, str, Bound], ...]:
        """Every count that a try goes into, as (scope, subject, bound). Always in this order: it is that of the locks."""
        tails = proof is Proof.TAIL
        counts = []
        if asker.conversation_id:
            counts.append(("conversation", asker.conversation_id, self.conversation))
        if asker.origin:
            counts.append(("origin", asker.origin, self.origin_tails if tails else self.origin_codes))
        counts.append(("order", number, self.order_tails if tails else self.order_codes))
        counts.append(("everybody", "", self.everybody))
        return tuple((f"{proof.value}:{scope}", subject, bound) for scope, subject, bound in counts)
