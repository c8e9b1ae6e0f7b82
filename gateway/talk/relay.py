"""Carries packets between the ends of a talk: within this process directly, between processes by Redis pub/sub.

Pub/sub may lose anything: lost audio is a gap of 20 ms, a lost word is said again within a second, and an end that is
not heard of any more counts as gone. Nothing is kept: audio that is late is worthless. See docs/decisions/0015.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

import structlog

from desk.store.redis_keys import talk_channel
from gateway.runtime.redis_link import RedisLink
from gateway.runtime.subscription import Subscription
from gateway.runtime.tasks import Loops, end_tasks
from gateway.talk.packets import CALLER, Packet, decode, encode

_log = structlog.get_logger(__name__)

# For Redis, over all talks: a second of twenty of them. The oldest gives way.
OUTBOX = 1000

Receive = Callable[[Packet], None]


class Leg:
    """One end. `receive` is called on the event loop; it must not block and must not raise."""

    def __init__(self, relay: TalkRelay, conversation_id: str, end: str, receive: Receive) -> None:
        self._relay = relay
        self._conversation_id = conversation_id
        self.channel = talk_channel(conversation_id, end)
        self.receive = receive

    def send(self, packet: Packet, to: str = CALLER) -> None:
        """To the end of that name; to nobody if it is not there."""
        self._relay.send(talk_channel(self._conversation_id, to), packet)

    def leave(self) -> None:
        """Idempotent."""
        self._relay.leave(self)


class TalkRelay:
    """`start` it inside the event loop; `aclose` at the end. One a process."""

    def __init__(self, redis: RedisLink, loops: Loops | None = None) -> None:
        self._redis = redis
        # By the channel that each listens to.
        self._legs: dict[str, list[Leg]] = {}
        self._outbox: deque[tuple[str, bytes]] = deque(maxlen=OUTBOX)
        self._waiting = asyncio.Event()
        self._others = Subscription(redis, self._receive)
        self._loops = loops or Loops()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            self._loops.start("talks.publish", self._publish_forever),
            self._loops.start("talks.listen", self._others.run_forever),
        ]

    async def aclose(self) -> None:
        await end_tasks(self._tasks)

    def join(self, conversation_id: str, end: str, receive: Receive) -> Leg:
        """`end`: CALLER, or the user id of a seat."""
        leg = Leg(self, conversation_id, end, receive)
        self._legs.setdefault(leg.channel, []).append(leg)
        self._others.add(leg.channel)
        return leg

    def leave(self, leg: Leg) -> None:
        legs = self._legs.get(leg.channel, [])
        if leg in legs:
            legs.remove(leg)
            if not legs:
                del self._legs[leg.channel]
                self._others.drop(leg.channel)

    def send(self, channel: str, packet: Packet) -> None:
        here = self._legs.get(channel)
        if here:
            for leg in tuple(here):
                leg.receive(packet)
            return
        # Perhaps the end is at another process.
        self._outbox.append((channel, encode(packet)))
        self._waiting.set()

    async def _publish_forever(self) -> None:
        while True:
            await self._waiting.wait()
            self._waiting.clear()
            packets = list(self._outbox)
            self._outbox.clear()
            await self._redis.publish(packets)

    def _receive(self, channel: str, data: bytes) -> None:
        packet = decode(data)
        if packet is None:
            return
        for leg in tuple(self._legs.get(channel, ())):
            leg.receive(packet)
