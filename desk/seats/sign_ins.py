"""The sign-ins. The browser holds a random token in a cookie; only its SHA-256 is stored."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select, update

from desk.seats import tables as t
from desk.seats.audit import utc_now
from desk.seats.errors import NotSignedIn
from desk.seats.user import User
from desk.seats.users import user_of

Clock = Callable[[], datetime]

# Ends the sign-in of a browser that sleeps or was left at home; an open console sends heartbeats.
IDLE_LIMIT = timedelta(hours=2)
# Not more often: a write per request would make reading as expensive as writing.
TOUCH_EVERY = timedelta(minutes=1)
# More browsers than anybody has; the oldest sign-in gives way.
SIGN_INS_PER_USER = 20


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A user with a valid sign-in. `csrf` goes to the page, which returns it with all that changes something."""

    user: User
    token_hash: str
    csrf: str
    expires_at: datetime
    last_seen_at: datetime
    # Is it time for `SignInStore.touch`?
    stale: bool


def hash_token(token: str) -> str:
    """Tokens have 256 random bits, so a plain SHA-256 without salt or stretching is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


class SignInStore:
    """Thread-safe: share one. Blocks. `length`: after that a sign-in ends however busy it is."""

    def __init__(self, engine: Engine, length: timedelta, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._length = length
        self._idle = min(IDLE_LIMIT, length)
        self._clock = clock

    def find(self, token_hash: str) -> SignedIn:
        """The user of a sign-in as stored now: roles and skills are never older than this call.

        Raises NotSignedIn: unknown, run out, idle for too long, or the user is out of use.
        """
        now = self._clock()
        s = t.sign_ins.c
        query = (
            select(t.users, s.csrf, s.expires_at, s.last_seen_at)
            .join_from(t.sign_ins, t.users, s.user_id == t.users.c.id)
            .where(s.token_hash == token_hash)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None or not row["active"]:
            raise NotSignedIn
        if now >= row["expires_at"] or now - row["last_seen_at"] >= self._idle:
            raise NotSignedIn
        return SignedIn(
            user=user_of(row),
            token_hash=token_hash,
            csrf=row["csrf"],
            expires_at=row["expires_at"],
            last_seen_at=row["last_seen_at"],
            stale=now - row["last_seen_at"] >= TOUCH_EVERY,
        )

    def touch(self, token_hash: str) -> None:
        """The user did something. An ended sign-in stays ended."""
        with self._engine.begin() as connection:
            connection.execute(
                update(t.sign_ins)
                .where(t.sign_ins.c.token_hash == token_hash)
                .values(last_seen_at=self._clock())
            )

    def end(self, token_hash: str) -> None:
        """Sign out. Idempotent."""
        with self._engine.begin() as connection:
            connection.execute(delete(t.sign_ins).where(t.sign_ins.c.token_hash == token_hash))

    def begin_in(
        self, connection: Connection, user: User, address: str, user_agent: str, csrf: str | None = None
    ) -> tuple[str, SignedIn]:
        """A new sign-in inside the caller's transaction. The token is returned only here.

        `csrf`: keep this value, for a page that is open and knows it.
        """
        now = self._clock()
        s = t.sign_ins.c
        connection.execute(delete(t.sign_ins).where(s.expires_at <= now))
        oldest = (
            select(s.token_hash)
            .where(s.user_id == user.id)
            .order_by(s.last_seen_at.desc())
            .offset(SIGN_INS_PER_USER - 1)
        )
        gone = connection.execute(oldest).scalars().all()
        if gone:
            connection.execute(delete(t.sign_ins).where(s.token_hash.in_(gone)))
        token = secrets.token_urlsafe(32)
        signed_in = SignedIn(
            user=user,
            token_hash=hash_token(token),
            csrf=csrf or secrets.token_urlsafe(24),
            expires_at=now + self._length,
            last_seen_at=now,
            stale=False,
        )
        connection.execute(
            insert(t.sign_ins).values(
                token_hash=signed_in.token_hash,
                user_id=user.id,
                csrf=signed_in.csrf,
                created_at=now,
                last_seen_at=now,
                expires_at=signed_in.expires_at,
                address=address[:64],
                user_agent=user_agent[:200],
            )
        )
        return token, signed_in
