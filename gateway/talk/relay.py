"""Carries packets between the two ends of a talk: within this process directly, between processes by Redis pub/sub.

Pub/sub may lose anything: lost audio is a gap of 20 ms, a lost word is said again within a second, and an end that is
not heard of any more counts as gone. Nothing is kept: audio that is late is worthless. See docs/decisions/0015.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

import structlog
from redis.exceptions import RedisError

from desk.store.redis_keys import talk_channel
from gateway.redis_link import RedisLink, RedisUnavailable
from gateway.talk.packets import Packet, Side, decode, encode
from gateway.tasks import end_tasks

_log = structlog.get_logger(__name__)

# For Redis, over all talks: a second of twenty of them. The oldest gives way.
OUTBOX = 1000
LISTEN_WAIT_S = 0.2
RETRY_S = 1.0

Receive = Callable[[Packet], None]
_Key = tuple[str, Side]


class Leg:
    """One end. `receive` is called on the event loop; it must not block and must not raise."""

    def __init__(self, relay: TalkRelay, conversation_id: str, side: Side, receive: Receive) -> None:
        self._relay = relay
        self.key: _Key = (conversation_id, side)
        self.receive = receive

    def send(self, packet: Packet) -> None:
        """To whoever is at the other end; to nobody if nobody is."""
        conversation_id, side = self.key
        self._relay.send((conversation_id, side.other), packet)

    def leave(self) -> None:
        """Idempotent."""
        self._relay.leave(self)


class TalkRelay:
    """`start` it inside the event loop; `aclose` at the end. One a process."""

    def __init__(self, redis: RedisLink) -> None:
        self._redis = redis
        self._legs: dict[_Key, list[Leg]] = {}
        self._outbox: deque[tuple[str, bytes]] = deque(maxlen=OUTBOX)
        self._waiting = asyncio.Event()
        self._wanted = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._publish_forever()),
            asyncio.create_task(self._listen_forever()),
        ]

    async def aclose(self) -> None:
        await end_tasks(self._tasks)

    def join(self, conversation_id: str, side: Side, receive: Receive) -> Leg:
        leg = Leg(self, conversation_id, side, receive)
        self._legs.setdefault(leg.key, []).append(leg)
        self._wanted.set()
        return leg

    def leave(self, leg: Leg) -> None:
        legs = self._legs.get(leg.key, [])
        if leg in legs:
            legs.remove(leg)
            if not legs:
                del self._legs[leg.key]
                self._wanted.set()

    def send(self, to: _Key, packet: Packet) -> None:
        here = self._legs.get(to)
        if here:
            for leg in tuple(here):
                leg.receive(packet)
            return
        # Perhaps he is at another process.
        self._outbox.append((talk_channel(to[0], to[1].value), encode(packet)))
        self._waiting.set()

    async def _publish_forever(self) -> None:
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            pipeline = self._redis.client.pipeline(transaction=False)
            while self._outbox:
                pipeline.publish(*self._outbox.popleft())
            with contextlib.suppress(RedisUnavailable):
                await self._redis.run(lambda _client, p=pipeline: p.execute())  # type: ignore[misc]

    async def _listen_forever(self) -> None:
        while True:
            pubsub = self._redis.client.pubsub(ignore_subscribe_messages=True)
            subscribed: dict[str, _Key] = {}
            try:
                while True:
                    if self._wanted.is_set() or not subscribed:
                        self._wanted.clear()
                        await self._subscribe(pubsub, subscribed)
                        if not subscribed:
                            await self._wanted.wait()
                            continue
                    item = await pubsub.get_message(timeout=LISTEN_WAIT_S)
                    if item is not None:
                        self._receive(item, subscribed)
            except (RedisError, OSError, TimeoutError):
                self._wanted.set()
                await asyncio.sleep(RETRY_S)
            finally:
                with contextlib.suppress(RedisError, OSError):
                    await pubsub.aclose()  # type: ignore[no-untyped-call, unused-ignore]

    async def _subscribe(self, pubsub: Any, subscribed: dict[str, _Key]) -> None:
        wanted = {
            talk_channel(conversation, side.value): (conversation, side) for conversation, side in self._legs
        }
        if new := wanted.keys() - subscribed.keys():
            await pubsub.subscribe(*new)
        if old := subscribed.keys() - wanted.keys():
            await pubsub.unsubscribe(*old)
        subscribed.clear()
        subscribed.update(wanted)

    def _receive(self, item: Mapping[str, Any], subscribed: Mapping[str, _Key]) -> None:
        channel = item["channel"]
        key = subscribed.get(channel.decode() if isinstance(channel, bytes) else channel)
        packet = decode(item["data"])
        if key is None or packet is None:
            return
        for leg in tuple(self._legs.get(key, ())):
            leg.receive(packet)
