"""What was kept long enough goes by itself, once, whichever gateway comes first."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import Engine
from typer.testing import CliRunner

from cli.commands import retention as command
from desk.erasure import ErasureStore
from desk.seats import AuditLog
from desk.settings import Settings
from desk.store import migrate
from desk.store.engine import open_engine
from desk.store.redis_keys import rasa_tracker
from gateway.erasure.retention import ORPHAN_AFTER_S, Due, Retention, RetentionSweep
from gateway.pictures.attachments import Attachments
from gateway.runtime.blocking import Blocking
from gateway.runtime.redis_link import RedisLink
from tests.desk.erasure.people import NAME, PHONE, WORDS, aged, citizen, stored
from tests.gateway.samples import picture


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


def settings_of(var: Path, **changes: Any) -> Settings:
    return Settings(_env_file=None, var=var, **changes)  # type: ignore[call-arg]


async def sweep(engine: Engine, settings: Settings, redis_url: str, gateways: int = 1) -> list[Due]:
    async def one() -> Due:
        blocking, link = Blocking(sqlite=engine.dialect.name == "sqlite"), RedisLink(redis_url)
        attachments = Attachments(settings.var_dir / "attachments")
        retention = Retention(settings, ErasureStore(engine), attachments)
        try:
            return await RetentionSweep(retention, attachments, blocking, link).run()
        finally:
            await link.aclose()
            await blocking.aclose()

    return await asyncio.gather(*(one() for _ in range(gateways)))


async def test_each_kind_goes_when_its_time_is_over(engine: Engine, tmp_path: Path, redis_url: str) -> None:
    conversation, _ = citizen(engine)
    Attachments(tmp_path / "attachments").keep(conversation, picture())
    client = redis.Redis.from_url(redis_url)
    client.set(rasa_tracker(conversation), WORDS)
    settings = settings_of(
        tmp_path,
        keep_pictures_days=10,
        keep_callbacks_days=20,
        keep_conversations_days=30,
        keep_orders_days=40,
    )
    for days, done in (
        (5, Due()),
        (15, Due(pictures=1)),
        (25, Due(callbacks=1)),
        (35, Due(conversations=1)),
        (45, Due(orders=1)),
        (45, Due()),
    ):
        aged(engine, days)
        assert await sweep(engine, settings, redis_url) == [done], days
    assert not client.exists(rasa_tracker(conversation))
    assert not any(mark in stored(engine) for mark in (PHONE, NAME, WORDS))
    assert {line.actor for line in AuditLog(engine).read(action="conversation_erased")} == {"retention"}


async def test_nothing_is_due_for_ever_where_the_setting_is_0(
    engine: Engine, tmp_path: Path, redis_url: str
) -> None:
    conversation, _ = citizen(engine)
    Attachments(tmp_path / "attachments").keep(conversation, picture())
    aged(engine, 5000)
    kinds = ("keep_pictures_days", "keep_callbacks_days", "keep_conversations_days", "keep_orders_days")
    before = stored(engine)
    assert await sweep(engine, settings_of(tmp_path, **dict.fromkeys(kinds, 0)), redis_url) == [Due()]
    assert stored(engine) == before


async def test_several_gateways_erase_everything_once(engine: Engine, tmp_path: Path, redis_url: str) -> None:
    ids = [citizen(engine, f"1380013{n:04}")[0] for n in range(6)]
    for one in ids:
        Attachments(tmp_path / "attachments").keep(one, picture())
    aged(engine, 5000)
    done = await sweep(engine, settings_of(tmp_path), redis_url, gateways=3)
    assert sum(one.conversations for one in done) == 6 and sum(one.orders for one in done) == 6
    assert len(AuditLog(engine).read(limit=100, action="conversation_erased")) == 6
    assert [path for path in (tmp_path / "attachments").rglob("*") if path.is_file()] == []


async def test_pictures_of_nobody_go_after_a_day(engine: Engine, tmp_path: Path, redis_url: str) -> None:
    """A gateway was killed after it had erased the conversation and before its pictures."""
    pictures = Attachments(tmp_path / "attachments")
    pictures.keep("c0", picture())
    assert await sweep(engine, settings_of(tmp_path), redis_url) == [Due()]
    then = time.time() - ORPHAN_AFTER_S - 1
    for path in pictures.of_conversation("c0"):
        os.utime(path, (then, then))
    assert await sweep(engine, settings_of(tmp_path), redis_url) == [Due(pictures=1)]


def test_the_command_says_first_and_does_then(
    engine: Engine, tmp_path: Path, redis_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("VAR", str(tmp_path)), ("DATABASE_URL", database_url), ("REDIS_URL", redis_url)):
        monkeypatch.setenv(f"MINSHENG_{name}", value)
    citizen(engine)
    aged(engine, 5000)
    before = stored(engine)
    look = CliRunner().invoke(command.app, ["run", "--dry-run", "--json"], catch_exceptions=False)
    told = json.loads(look.stdout)
    assert (told["conversations"], told["orders"], told["callbacks"], told["dry_run"]) == (1, 1, 1, True)
    assert stored(engine) == before
    done = CliRunner().invoke(command.app, ["run"], catch_exceptions=False)
    assert done.exit_code == 0 and "会话" in done.stdout
    assert not any(mark in stored(engine) for mark in (PHONE, NAME, WORDS))
