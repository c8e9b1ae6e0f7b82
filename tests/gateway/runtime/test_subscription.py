"""What is said on a channel arrives while it is wanted, also after Redis was away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from gateway.runtime.redis_link import RedisLink
from gateway.runtime.subscription import Subscription
from gateway.runtime.tasks import end_tasks
from tests.conftest import PrivateRedis
from tests.waiting import until

pytestmark = pytest.mark.redis


class Listening:
    def __init__(self, link: RedisLink) -> None:
        self.link = link
        self.heard: list[tuple[str, bytes]] = []
        self.subscription = Subscription(link, lambda channel, data: self.heard.append((channel, data)))

    async def said(self, channel: str, arrived: Callable[[], bool]) -> None:
        """Say it until it has arrived: before it is subscribed to, it is lost."""
        async with asyncio.timeout(60):
            while not arrived():
                await self.link.publish([(channel, b"news")])
                await asyncio.sleep(0.02)


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Listening]:
    link = RedisLink(url)
    listening = Listening(link)
    task = asyncio.create_task(listening.subscription.run_forever())
    yield listening
    await end_tasks([task])
    await link.aclose()


async def test_channels_come_and_go(redis_url: str) -> None:
    async with listening(redis_url) as one:
        one.subscription.add("a")
        await one.said("a", lambda: ("a", b"news") in one.heard)
        one.subscription.add("b")
        await one.said("b", lambda: ("b", b"news") in one.heard)
        one.subscription.drop("a")
        redis = one.link.client
        async with asyncio.timeout(60):
            while dict(await redis.pubsub_numsub("a", "b")) != {b"a": 0, b"b": 1}:
                await asyncio.sleep(0.02)
        # Without any channel it waits, and goes on with the next one.
        one.subscription.drop("b")
        async with asyncio.timeout(60):
            while dict(await redis.pubsub_numsub("b")) != {b"b": 0}:
                await asyncio.sleep(0.02)
        one.subscription.add("c")
        await one.said("c", lambda: ("c", b"news") in one.heard)


async def test_it_hears_again_after_redis_was_away(mortal_redis: PrivateRedis) -> None:
    async with listening(mortal_redis.url) as one:
        one.subscription.add("a")
        await one.said("a", lambda: bool(one.heard))
        mortal_redis.stop()
        # Lost, and nobody is troubled by it.
        await one.link.publish([("a", b"lost")])
        await until(lambda: one.link.broken)
        mortal_redis.start()
        one.heard.clear()
        await one.said("a", lambda: bool(one.heard))
        assert ("a", b"lost") not in one.heard


async def test_what_it_cannot_make_sense_of_holds_up_nothing(redis_url: str) -> None:
    async with listening(redis_url) as one:

        def receive(channel: str, data: bytes) -> None:
            if data == b"news":
                raise ValueError("no sense in it")
            one.heard.append((channel, data))

        one.subscription._receive = receive
        one.subscription.add("a")
        async with asyncio.timeout(60):
            while not one.heard:
                await one.link.publish([("a", b"news"), ("a", b"sense")])
                await asyncio.sleep(0.02)
        assert one.heard[0] == ("a", b"sense")
