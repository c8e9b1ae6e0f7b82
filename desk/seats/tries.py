"""Counts wrong passwords per username in SQL; the rules are in `lockout`."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from desk.seats.errors import Locked
from desk.seats.lockout import FORGOTTEN_AFTER, LONGEST_LOCK, Tries, after_failure
from desk.seats.tables import sign_in_tries
from desk.seats.user import clean_username


def hash_username(username: str) -> str:
    return hashlib.sha256(clean_username(username).encode()).hexdigest()


def count_try(connection: Connection, username: str, now: datetime) -> Tries:
    """Count a try as a failure before it is judged, so that tries in parallel cannot slip past the limit.

    Raises Locked, and then nothing was counted. A right password calls `forget`.
    """
    c = sign_in_tries.c
    key = hash_username(username)
    # The first statement writes: on SQLite it takes the lock. It also keeps made-up names from piling up.
    connection.execute(delete(sign_in_tries).where(c.touched_at < now - FORGOTTEN_AFTER - LONGEST_LOCK))
    new: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        new(sign_in_tries)
        .values(username_hash=key, failures=0, locks=0, touched_at=now)
        .on_conflict_do_nothing(index_elements=["username_hash"])
    )
    row = connection.execute(
        select(c.failures, c.since, c.locks, c.locked_until).where(c.username_hash == key).with_for_update()
    ).one()
    tries = Tries(failures=row.failures, since=row.since, locks=row.locks, locked_until=row.locked_until)
    if tries.is_locked(now):
        assert tries.locked_until is not None
        raise Locked(tries.locked_until, now)
    after = after_failure(tries, now)
    connection.execute(
        update(sign_in_tries)
        .where(c.username_hash == key)
        .values(
            failures=after.failures,
            since=after.since,
            locks=after.locks,
            locked_until=after.locked_until,
            touched_at=now,
        )
    )
    return after


def forget(connection: Connection, username: str) -> None:
    connection.execute(delete(sign_in_tries).where(sign_in_tries.c.username_hash == hash_username(username)))
