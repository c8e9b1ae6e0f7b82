"""Counts wrong passwords per username and place in SQL; the rules are in `lockout`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from desk.seats.devices import Device
from desk.seats.errors import Locked, Slowed
from desk.seats.lockout import FORGOTTEN_AFTER, LONGEST_LOCK, Tries, after_failure, counted, wait_s
from desk.seats.tables import sign_in_tries
from desk.seats.user import clean_username

# The row of all strangers together.
STRANGERS = ""
_c = sign_in_tries.c


@dataclass(frozen=True, kw_only=True)
class SignInPlace:
    """The origin of an attempt. `known`: somebody has signed in from there as this person before."""

    key: str
    known: bool


def address_place(address: str) -> SignInPlace:
    """The place of a stranger: everybody who comes from this address."""
    return SignInPlace(key=_hash(f"address {address}"), known=False)


def device_place(device: Device) -> SignInPlace:
    return SignInPlace(key=_hash(f"device {device.user_id} {device.nonce}"), known=True)


def sign_in_place(token_hash: str) -> SignInPlace:
    """The place of somebody who is signed in and is asked for their password again."""
    return SignInPlace(key=_hash(f"sign-in {token_hash}"), known=True)


def hash_username(username: str) -> str:
    return _hash(clean_username(username))


def count_try(connection: Connection, username: str, place: SignInPlace, now: datetime) -> Tries:
    """Count a try as a failure before it is judged, so that tries in parallel cannot slip past the limit.

    Raises Locked, Slowed, and then nothing was counted. A right password calls `forgive`.
    """
    name = hash_username(username)
    # Write first: on SQLite that takes the lock. It also keeps made-up names from piling up.
    connection.execute(delete(sign_in_tries).where(_c.touched_at < now - FORGOTTEN_AFTER - LONGEST_LOCK))
    # Always lock the strangers' row first, so that two tries never wait for each other's rows.
    strangers = None if place.known else _taken(connection, name, STRANGERS, now)
    here = _taken(connection, name, place.key, now)
    if here.is_locked(now):
        assert here.locked_until is not None
        raise Locked(here.locked_until, now)
    if strangers is not None:
        wait = wait_s(strangers, here, now)
        if wait > 0:
            raise Slowed(wait)
        _keep(connection, name, STRANGERS, counted(strangers, now), now)
    after = after_failure(here, now)
    _keep(connection, name, place.key, after, now)
    return after


def forgive(connection: Connection, username: str, place: SignInPlace) -> None:
    """The password was right: forget the failures from there, and take one off the strangers' count."""
    name = hash_username(username)
    if not place.known:
        connection.execute(
            update(sign_in_tries)
            .where(_c.username_hash == name, _c.place == STRANGERS, _c.failures > 0)
            .values(failures=_c.failures - 1)
        )
    connection.execute(delete(sign_in_tries).where(_c.username_hash == name, _c.place == place.key))


def forget(connection: Connection, username: str) -> None:
    """Forget everything about this name, from all places."""
    connection.execute(delete(sign_in_tries).where(_c.username_hash == hash_username(username)))


def _taken(connection: Connection, name: str, place: str, now: datetime) -> Tries:
    """The stored tries; the row stays locked until the transaction ends."""
    new: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        new(sign_in_tries)
        .values(username_hash=name, place=place, failures=0, locks=0, touched_at=now)
        .on_conflict_do_nothing(index_elements=["username_hash", "place"])
    )
    row = connection.execute(
        select(_c.failures, _c.since, _c.locks, _c.locked_until, _c.last_at)
        .where(_c.username_hash == name, _c.place == place)
        .with_for_update()
    ).one()
    return Tries(
        failures=row.failures,
        since=row.since,
        locks=row.locks,
        locked_until=row.locked_until,
        last=row.last_at,
    )


def _keep(connection: Connection, name: str, place: str, tries: Tries, now: datetime) -> None:
    connection.execute(
        update(sign_in_tries)
        .where(_c.username_hash == name, _c.place == place)
        .values(
            failures=tries.failures,
            since=tries.since,
            locks=tries.locks,
            locked_until=tries.locked_until,
            last_at=tries.last,
            touched_at=now,
        )
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
