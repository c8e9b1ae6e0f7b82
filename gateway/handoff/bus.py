"""Carries what happens between queue and seats to every gateway process: Redis pub/sub, one channel.

Pub/sub may lose anything. Nothing here is the only word on a matter: consoles compare with SQL every few seconds, and
the dispatcher ticks every second whether it was woken or not.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import structlog

from desk.store.redis_keys import desk_channel
from gateway.runtime.redis_link import RedisLink
from gateway.runtime.subscription import Subscription
from gateway.runtime.tasks import Loops, end_tasks

_log = structlog.get_logger(__name__)

OUTBOX = 5000
BATCH = 200

Handler = Callable[[Mapping[str, Any]], None]


class HandoffBus:
    """`start` it inside the event loop; `aclose` at the end. Handlers must not block and must not raise."""

    def __init__(self, redis: RedisLink, loops: Loops | None = None) -> None:
        self._redis = redis
        self._replica = secrets.token_hex(6)
        self._handlers: list[Handler] = []
        self._outbox: asyncio.Queue[bytes] = asyncio.Queue(OUTBOX)
        self._others = Subscription(redis, self._receive)
        self._others.add(desk_channel())
        self._loops = loops or Loops()
        self._tasks: list[asyncio.Task[None]] = []

    def listen(self, handler: Handler) -> None:
        self._handlers.append(handler)

    def start(self) -> None:
        self._tasks = [
            self._loops.start("bus.publish", self._publish_forever),
            self._loops.start("bus.listen", self._others.run_forever),
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
            await self._redis.publish((desk_channel(), body) for body in batch)

    def _receive(self, _channel: str, data: bytes) -> None:
        try:
            body = orjson.loads(data)
            event = body["event"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            _log.warning("desk_event_unreadable")
            return
        if body.get("from") != self._replica:
            self._deliver(event)
