"""One turn at a time per conversation, in Redis, and in SQL while Redis is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from desk.conversations import ConversationStore
from desk.store.base import Base
from desk.store.engine import open_engine
from desk.store.redis_keys import turn_lock as key_of
from gateway.runtime.blocking import Blocking
from gateway.runtime.redis_link import RedisLink
from gateway.turns import turn_lock
from gateway.turns.turn_lock import TurnLocks
from tests.waiting import until

# Nobody listens there.
NO_REDIS = "redis://127.0.0.1:1/0"


@asynccontextmanager
async def replicas(url: str, tmp_path: Path) -> AsyncIterator[tuple[TurnLocks, TurnLocks, str, RedisLink]]:
    """Two processes' locks and a conversation."""
    engine = open_engine(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(engine)
    store, blocking = ConversationStore(engine), Blocking(sqlite=True)
    links = RedisLink(url), RedisLink(url)
    one, other = (TurnLocks(link, store, blocking) for link in links)
    yield one, other, store.create("web")[0].id, links[0]
    for link in links:
        await link.aclose()
    await blocking.aclose()
    engine.dispose()


@pytest.mark.redis
async def test_a_lock_is_held_by_one_and_free_after_its_release(redis_url: str, tmp_path: Path) -> None:
    async with replicas(redis_url, tmp_path) as (one, other, conversation_id, _link):
        held = await one.try_take(conversation_id)
        assert held is not None
        assert await other.try_take(conversation_id) is None
        assert await other.take(conversation_id, 0.1) is None
        assert (mine := await one.try_take("another")) is not None
        await held.release()
        taken = await other.try_take(conversation_id)
        assert taken is not None
        # What was released long ago gives back nobody else's lock.
        await held.release()
        assert await one.try_take(conversation_id) is None
        await taken.release()
        await mine.release()


@pytest.mark.redis
async def test_who_waits_gets_the_lock_when_it_is_free(redis_url: str, tmp_path: Path) -> None:
    async with replicas(redis_url, tmp_path) as (one, other, conversation_id, _link):
        held = await one.try_take(conversation_id)
        assert held is not None
        waiting = asyncio.create_task(other.take(conversation_id, 60))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await held.release()
        taken = await waiting
        assert taken is not None
        await taken.release()


@pytest.mark.redis
async def test_a_lock_is_renewed_while_it_is_held_and_taken_again_after_a_restart_of_redis(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_lock, "TURN_LOCK_TTL_S", 0.15)
    async with replicas(redis_url, tmp_path) as (one, other, conversation_id, link):
        held = await one.try_take(conversation_id)
        assert held is not None
        await link.client.delete(key_of(conversation_id))

        async def there() -> bool:
            return bool(await link.client.exists(key_of(conversation_id)))

        async with asyncio.timeout(60):
            while not await there():
                await asyncio.sleep(0.02)
        assert await other.try_take(conversation_id) is None
        await held.release()
        assert not await there()


async def test_without_redis_the_lock_is_a_lease_in_the_database(tmp_path: Path) -> None:
    async with replicas(NO_REDIS, tmp_path) as (one, other, conversation_id, _link):
        held = await one.try_take(conversation_id)
        assert held is not None
        assert await other.try_take(conversation_id) is None
        await held.release()
        taken = await other.try_take(conversation_id)
        assert taken is not None
        await taken.release()


@pytest.mark.redis
async def test_a_lock_whose_holder_died_runs_out(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_lock, "_TTL_MS", 100)
    async with replicas(redis_url, tmp_path) as (one, other, conversation_id, _link):
        held = await one.try_take(conversation_id)
        assert held is not None
        held._renewal.cancel()
        taken = []

        async def look() -> None:
            if (found := await other.try_take(conversation_id)) is not None:
                taken.append(found)

        async with asyncio.timeout(60):
            while not taken:
                await look()
                await asyncio.sleep(0.02)
        await until(lambda: held._renewal.done())
        await taken[0].release()
