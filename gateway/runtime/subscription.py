"""Listens to channels of Redis pub/sub, which come and go, and begins anew whenever Redis was away.

Pub/sub may lose anything, and does so while Redis is away: whoever listens must have another way to learn what matters.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import structlog
from redis.exceptions import RedisError

from gateway.runtime.redis_link import RedisLink

_log = structlog.get_logger(__name__)

# A channel that is added is subscribed to after this long at the latest.
LISTEN_WAIT_S = 0.2
RETRY_S = 1.0

# The channel, and what was said there.
Receive = Callable[[str, bytes], None]


class Subscription:
    """`run_forever` in a task. `receive` is called on the event loop and must not block; what it cannot make sense of is
    logged and holds up nothing."""

    def __init__(self, redis: RedisLink, receive: Receive) -> None:
        self._redis = redis
        self._receive = receive
        self._wanted: set[str] = set()
        self._changed = asyncio.Event()

    def add(self, channel: str) -> None:
        self._wanted.add(channel)
        self._changed.set()

    def drop(self, channel: str) -> None:
        self._wanted.discard(channel)
        self._changed.set()

    async def run_forever(self) -> None:
        while True:
            # The client would subscribe again by itself when the connection is back; begin anew to be sure.
            pubsub = self._redis.client.pubsub(ignore_subscribe_messages=True)
            try:
                await self._listen(pubsub)
            except (RedisError, OSError, TimeoutError):
                await asyncio.sleep(RETRY_S)
            finally:
                with contextlib.suppress(RedisError, OSError):
                    await pubsub.aclose()  # type: ignore[no-untyped-call, unused-ignore]

    async def _listen(self, pubsub: Any) -> None:
        subscribed: set[str] = set()
        while True:
            if self._changed.is_set() or not subscribed:
                self._changed.clear()
                wanted = set(self._wanted)
                if new := wanted - subscribed:
                    await pubsub.subscribe(*new)
                if old := subscribed - wanted:
                    await pubsub.unsubscribe(*old)
                subscribed = wanted
                if not subscribed:
                    # Without channels there is nothing to read from.
                    await self._changed.wait()
                    continue
            item = await pubsub.get_message(timeout=LISTEN_WAIT_S)
            if item is not None:
                self._hand_on(item)

    def _hand_on(self, item: dict[str, Any]) -> None:
        try:
            self._receive(item["channel"].decode(), item["data"])
        except Exception:
            _log.exception("said_not_understood")
