"""Signing in and changing passwords, in steps.

Checking a password is slow on purpose and must hold up neither a database connection nor the gateway's event loop. So
signing in is four calls; the caller runs each in its proper place:

    place = accounts.place(username, address, devices)      # SQL; is this a device that we know?
    attempt = accounts.begin(username, place)               # SQL; counts the try, raises Locked, Slowed
    right = accounts.hasher.verify(attempt.password_hash, password)     # slow
    token, signed_in = accounts.sign_in(attempt, right, ...)            # SQL
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, RowMapping, delete, select, update

from desk.seats import tables as t
from desk.seats.audit import AuditLog, utc_now
from desk.seats.devices import known_device, with_device
from desk.seats.errors import Disabled, Locked, UserNotFound, WrongPassword
from desk.seats.lockout import Tries
from desk.seats.passwords import Argon2Hasher, Hasher, check_password
from desk.seats.sign_ins import SignedIn, SignInStore
from desk.seats.tries import SignInPlace, address_place, count_try, device_place, forgive
from desk.seats.user import User, clean_username
from desk.seats.users import UserStore, user_of

Clock = Callable[[], datetime]
SESSION_H_DEFAULT = 12


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A counted attempt to sign in. `user` is None if nobody has that name."""

    username: str
    place: SignInPlace
    user: User | None
    password_hash: str | None
    tries: Tries


class Accounts:
    """Everything about users for one database. Thread-safe; all methods but those of `hasher` do SQL and block."""

    def __init__(
        self,
        engine: Engine,
        *,
        session: timedelta = timedelta(hours=SESSION_H_DEFAULT),
        hasher: Hasher | None = None,
        clock: Clock = utc_now,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self.hasher: Hasher = hasher or Argon2Hasher()
        self.audit = AuditLog(engine, clock)
        self.users = UserStore(engine, self.audit, clock)
        self.sign_ins = SignInStore(engine, session, clock)

    def place(self, username: str, address: str, devices: str = "") -> SignInPlace:
        """The origin of an attempt: a device that has signed in as this person before, else a stranger's address.

        `devices`: the browser's cookie of `devices`.
        """
        with self._engine.connect() as connection:
            row = _by_username(connection, username)
        user_id, password_hash = (row["id"], row["password_hash"]) if row is not None else (None, None)
        device = known_device(devices, user_id, password_hash, self._clock())
        return device_place(device) if device is not None else address_place(address)

    def remember_device(self, user_id: str, devices: str) -> str:
        """The cookie for a browser in which this person has just signed in. Raises UserNotFound."""
        with self._engine.connect() as connection:
            kept = connection.execute(
                select(t.users.c.password_hash).where(t.users.c.id == user_id)
            ).scalar_one_or_none()
        if kept is None:
            raise UserNotFound
        return with_device(devices, user_id, kept, self._clock())

    def begin(self, username: str, place: SignInPlace | None = None) -> Attempt:
        """Count a try. Raises Locked, Slowed, which say the same whether the user exists or not."""
        place = place or address_place("")
        with self._engine.begin() as connection:
            tries = count_try(connection, username, place, self._clock())
            row = _by_username(connection, username)
        return Attempt(
            username=username,
            place=place,
            user=user_of(row) if row is not None else None,
            password_hash=row["password_hash"] if row is not None else None,
            tries=tries,
        )

    def sign_in(
        self,
        attempt: Attempt,
        right: bool,
        *,
        address: str = "",
        user_agent: str = "",
        better_hash: str | None = None,
    ) -> tuple[str, SignedIn]:
        """The token for the cookie, and who is signed in now.

        `better_hash`: the same password with the parameters of today, where `hasher.outdated` said so.

        Raises:
            WrongPassword, or Locked if this was the failure too many; Disabled.
        """
        if not right or attempt.user is None:
            self._note_failure(attempt, address)
            raise self._refusal(attempt)
        with self._engine.begin() as connection:
            forgive(connection, attempt.username, attempt.place)
            # Read again, because checking the password took a while.
            row = _by_username(connection, attempt.username)
            if row is None or row["password_hash"] != attempt.password_hash:
                raise WrongPassword
            user = user_of(row)
            if not user.active:
                raise Disabled
            if better_hash is not None:
                connection.execute(
                    update(t.users).where(t.users.c.id == user.id).values(password_hash=better_hash)
                )
            token, signed_in = self.sign_ins.begin_in(connection, user, address, user_agent)
            self.audit.write_in(connection, user.id, "signed_in", "user", user.id, {}, address)
        return token, signed_in

    def change_password(
        self,
        attempt: Attempt,
        right: bool,
        new_hash: str,
        *,
        keep: SignedIn,
        address: str = "",
        user_agent: str = "",
    ) -> tuple[str, SignedIn]:
        """The user's own change. Every sign-in ends; the one that asked goes on under a new token.

        Raises:
            WrongPassword, or Locked if this was the failure too many.
        """
        if not right or attempt.user is None:
            self._note_failure(attempt, address)
            raise self._refusal(attempt)
        user = attempt.user
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(t.users)
                .where(t.users.c.id == user.id, t.users.c.password_hash == attempt.password_hash)
                .values(password_hash=new_hash)
            )
            # Somebody else has set a password meanwhile; theirs stands.
            if changed.rowcount != 1:
                raise WrongPassword
            forgive(connection, attempt.username, attempt.place)
            connection.execute(delete(t.sign_ins).where(t.sign_ins.c.user_id == user.id))
            self.audit.write_in(connection, user.id, "password_changed", "user", user.id, {}, address)
            return self.sign_ins.begin_in(connection, user, address, user_agent, keep.csrf)

    def sign_out(self, signed_in: SignedIn, address: str = "") -> None:
        """Idempotent."""
        self.sign_ins.end(signed_in.token_hash)
        self.audit.write(signed_in.user.id, "signed_out", "user", signed_in.user.id, {}, address)

    def checked_hash(self, password: str, username: str, display_name: str = "") -> str:
        """The hash of a password that keeps the rules. Slow. Raises WeakPassword."""
        check_password(password, username, display_name)
        return self.hasher.hash(password)

    def _note_failure(self, attempt: Attempt, address: str) -> None:
        """Note the failure without the typed name: it may be a password in the wrong field."""
        actor = attempt.user.id if attempt.user else ""
        locked = attempt.tries.locked_until is not None and attempt.tries.failures == 0
        detail = {"known": attempt.user is not None, "locked": locked}
        self.audit.write(actor, "sign_in_failed", "user", actor, detail, address)

    def _refusal(self, attempt: Attempt) -> WrongPassword | Locked:
        until, now = attempt.tries.locked_until, self._clock()
        if until is not None and attempt.tries.is_locked(now):
            return Locked(until, now)
        return WrongPassword()


def _by_username(connection: Connection, username: str) -> RowMapping | None:
    query = select(t.users).where(t.users.c.username == clean_username(username))
    return connection.execute(query).mappings().one_or_none()
