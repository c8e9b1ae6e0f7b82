"""Who may have which orders open on the order page, and until when.

Somebody has proved that orders are theirs (a query code, the conversation, the link that was told there, the phone, the openid)
and gets a token for them. A visit holds numbers and nothing about the person; what it opens is read anew each time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection, Engine, delete, insert, select, update

from desk.orders import tables as t
from desk.orders.store import utc_now

# Longer than anybody looks at an order; short enough for a machine in a library.
LASTS = timedelta(hours=2)
# One citizen's; the newest stay.
MAX_ORDERS = 50

_c = t.order_visits.c


@dataclass(frozen=True, kw_only=True)
class Visit:
    """`numbers` as 12 digits, newest first. `token` is what the page shows."""

    token: str = field(repr=False)
    numbers: tuple[str, ...]
    expires_at: datetime


class OrderVisits:
    """Thread-safe: share one. Blocks; what a method returns is committed."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def open(self, numbers: Sequence[str], token: str | None = None) -> Visit:
        """For orders that were proved just now; beside those of the visit of `token`, if it still lasts."""
        now = self._clock()
        with self._engine.begin() as connection:
            connection.execute(delete(t.order_visits).where(_c.expires_at <= now))
            before = self._find(connection, token, now) if token else None
            expires_at = now + LASTS
            if before is None:
                token = secrets.token_urlsafe(32)
                whole = _newest(numbers)
                values = {"token_hash": _hash(token), "numbers": list(whole), "expires_at": expires_at}
                connection.execute(insert(t.order_visits).values(values))
                return Visit(token=token, numbers=whole, expires_at=expires_at)
            whole = _newest([*numbers, *before.numbers])
            connection.execute(
                update(t.order_visits)
                .where(_c.token_hash == _hash(before.token))
                .values(numbers=list(whole), expires_at=expires_at)
            )
            return Visit(token=before.token, numbers=whole, expires_at=expires_at)

    def find(self, token: str) -> Visit | None:
        """None: there is none, or it is over."""
        with self._engine.connect() as connection:
            return self._find(connection, token, self._clock())

    def end(self, token: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(t.order_visits).where(_c.token_hash == _hash(token)))

    @staticmethod
    def _find(connection: Connection, token: str, now: datetime) -> Visit | None:
        query = select(_c.numbers, _c.expires_at).where(_c.token_hash == _hash(token), _c.expires_at > now)
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        return Visit(token=token, numbers=tuple(row.numbers), expires_at=row.expires_at)


def _newest(numbers: Sequence[str]) -> tuple[str, ...]:
    """Numbers sort as orders were created."""
    return tuple(sorted(set(numbers), reverse=True)[:MAX_ORDERS])


def _hash(token: str) -> str:
    # 256 bits of chance: nothing slower is needed.
    return sha256(token.encode()).hexdigest()
