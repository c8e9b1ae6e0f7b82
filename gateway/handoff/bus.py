"""Carries what happens at the desk to every gateway process: Redis pub/sub, one channel.

Pub/sub may lose anything. Nothing here is the only word on a matter: consoles compare with SQL every few seconds, and
the dispatcher ticks every second whether it was woken or not.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import structlog
from redis.exceptions import RedisError

from desk.store.redis_keys import desk_channel
from gateway.redis_link import RedisLink, RedisUnavailable
from gateway.tasks import end_tasks

_log = structlog.get_logger(__name__)

OUTBOX = 5000
LISTEN_WAIT_S = 1.0
RETRY_S = 1.0
BATCH = 200

Handler = Callable[[Mapping[str, Any]], None]


class DeskBus:
    """`start` it inside the event loop; `aclose` at the end. Handlers must not block and must not raise."""

    def __init__(self, redis: RedisLink) -> None:
        self._redis = redis
        self._replica = secrets.token_hex(6)
        self._handlers: list[Handler] = []
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue(OUTBOX)
        self._tasks: list[asyncio.Task[None]] = []

    def listen(self, handler: Handler) -> None:
        self._handlers.append(handler)

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._publish_forever()),
            asyncio.create_task(self._listen_forever()),
        ]

    async def aclose(self) -> None:
        await end_tasks(self._tasks)

    def publish(self, event: Mapping[str, Any]) -> None:
        """To this process now, to the others as soon as Redis takes it."""
        self._deliver(event)
        try:
            self._outbox.put_nowait(orjson.dumps({"from": self._replica, "event": event}))
        except asyncio.QueueFull:
            _log.warning("desk_outbox_full")

    def _deliver(self, event: Mapping[str, Any]) -> None:
        for handler in self._handlers:
            handler(event)

    async def _publish_forever(self) -> None:
        while True:
            batch = [await self._outbox.get()]
            while not self._outbox.empty() and len(batch) < BATCH:
                batch.append(self._outbox.get_nowait())
            pipeline = self._redis.client.pipeline(transaction=False)
            for body in batch:
                pipeline.publish(desk_channel(), body)
            with contextlib.suppress(RedisUnavailable):
                await self._redis.run(lambda _client, p=pipeline: p.execute())  # type: ignore[misc]

    async def _listen_forever(self) -> None:
        while True:
            pubsub = self._redis.client.pubsub(ignore_subscribe_messages=True)
            try:
                await pubsub.subscribe(desk_channel())
                while True:
                    item = await pubsub.get_message(timeout=LISTEN_WAIT_S)
                    if item is not None:
                        self._receive(item)
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(RETRY_S)
            finally:
                with contextlib.suppress(RedisError, OSError):
                    await pubsub.aclose()  # type: ignore[no-untyped-call, unused-ignore]

    def _receive(self, item: Mapping[str, Any]) -> None:
        try:
            body = orjson.loads(item["data"])
            event = body["event"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            _log.warning("desk_event_unreadable")
            return
        if body.get("from") != self._replica:
            self._deliver(event)
