"""Packets reach the other end in the same process and in another one, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gateway.runtime.redis_link import RedisLink
from gateway.talk.packets import CALLER, Here, Packet, Sound
from gateway.talk.relay import TalkRelay
from tests.waiting import until

WANG = "u1"
pytestmark = pytest.mark.redis


@pytest.fixture
async def relays(redis_url: str) -> AsyncIterator[tuple[TalkRelay, TalkRelay]]:
    links = RedisLink(redis_url), RedisLink(redis_url)
    one, two = TalkRelay(links[0]), TalkRelay(links[1])
    one.start()
    two.start()
    yield one, two
    for relay in (one, two):
        await relay.aclose()
    for link in links:
        await link.aclose()


async def test_within_one_process_a_packet_needs_no_redis(relays: tuple[TalkRelay, TalkRelay]) -> None:
    one, _two = relays
    heard: list[Packet] = []
    one.join("c1", WANG, heard.append)
    other: list[Packet] = []
    one.join("c2", WANG, other.append)
    caller = one.join("c1", CALLER, lambda _packet: None)
    caller.send(Sound(end=CALLER, pcm=b"ab"), to=WANG)
    # At once, without anything awaited.
    assert heard == [Sound(end=CALLER, pcm=b"ab")] and other == []
    caller.leave()
    caller.leave()


async def test_between_processes_both_ends_hear_one_another_in_order(
    relays: tuple[TalkRelay, TalkRelay],
) -> None:
    one, two = relays
    at_seat: list[Packet] = []
    at_caller: list[Packet] = []
    caller = one.join("c1", CALLER, at_caller.append)
    seat = two.join("c1", WANG, at_seat.append)

    async def greet_until_heard() -> None:
        while not (at_seat and at_caller):
            caller.send(Here(end=CALLER, line="phone"), to=WANG)
            seat.send(Here(end=WANG, hold=True))
            await asyncio.sleep(0.05)

    await asyncio.wait_for(greet_until_heard(), 60)
    for number in range(100):
        caller.send(Sound(end=CALLER, pcm=bytes([number, 0])), to=WANG)
    await until(lambda: Sound(end=CALLER, pcm=b"\x63\x00") in at_seat)
    sounds = [packet.pcm[0] for packet in at_seat if isinstance(packet, Sound)]
    assert sounds == list(range(100))
    assert Here(end=WANG, hold=True) in at_caller


async def test_an_end_that_has_left_hears_nothing_and_a_dead_redis_stops_nobody(
    relays: tuple[TalkRelay, TalkRelay],
) -> None:
    one, _two = relays
    heard: list[Packet] = []
    seat = one.join("c1", WANG, heard.append)
    caller = one.join("c1", CALLER, lambda _packet: None)
    seat.leave()
    for _ in range(5000):
        caller.send(Sound(end=CALLER, pcm=b"ab"), to=WANG)
    again: list[Packet] = []
    one.join("c1", WANG, again.append)
    caller.send(Here(end=CALLER, line="phone"), to=WANG)
    assert heard == [] and again == [Here(end=CALLER, line="phone")]
