"""One-time codes by SMS: whoever reads what was sent to a phone has its orders, except the confidential ones.

What can be learnt or spoilt by a stranger is bounded here. Asking looks the same whether a phone has orders or not. A code
works only together with the ticket of the page that asked for it, so wrong ones spoil the stranger's own ticket and no other.
Messages are counted by phone and address, by phone, by address and of everybody (desk/orders/tries.py).
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Engine, delete, insert, or_, select, update

from desk.orders import tables as t
from desk.orders.digits import normal_phone, only_digits
from desk.orders.proof import Bound, new_code, origin_of
from desk.orders.store import utc_now
from desk.orders.tries import count_in
from desk.orders.visits import MAX_ORDERS

LASTS = timedelta(minutes=5)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
MAX_TRIES = 5
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
# An address can use up no phone's messages of a day: the first is smaller than the third.
_PAIR = Bound(count=3, window=_DAY)
_PAIR_SOON = Bound(count=1, window=_MINUTE)
_PHONE = Bound(count=6, window=_DAY)
_ORIGIN = Bound(count=20, window=_DAY)
_EVERYBODY = Bound(count=300, window=_HOUR)


@dataclass(frozen=True, kw_only=True)
class AskedCode:
    """`ticket` goes back to the page; `code` to `phone`, unless it is None: no order has this phone."""

    ticket: str = field(repr=False)
    phone: str = field(repr=False)
    code: str | None = field(repr=False)


class PhoneCodes:
    """Thread-safe: share one. Blocks."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def ask(self, phone: str, origin: str) -> AskedCode | None:
        """A code for this phone, to be sent now. `origin` by `origin_of`, may be empty. None: that is no mobile phone.

        Raises:
            TooManyTries: so many messages that none is sent for a while.
        """
        digits = normal_phone(phone)
        if not _MOBILE.fullmatch(digits):
            return None
        now, ticket, code = self._clock(), secrets.token_urlsafe(32), new_code()
        subject = origin_of(digits)
        pair = sha256(f"{subject}:{origin}".encode()).hexdigest()[:32]
        counts = [("sms:pair", pair, _PAIR), ("sms:pair_soon", pair, _PAIR_SOON)]
        if origin:
            counts.append(("sms:origin", origin, _ORIGIN))
        counts += [("sms:phone", subject, _PHONE), ("sms:everybody", "", _EVERYBODY)]
        c = t.orders.c
        with self._engine.begin() as connection:
            count_in(connection, counts, now)
            connection.execute(delete(t.order_codes).where(t.order_codes.c.expires_at <= now))
            numbers = connection.scalars(
                select(c.number)
                .where(or_(c.phone == digits, c.callback_phone == digits), c.confidential.is_(False))
                .order_by(c.number.desc())
                .limit(MAX_ORDERS)
            ).all()
            connection.execute(
                insert(t.order_codes).values(
                    ticket_hash=_hash(ticket),
                    code=code,
                    numbers=list(numbers),
                    tries=0,
                    expires_at=now + LASTS,
                )
            )
        return AskedCode(ticket=ticket, phone=digits, code=code if numbers else None)

    def prove(self, ticket: str, said: str) -> tuple[str, ...] | None:
        """The numbers that the code opens, once; None: a wrong code, one that is over or was tried too often."""
        now, shown = self._clock(), only_digits(said)
        c = t.order_codes.c
        with self._engine.begin() as connection:
            # Counted before it is judged, so that tries in parallel cannot slip past the bound.
            row = connection.execute(
                update(t.order_codes)
                .where(c.ticket_hash == _hash(ticket), c.expires_at > now, c.tries < MAX_TRIES)
                .values(tries=c.tries + 1)
                .returning(c.code, c.numbers)
            ).one_or_none()
            if row is None or not hmac.compare_digest(row.code, shown) or not row.numbers:
                return None
            connection.execute(delete(t.order_codes).where(c.ticket_hash == _hash(ticket)))
            return tuple(row.numbers)


def _hash(ticket: str) -> str:
    return sha256(ticket.encode()).hexdigest()
