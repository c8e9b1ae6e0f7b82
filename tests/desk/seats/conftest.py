"""Accounts on a migrated database, with a clock to turn and passwords that cost nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine

from desk.seats import Accounts, NewUser, Role, User
from desk.seats.passwords import Argon2Hasher

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PASSWORD = "mountain-river-7"


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **amount: float) -> None:
        self.now += timedelta(**amount)


def cheap_hasher(memory_cost: int = 8) -> Argon2Hasher:
    """The weakest parameters that argon2 takes."""
    return Argon2Hasher(PasswordHasher(time_cost=1, memory_cost=memory_cost, parallelism=1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def accounts(engine: Engine, clock: Clock) -> Accounts:
    return Accounts(engine, session=timedelta(hours=12), hasher=cheap_hasher(), clock=clock)


@pytest.fixture
def wang(accounts: Accounts) -> User:
    return add_user(accounts, "wang", badge="1024", display_name="王敏", skills=("housing_fund",))


def add_user(
    accounts: Accounts,
    username: str,
    *,
    role: Role = Role.SEAT,
    badge: str = "",
    display_name: str = "坐席",
    skills: tuple[str, ...] = (),
    password: str = PASSWORD,
) -> User:
    new = NewUser(username=username, display_name=display_name, role=role, badge=badge, skills=skills)
    return accounts.users.add(new, accounts.hasher.hash(password), "cli:test")
