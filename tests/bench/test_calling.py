"""Callers at a hotline without a bot: it plays a tone, falls silent when spoken to (or not), and plays another."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import psutil
import pytest

from bench import calling
from bench.calling import Hotline, Tally, at_once, call, listening_at, soak
from bench.figures import loud
from gateway.channels.phone.line import PhoneLine
from gateway.channels.phone.server import PhoneServer
from gateway.voice.line import Audio

FRAME = (np.sin(np.arange(160) * 0.3) * 8000).astype("<i2").tobytes()
WORDS = FRAME * 100
GREETING_FRAMES, ANSWER_FRAMES, QUIET_FRAMES = 300, 10, 10
# It takes the parrot so much voice to notice that it is interrupted.
VOICE_FRAMES = 10


class Parrot:
    """Greets for 6 s, answers with 0.2 s."""

    def __init__(self, *, polite: bool) -> None:
        self._polite = polite
        self._left = GREETING_FRAMES

    async def serve(self, line: PhoneLine) -> None:
        speaking = asyncio.create_task(line.speak(self._next))
        quiet = heard = 0
        async for event in line.incoming():
            if not isinstance(event, Audio):
                continue
            if loud(np.frombuffer(event.pcm, "<i2")):
                quiet, heard = 0, heard + 1
                if self._polite and heard == VOICE_FRAMES:
                    self._left = 0
            elif heard and (quiet := quiet + 1) == QUIET_FRAMES:
                heard, self._left = 0, ANSWER_FRAMES
        await speaking

    def _next(self) -> bytes | None:
        self._left -= 1
        return FRAME if self._left >= 0 else None


@asynccontextmanager
async def answering(*, polite: bool) -> AsyncIterator[Hotline]:
    server = PhoneServer(lambda line: Parrot(polite=polite).serve(line), max_calls=10)
    port = await server.start("127.0.0.1", 0)
    try:
        yield Hotline("127.0.0.1", port, "", {"gateway": os.getpid()})
    finally:
        await server.aclose()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "PAUSE_S", 0.4)
    monkeypatch.setattr(calling, "LISTENS_S", 0.2)
    monkeypatch.setattr(calling, "APART_S", 0.1)


async def test_answers_and_the_stop_of_an_interrupted_greeting_are_measured() -> None:
    async with answering(polite=True) as line:
        found = await at_once(line, [WORDS, WORDS], callers=2, calls=1)
    tally = found.tally
    assert tally.calls == 2 and not tally.troubles
    assert len(tally.answers_s) == tally.said == 4 and all(answer_s > 0 for answer_s in tally.answers_s)
    assert len(tally.stops_s) == 2 and tally.talked_on == 0
    assert found.highest_mb["gateway"] > 0


async def test_a_hotline_that_talks_on_is_told() -> None:
    tally = Tally()
    async with answering(polite=False) as line:
        await call(line, [WORDS], tally)
    assert tally.talked_on == 1 and not tally.stops_s


async def test_nobody_at_the_phone_is_told() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    tally = Tally()
    await call(Hotline("127.0.0.1", port, "", {}), [WORDS], tally)
    assert tally.troubles == {"nobody answered the phone": 1}


async def test_a_hotline_that_hangs_up_is_told() -> None:
    async def hang_up(line: PhoneLine) -> None:
        await line.hang_up()

    server = PhoneServer(hang_up, max_calls=1)
    tally = Tally()
    try:
        await call(Hotline("127.0.0.1", await server.start("127.0.0.1", 0), "", {}), [WORDS], tally)
    finally:
        await server.aclose()
    assert tally.troubles == {"hung up before the greeting": 1}


async def test_a_soak_calls_at_least_once_and_looks_at_the_memory_around_each_call() -> None:
    async with answering(polite=True) as line:
        found = await soak(line, [WORDS], minutes=0.001)
    assert found.tally.calls == 1 and [set(mb) for _, mb in found.memory] == [{"gateway"}] * 2
    assert found.memory[-1][0] >= 1


def test_a_process_is_found_by_its_port() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert listening_at({"gateway": listening.getsockname()[1], "off": 0}) == {"gateway": os.getpid()}


def test_the_memory_of_a_process_that_is_gone_is_left_out() -> None:
    gone = max(psutil.pids()) + 100_000
    found = Hotline("", 0, "", {"gateway": os.getpid(), "asr": gone}).memory_mb()
    assert found.keys() == {"gateway"} and found["gateway"] > 1
