"""Erases what is due, kind by kind: by `minsheng retention run`, and every hour in each gateway.

Several gateways may do it at once: every step is one transaction or one file, and doing it twice changes nothing.
Recordings have a sweep of their own (gateway/recordings), since each has an end of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from redis.asyncio import Redis

from desk.erasure import ErasureStore
from desk.settings import Settings
from desk.store.redis_keys import rasa_tracker
from gateway.errors import StoreUnavailable
from gateway.pictures.attachments import Attachments
from gateway.runtime.blocking import Blocking
from gateway.runtime.redis_link import RedisLink, RedisUnavailable

_log = structlog.get_logger(__name__)

SWEEP_EVERY_S = 3600.0
BY = "retention"
# A folder of pictures whose conversation nobody knows: its conversation may be younger than our look into SQL.
ORPHAN_AFTER_S = 86_400.0
_ASKED_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True)
class Due:
    """How many of each kind are due, or were erased: conversations, orders, callbacks, conversations with pictures."""

    conversations: int = 0
    orders: int = 0
    callbacks: int = 0
    pictures: int = 0


def utc_now() -> datetime:
    return datetime.now(UTC)


class Retention:
    """Blocking, but for the loop of the gateway below."""

    def __init__(
        self,
        settings: Settings,
        store: ErasureStore,
        attachments: Attachments,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.store = store
        self._settings = settings
        self._attachments = attachments
        self._now = now

    def due_conversations(self) -> list[str]:
        before = self._before(self._settings.keep_conversations_days)
        return self.store.idle(before) if before else []

    def due_orders(self) -> list[str]:
        before = self._before(self._settings.keep_orders_days)
        return self.store.finished_orders(before) if before else []

    def callbacks_before(self) -> datetime | None:
        return self._before(self._settings.keep_callbacks_days)

    def due_pictures(self) -> list[str]:
        """Conversations whose pictures are due: by age, or because the conversation is gone."""
        before = self._before(self._settings.keep_pictures_days)
        found: list[str] = []
        for ids in _parts(self._attachments.conversations()):
            gone = [one for one in self.store.gone(ids) if self._settled(one)]
            found += gone + (self.store.idle(before, among=ids) if before else [])
        return found

    def _settled(self, conversation_id: str) -> bool:
        files = self._attachments.of_conversation(conversation_id)
        youngest = max((path.stat().st_mtime for path in files), default=0.0)
        return time.time() - youngest >= ORPHAN_AFTER_S

    def look(self) -> Due:
        """How many of the next batch are due; changes nothing."""
        before = self.callbacks_before()
        return Due(
            conversations=len(self.due_conversations()),
            orders=len(self.due_orders()),
            callbacks=self.store.count_finished_callbacks(before) if before else 0,
            pictures=len(self.due_pictures()),
        )

    def _before(self, days: int) -> datetime | None:
        return self._now() - timedelta(days=days) if days else None


class RetentionSweep:
    """In the background of a gateway, and for the command line: `start` and `aclose`, or `run` once."""

    def __init__(
        self, retention: Retention, attachments: Attachments, blocking: Blocking, redis: RedisLink
    ) -> None:
        self._retention = retention
        self._attachments = attachments
        self._blocking = blocking
        self._redis = redis

    async def run_forever(self) -> None:
        while True:
            try:
                await self.run()
            except StoreUnavailable:
                _log.warning("retention_not_swept")
            except Exception:
                _log.exception("retention_not_swept")
            await asyncio.sleep(SWEEP_EVERY_S)

    async def run(self) -> Due:
        """Until nothing is due. What cannot be erased now is tried again with the next sweep. Raises StoreUnavailable,
        OSError."""
        done = Due(
            conversations=await self._conversations(),
            orders=await self._orders(),
            callbacks=await self._callbacks(),
            pictures=await self._pictures(),
        )
        if done != Due():
            _log.info("retention_swept", count=sum(vars(done).values()))
        return done

    async def _conversations(self) -> int:
        store, total = self._retention.store, 0
        while due := await self._blocking.read(self._retention.due_conversations):
            erased = 0
            for one in due:
                if await self._blocking.write(store.erase_conversation, one, BY) is not None:
                    erased += 1
                    await self._blocking.file(self._attachments.erase, one)
                    await forget_tracker(self._redis, one)
            total += erased
            if not erased:
                break
        return total

    async def _orders(self) -> int:
        store, total = self._retention.store, 0
        while due := await self._blocking.read(self._retention.due_orders):
            erased = sum([await self._blocking.write(store.erase_order, one, BY) for one in due])
            total += erased
            if not erased:
                break
        return total

    async def _callbacks(self) -> int:
        before, total = self._retention.callbacks_before(), 0
        if before is not None:
            store = self._retention.store
            while count := await self._blocking.write(store.erase_finished_callbacks, before, BY):
                total += count
        return total

    async def _pictures(self) -> int:
        due = await self._blocking.read(self._retention.due_pictures)
        for one in due:
            await self._blocking.file(self._attachments.erase, one)
        return len(due)


async def forget_tracker(redis: RedisLink, conversation_id: str) -> bool:
    """What Rasa remembers. False: Redis is away; there it ends by itself after 30 days."""

    async def delete(client: Redis) -> int:  # type: ignore[type-arg, unused-ignore]
        return int(await client.delete(rasa_tracker(conversation_id)))

    try:
        await redis.run(delete)
    except RedisUnavailable:
        return False
    return True


def _parts(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _ASKED_AT_ONCE):
        yield ids[start : start + _ASKED_AT_ONCE]
