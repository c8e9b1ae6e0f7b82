"""Callers on the phone: how long they wait for an answer, how soon the hotline falls silent for them, what a call costs.

Each call: the hotline greets, the caller interrupts it after a second with his first words, and says the next ones when it
has answered. All is measured at the caller's end of AudioSocket, but for the stages, which the gateway counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx
import numpy as np
import psutil

from bench.figures import Buckets, counter, gap_share, histograms, loud, stopped
from cli.simulator.asterisk_client import AsteriskClient
from cli.simulator.caller import Caller

STAGES = "minsheng_call_stage_seconds"
SENTENCES = "minsheng_spoken_sentences_total"
# The hotline begins to answer within so long, however slow the machine.
ANSWER_S = 60.0
# It has finished when it is silent for so long.
PAUSE_S = 1.5
# He has heard so much of what he interrupts.
LISTENS_S = 1.0
# Callers do not ring all at the same moment.
APART_S = 2.0
LOOK_S = 0.5
MB = 1e6


@dataclass(frozen=True)
class Hotline:
    """Where to call, and what is known of it. `pids`: its processes on this machine; without a `token` there are no stages."""

    host: str
    port: int
    url: str
    pids: Mapping[str, int]
    token: str = ""

    def metrics(self) -> str | None:
        if not self.token:
            return None
        answer = httpx.get(
            f"{self.url}/metrics", headers={"Authorization": f"Bearer {self.token}"}, timeout=10.0
        )
        answer.raise_for_status()
        return answer.text

    def memory_mb(self) -> dict[str, float]:
        """Resident, with children; a process that is gone is left out."""
        found = {}
        for name, pid in self.pids.items():
            with contextlib.suppress(psutil.NoSuchProcess):
                process = psutil.Process(pid)
                found[name] = (
                    sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / MB
                )
        return found


@dataclass
class Tally:
    """What callers saw. Seconds."""

    calls: int = 0
    # What callers said, and how long the first sound after it took; unknown where the hotline spoke meanwhile.
    said: int = 0
    answers_s: list[float] = field(default_factory=list)
    stops_s: list[float] = field(default_factory=list)
    talked_on: int = 0
    gaps: list[float] = field(default_factory=list)
    # What did not go as a call should, by what it was.
    troubles: dict[str, int] = field(default_factory=dict)

    def trouble(self, what: str) -> None:
        self.troubles[what] = self.troubles.get(what, 0) + 1


async def call(line: Hotline, turns: Sequence[bytes], tally: Tally) -> None:
    """One call; `turns` is 16-bit PCM at 8 kHz that begins and ends with voice."""
    tally.calls += 1
    try:
        client = await AsteriskClient.call(line.host, line.port)
    except OSError:
        tally.trouble("nobody answered the phone")
        return
    caller = Caller(client)
    listening = asyncio.create_task(caller.listen())
    try:
        if not await caller.until(lambda: caller.hotline_speaks, ANSWER_S):
            tally.trouble("hung up before the greeting" if caller.gone else "no greeting")
            return
        await caller.until(lambda: not caller.hotline_speaks, LISTENS_S)
        began_s = time.monotonic()
        for number, pcm in enumerate(turns):
            await caller.say(pcm)
            tally.said += 1
            if number == 0:
                _interrupted(client, began_s, tally)
            if not await caller.until_answered(PAUSE_S, ANSWER_S):
                tally.trouble("hung up" if caller.gone else "no answer")
                return
    finally:
        await caller.hang_up()
        await listening
        tally.answers_s += [event.after_s for event in caller.events if event.after_s is not None]
        tally.gaps.append(gap_share([frame.at_s for frame in client.heard]))


def _interrupted(client: AsteriskClient, began_s: float, tally: Tally) -> None:
    sound_s = [frame.at_s for frame in client.heard if loud(np.frombuffer(frame.pcm, "<i2"))]
    found = stopped(sound_s, began_s, time.monotonic())
    if found.talked_on:
        tally.talked_on += 1
    elif found.after_s is not None:
        tally.stops_s.append(found.after_s)


@dataclass
class Measured:
    """What came of some calls. Memory in MB by process at its highest; empty if unknown."""

    at_once: int
    tally: Tally
    highest_mb: dict[str, float] = field(default_factory=dict)
    stages: dict[str, Buckets] = field(default_factory=dict)
    # Sentences of the hotline: all, and how many came from the cache.
    sentences: tuple[float, float] = (0, 0)


async def at_once(line: Hotline, turns: Sequence[bytes], callers: int, calls: int) -> Measured:
    """So many callers at once, each of whom calls so many times."""
    exposed = await asyncio.to_thread(line.metrics)
    found = Measured(callers, Tally())

    async def one() -> None:
        await asyncio.sleep(random.uniform(0, APART_S) if callers > 1 else 0)
        for _ in range(calls):
            await call(line, turns, found.tally)

    async with _highest(line, found.highest_mb):
        await asyncio.gather(*(one() for _ in range(callers)))
    if exposed is not None:
        after = await asyncio.to_thread(line.metrics) or ""
        earlier = histograms(exposed, STAGES, "stage")
        found.stages = {
            stage: buckets.since(earlier.get(stage))
            for stage, buckets in histograms(after, STAGES, "stage").items()
        }
        all_of, cached = (
            counter(after, SENTENCES, **only) - counter(exposed, SENTENCES, **only)
            for only in ({}, {"cached": "true"})
        )
        found.sentences = (all_of, cached)
    return found


@contextlib.asynccontextmanager
async def _highest(line: Hotline, highest: dict[str, float]) -> AsyncIterator[None]:
    """Watch the memory meanwhile."""

    async def watch() -> None:
        while True:
            for name, mb in (await asyncio.to_thread(line.memory_mb)).items():
                highest[name] = max(mb, highest.get(name, 0.0))
            await asyncio.sleep(LOOK_S)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


@dataclass
class Soaked:
    """Calls one after another: memory by process after each, with the share of the time that had passed (0..1)."""

    tally: Tally
    memory: list[tuple[float, dict[str, float]]]
    minutes: float

    def at(self, share: float) -> dict[str, float]:
        """As it was when so much of the time had passed: the first look at or after it."""
        return next((mb for passed, mb in self.memory if passed >= share), self.memory[-1][1])


async def soak(
    line: Hotline, turns: Sequence[bytes], minutes: float, told: Callable[[str], None] = lambda _line: None
) -> Soaked:
    """At least one call. `told` hears how far it is, now and then."""
    tally, began = Tally(), time.monotonic()
    memory = [(0.0, line.memory_mb())]
    next_told = 0.1
    while (passed := (time.monotonic() - began) / (minutes * 60)) < 1 or not tally.calls:
        if passed >= next_told:
            told(f"soak: {passed:.0%}, {tally.calls} calls")
            next_told += 0.1
        await call(line, turns, tally)
        memory.append(((time.monotonic() - began) / (minutes * 60), line.memory_mb()))
    return Soaked(tally, memory, (time.monotonic() - began) / 60)


def listening_at(ports: Mapping[str, int]) -> dict[str, int]:
    """The processes of this machine that listen on these ports, where the system lets us see them."""
    wanted = {port: name for name, port in ports.items() if port}
    found: dict[str, int] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            for one in process.net_connections("tcp"):
                if one.status == psutil.CONN_LISTEN and one.laddr.port in wanted:
                    found.setdefault(wanted[one.laddr.port], process.pid)
    return found
