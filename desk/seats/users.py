"""Keeps the users of the desk in SQL. Each change and its audit line are one transaction."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from desk.seats import tables as t
from desk.seats.audit import AuditLog, utc_now
from desk.seats.errors import LastAdmin, Taken, UserNotFound
from desk.seats.tries import forget, hash_username
from desk.seats.user import (
    NewUser,
    Role,
    User,
    UserChange,
    checked_badge,
    checked_capacity,
    checked_display_name,
    checked_new,
    checked_skills,
    clean_username,
)

Clock = Callable[[], datetime]


class UserStore:
    """Thread-safe: share one. All methods block. `by` is the actor of the audit line."""

    def __init__(self, engine: Engine, audit: AuditLog, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._audit = audit
        self._clock = clock

    def add(self, new: NewUser, password_hash: str, by: str, address: str = "") -> User:
        """Raises BadUser, Taken."""
        new = checked_new(new)
        values: dict[str, Any] = {
            "id": f"u{secrets.token_hex(6)}",
            "username": new.username,
            "display_name": new.display_name,
            "badge": new.badge or None,
            "password_hash": password_hash,
            "role": new.role.value,
            "skills": list(new.skills),
            "capacity": new.capacity,
            "active": True,
            "created_at": self._clock(),
        }
        detail = {"username": values["username"], "role": values["role"], "skills": values["skills"]}
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(t.users).values(**values))
                self._audit.write_in(connection, by, "user_added", "user", values["id"], detail, address)
        except IntegrityError as error:
            raise self._taken(values["username"], values["badge"], values["id"]) from error
        return user_of(values)

    def get(self, user_id: str) -> User:
        """Raises UserNotFound."""
        with self._engine.connect() as connection:
            row = connection.execute(select(t.users).where(t.users.c.id == user_id)).mappings().one_or_none()
            if row is None:
                raise UserNotFound
            return self._with_lock(connection, row)

    def by_username(self, username: str) -> User:
        """Raises UserNotFound."""
        wanted = t.users.c.username == clean_username(username)
        with self._engine.connect() as connection:
            row = connection.execute(select(t.users).where(wanted)).mappings().one_or_none()
            if row is None:
                raise UserNotFound
            return self._with_lock(connection, row)

    def all(self, *, active_only: bool = False) -> tuple[User, ...]:
        """By role and username."""
        query = select(t.users).order_by(t.users.c.username)
        if active_only:
            query = query.where(t.users.c.active)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
            locks = connection.execute(
                select(t.sign_in_tries.c.username_hash, func.max(t.sign_in_tries.c.locked_until))
                .where(t.sign_in_tries.c.locked_until > self._clock())
                .group_by(t.sign_in_tries.c.username_hash)
            ).all()
        until = {name: moment for name, moment in locks}
        users = [user_of(row, until.get(hash_username(row["username"]))) for row in rows]
        return tuple(sorted(users, key=lambda user: list(Role).index(user.role), reverse=True))

    def change(self, user_id: str, change: UserChange, by: str, address: str = "") -> User:
        """Change the given fields. Deactivating ends every sign-in of the user.

        Raises:
            UserNotFound, BadUser, Taken, LastAdmin.
        """
        with self._engine.begin() as connection:
            before = _locked(connection, user_id)
            values = _changed_values(change, before)
            if not values:
                return self._with_lock(connection, before)
            _keep_an_admin(connection, before, values)
            # A savepoint, because PostgreSQL accepts no further statement in a failed transaction.
            try:
                with connection.begin_nested():
                    connection.execute(update(t.users).where(t.users.c.id == user_id).values(**values))
            except IntegrityError as error:
                raise self._taken(before["username"], values.get("badge"), user_id) from error
            if values.get("active") is False:
                connection.execute(delete(t.sign_ins).where(t.sign_ins.c.user_id == user_id))
            detail = {key: value for key, value in values.items() if key != "display_name"}
            detail |= {"renamed": True} if "display_name" in values else {}
            self._audit.write_in(connection, by, "user_changed", "user", user_id, detail, address)
            return self._with_lock(connection, {**before, **values})

    def set_password(self, user_id: str, password_hash: str, by: str, address: str = "") -> None:
        """Set a password. It ends every sign-in of the user and opens an account that wrong ones had locked.

        Raises UserNotFound.
        """
        with self._engine.begin() as connection:
            row = _locked(connection, user_id)
            connection.execute(
                update(t.users).where(t.users.c.id == user_id).values(password_hash=password_hash)
            )
            connection.execute(delete(t.sign_ins).where(t.sign_ins.c.user_id == user_id))
            forget(connection, row["username"])
            self._audit.write_in(connection, by, "password_set", "user", user_id, {}, address)

    def unlock(self, user_id: str, by: str, address: str = "") -> None:
        """Forget wrong passwords. Raises UserNotFound."""
        with self._engine.begin() as connection:
            row = _locked(connection, user_id)
            forget(connection, row["username"])
            self._audit.write_in(connection, by, "user_unlocked", "user", user_id, {}, address)

    def _with_lock(self, connection: Connection, row: RowMapping | dict[str, Any]) -> User:
        tries = t.sign_in_tries.c
        query = select(func.max(tries.locked_until)).where(
            tries.username_hash == hash_username(row["username"]), tries.locked_until > self._clock()
        )
        return user_of(row, connection.execute(query).scalar_one())

    def _taken(self, username: str, badge: str | None, user_id: str) -> Taken:
        with self._engine.connect() as connection:
            other = connection.execute(
                select(t.users.c.id).where(t.users.c.username == username, t.users.c.id != user_id)
            ).first()
        if other is not None:
            return Taken("username", f"用户名 {username} 已有人使用")
        return Taken("badge", f"工号 {badge} 已有人使用")


def user_of(row: RowMapping | dict[str, Any], locked_until: datetime | None = None) -> User:
    return User(
        id=row["id"],
        username=row["username"],
        display_name=row["display_name"],
        badge=row["badge"] or "",
        role=Role(row["role"]),
        skills=tuple(row["skills"]),
        capacity=row["capacity"],
        active=row["active"],
        created_at=row["created_at"],
        locked_until=locked_until,
    )


def _locked(connection: Connection, user_id: str) -> dict[str, Any]:
    """The user's row, locked until the transaction ends. It writes first, because a write locks on both databases."""
    row = (
        connection.execute(
            update(t.users).where(t.users.c.id == user_id).values(id=user_id).returning(t.users)
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise UserNotFound
    return dict(row)


def _changed_values(change: UserChange, before: dict[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in asdict(change).items() if value is not None}
    role: Role = given.get("role", Role(before["role"]))
    if "display_name" in given:
        given["display_name"] = checked_display_name(given["display_name"])
    if "skills" in given:
        given["skills"] = list(checked_skills(given["skills"]))
    if "capacity" in given:
        given["capacity"] = checked_capacity(given["capacity"])
    if "role" in given or "badge" in given:
        given["badge"] = checked_badge(given.get("badge", before["badge"] or ""), role) or None
        given["role"] = role.value
    return {key: value for key, value in given.items() if value != before[key]}


def _keep_an_admin(connection: Connection, before: dict[str, Any], values: dict[str, Any]) -> None:
    """Raises LastAdmin."""
    after = {**before, **values}
    if (
        before["role"] != Role.ADMIN
        or not before["active"]
        or (after["role"] == Role.ADMIN and after["active"])
    ):
        return
    # Lock the rows, so that two admins who demote each other at once do not both succeed.
    admins = select(t.users.c.id).where(t.users.c.role == Role.ADMIN.value, t.users.c.active)
    if len(connection.execute(admins.order_by(t.users.c.id).with_for_update()).all()) < 2:
        raise LastAdmin
