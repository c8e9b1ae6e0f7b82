"""The goals of speed in one table: this build, an older one beside it, and the ratio, all measured in one run on one machine.

Usage: python -m bench.speed [--against CHECKOUT] [--only PARTS]

CHECKOUT is another checkout of the product that was made ready there by its own `make setup train`. Both builds run text only, with
var folders of their own, and are seen through `make`, settings and /api/v1 alone (bench/builds.py). Parts, in their order:

  memory  proportional set size of all processes, one build at a time: when it has settled after its first start, and after 300
          conversations of eight messages
  start   from the command, without the set-up check of `make run`, until /healthz is `ok` and a first message is answered: again
          and again with the data of `memory`, the builds in turns
  turn    one turn over HTTP with 1 in flight; both builds run, and are asked in turns
  load    turns a second with 32 in flight, likewise
  long    a turn in a conversation with 200 messages of its citizen, against the third message of a new one: the same words after the
          same words, in turns
  train   `make train` after one example was changed, in a temporary copy of each checkout (its files, models and caches)

A goal that is not reached is told as missed. The exit code is 1 if something could not be measured; standard error tells how far it is.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx
import psutil

from bench.builds import Build, BuildError, RunningBuild, retraining_s
from bench.figures import percentile
from bench.goals import CROWD, PARTS, Figures, table
from bench.machine import machine
from bench.writing import MESSAGES, TURN_S, NotAnswered, gateway_citizen, load
from launcher.errors import LauncherError

HERE = Path(__file__).resolve().parent.parent
# Conversations that talk at once while memory is filled.
TALKING = 10
# No part takes longer, however slow a build is.
PART_S = 3600.0
KB_IN_GB = 1e9 / 1024
# What broke one part leaves the others to be measured.
TROUBLES = (BuildError, LauncherError, NotAnswered, httpx.HTTPError, OSError, TimeoutError)


def note(text: str) -> None:
    """For whoever waits; no part of the table."""
    print(text, file=sys.stderr, flush=True)


# -- measuring ----------------------------------------------------------------------------------------


class Measuring:
    """Fills `figures` part by part. `troubles`: what could not be measured, and why."""

    def __init__(self, builds: Sequence[Build], given: argparse.Namespace, folder: Path) -> None:
        self.figures: dict[Build, Figures] = {build: {} for build in builds}
        self.troubles: list[str] = []
        self._builds = builds
        self._starts: dict[Build, list[float]] = {build: [] for build in builds}
        self._given = given
        self._folder = folder

    def run(self) -> None:
        parts = self._given.parts
        if {"memory", "start"} & set(parts):
            for build in self._builds:
                with self._trouble("the first start", build):
                    self._first_start(build)
        if "start" in parts:
            for _ in range(self._given.starts):
                for build in self._builds:
                    with self._trouble("a second start", build):
                        self._second_start(build)
        if {"turn", "load", "long"} & set(parts):
            with self._trouble("the turns"), contextlib.ExitStack() as stack:
                running = {build: stack.enter_context(self._started(build)).url for build in self._builds}
                asyncio.run(self._turns(running))
        if "train" in parts:
            for build in self._builds:
                with self._trouble("training", build), tempfile.TemporaryDirectory() as folder:
                    note(f"{build.name}: training in a copy …")
                    self._found(build, "train", [retraining_s(build, Path(folder))])

    @contextlib.contextmanager
    def _trouble(self, what: str, build: Build | None = None) -> Iterator[None]:
        try:
            yield
        except TROUBLES as error:
            where = f"{build.name}: {what}" if build else what
            self.troubles.append(f"{where}: {type(error).__name__}: {error}")
            note(self.troubles[-1])

    def _found(self, build: Build, key: str, values: Sequence[float], q: float = 50) -> None:
        figure = percentile(values, q)
        if figure is not None:
            self.figures[build][key] = figure
        few = " ".join(f"{value:.3g}" for value in values) if len(values) <= 10 else f"{len(values)} values"
        note(f"{build.name}: {key} {few}")

    def _started(self, build: Build) -> RunningBuild:
        note(f"{build.name}: starting …")
        return RunningBuild(build, self._folder / f"var-{self._builds.index(build)}")

    def _first_start(self, build: Build) -> None:
        with self._started(build) as product:
            if "memory" not in self._given.parts:
                return
            time.sleep(self._given.settles)
            self._found_memory(build, "idle", product)
            asyncio.run(self._conversations(product.url))
            time.sleep(self._given.settles)
            self._found_memory(build, "after", product)

    def _found_memory(self, build: Build, key: str, product: RunningBuild) -> None:
        by_title = product.memory_kb()
        for name, kb in sorted(by_title.items(), key=lambda one: -one[1]):
            note(f"{build.name}: {key}, {name}: {kb / KB_IN_GB * 1000:.0f} MB")
        self._found(build, key, [sum(by_title.values()) / KB_IN_GB])

    def _second_start(self, build: Build) -> None:
        with self._started(build) as product:
            self._starts[build].append(product.ready_after_s)
            self._found(build, "start", self._starts[build])

    async def _conversations(self, url: str) -> None:
        async with asyncio.timeout(PART_S):
            left = self._given.conversations
            while left > 0:
                some = min(TALKING, left)
                await load(gateway_citizen, url, some, some * len(MESSAGES))
                left -= some

    async def _turns(self, running: Mapping[Build, str]) -> None:
        for url in running.values():
            await load(gateway_citizen, url, 2, 2 * len(MESSAGES))
        for part, measure in (("turn", self._one_in_flight), ("load", self._crowd), ("long", self._ageing)):
            if part in self._given.parts:
                note(f"{part} …")
                with self._trouble(part):
                    async with asyncio.timeout(PART_S):
                        await measure(running)

    async def _one_in_flight(self, running: Mapping[Build, str]) -> None:
        repeats = self._given.repeats
        times: dict[Build, list[float]] = {build: [] for build in running}
        # In turns, A B A B, so that a machine that slows down slows both.
        for _ in range(repeats):
            for build, url in running.items():
                took, _rate = await load(gateway_citizen, url, 1, max(self._given.turns // repeats, 1))
                times[build] += [time_s * 1000 for time_s in took]
        for build, took_ms in times.items():
            self._found(build, "p50", took_ms)
            self._found(build, "p95", took_ms, 95)

    async def _crowd(self, running: Mapping[Build, str]) -> None:
        repeats = self._given.repeats
        rates: dict[Build, list[float]] = {build: [] for build in running}
        for _ in range(repeats):
            for build, url in running.items():
                _took, rate = await load(gateway_citizen, url, CROWD, self._given.crowd_turns // repeats)
                rates[build].append(rate)
        for build, found in rates.items():
            self._found(build, "rate", found)

    async def _ageing(self, running: Mapping[Build, str]) -> None:
        before, asked = MESSAGES[:2], MESSAGES[2]
        thirds: dict[Build, list[float]] = {build: [] for build in running}
        lates: dict[Build, list[float]] = {build: [] for build in running}
        async with contextlib.AsyncExitStack() as stack:
            clients = {
                build: await stack.enter_async_context(httpx.AsyncClient(base_url=url, timeout=TURN_S))
                for build, url in running.items()
            }
            old = {build: await gateway_citizen(client) for build, client in clients.items()}
            for say in old.values():
                for text in itertools.islice(itertools.cycle(MESSAGES), self._given.messages):
                    await say(text)
            for _ in range(self._given.probes):
                for build, client in clients.items():
                    young = await gateway_citizen(client)
                    for say, times in ((young, thirds[build]), (old[build], lates[build])):
                        for text in before:
                            await say(text)
                        began = time.perf_counter()
                        await say(asked)
                        times.append(time.perf_counter() - began)
        for build in running:
            self._found(build, "long", [statistics.median(lates[build]) / statistics.median(thirds[build])])


# -- the command --------------------------------------------------------------------------------------


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.speed",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--against", type=Path, metavar="CHECKOUT", help="an older build; without it only this one is shown")
    add("--only", default=",".join(PARTS), metavar="PARTS", help=f"comma-separated: {', '.join(PARTS)}")
    add("--turns", type=_count, default=400, help="with 1 in flight (default 400)")
    add("--crowd-turns", type=_count, default=1600, help=f"with {CROWD} in flight (default 1600)")
    add("--repeats", type=_count, default=4, help="in so many pieces, the builds in turns (default 4)")
    add("--messages", type=_count, default=200, help="of the long conversation (default 200)")
    add("--probes", type=_count, default=30, help="turns of it that are timed, one by one (default 30)")
    add("--conversations", type=_count, default=300, help="that fill the memory (default 300)")
    add("--settles", type=float, default=20.0, help="seconds before memory is read (default 20)")
    add("--starts", type=_count, default=3, help="second starts (default 3)")
    given = parser.parse_args(argv)
    wanted = given.only.split(",")
    if set(wanted) - set(PARTS):
        parser.error(f"--only takes {', '.join(PARTS)}")
    given.parts = [part for part in PARTS if part in wanted]
    given.builds = [Build(HERE)]
    if given.against and given.against.resolve() != HERE:
        given.builds.append(Build(given.against.resolve()))
    elif given.against:
        parser.error("--against takes another checkout than this one")
    for build in given.builds:
        if missing := build.missing():
            parser.error(f"{build.checkout} has no {missing}: run `make setup train` there first")
    return given


def _count(text: str) -> int:
    """Raises ValueError, which argparse tells."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def told(given: argparse.Namespace) -> str:
    """How much was asked, for whoever reads the table later."""
    return (
        f"{given.turns} turns with 1 in flight, {given.crowd_turns} with {CROWD}, in {given.repeats} pieces; {given.probes} turns after "
        f"{given.messages} messages; {given.conversations} conversations, memory after {given.settles:g} s; {given.starts} second starts"
    )


def main() -> int:
    given = arguments()
    # Whoever stops us must not leave processes behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print(f"{machine()}\n{told(given)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        measuring = Measuring(given.builds, given, Path(folder))
        measuring.run()
    found = [(build.name, figures) for build, figures in measuring.figures.items()]
    names = [f"this build ({found[0][0]})", *(f"other build ({name})" for name, _ in found[1:])]
    columns = [(name, figures) for name, (_, figures) in zip(names, found, strict=True)]
    if len(columns) == 1:
        print("This build alone: without --against CHECKOUT nothing is compared.")
    print(f"load at the end {psutil.getloadavg()[0]:.1f}\n")
    print(table(given.parts, columns[0], columns[1] if len(columns) > 1 else None))
    for trouble in measuring.troubles:
        print(f"\nnot measured: {trouble}")
    return 1 if measuring.troubles else 0


if __name__ == "__main__":
    sys.exit(main())
