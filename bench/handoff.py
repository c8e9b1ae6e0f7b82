"""How fast a free seat is offered who waits, how fast words arrive, and what is lost while gateways and Redis are killed.

Usage: python bench/handoff.py [--waiting 500] [--seats 100] [--handling-s 30] [--exchanges 5] [--no-faults] [--smoke]
                               [--database-url postgresql+psycopg://...]

Two gateway processes behind one Redis and one database (SQLite unless told otherwise), all on this machine with the crowd
that loads them. There is no Rasa and no bot: conversations are put into the queue through the store, because only what
happens from there on is measured. Every seat serves one conversation at a time, `--handling-s` seconds on average (a
few times faster than people do), and is connected to another gateway than half of the citizens whom it serves.

Measured by the crowd's own clock, at the websockets:
  offer          from the frame that frees a seat (the wrap-up of its last conversation) to the next offer on its screen
  messages       from the citizen's frame to the seat's screen, and back
  at once        the same for the moment in which all seats get ready together
  crowd          how late the crowd itself was; what is measured cannot be better than that
And by the operating system: what the crowd, the gateways and Redis used of the processors, and everybody else on the
machine, with whom they share it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Coroutine, Iterable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from bench.crowd import Citizen, Seat, Watch
from bench.machine import machine
from desk.conversations import ConversationStore, EventKind, HandoffReason, HandoffRequest, Owner
from desk.handoff.store import HandoffStore
from desk.seats import Accounts, NewUser, Role
from desk.store.engine import open_engine
from gateway.console.sign_in import COOKIE
from launcher.prepare import prepare_data
from launcher.private import PrivateProduct
from launcher.services import make_secrets

CONSOLE = Console(width=110, highlight=False)
GOALS_MS = {"offer": 200, "citizen to seat": 100}
SETTINGS = {
    "MINSHENG_RATE_MESSAGES_PER_MINUTE": "1000000",
    # One address each for the crowd: nobody's limit is what is measured.
    "MINSHENG_TRUSTED_PROXIES": "127.0.0.1",
    "MINSHENG_LOG_LEVEL": "WARNING",
}
CONNECTING = 20
LAG_S = 0.05


class Part(PrivateProduct):
    """Some processes of a product whose database is ready; trains nothing."""

    def __enter__(self) -> Part:
        self._var.mkdir(parents=True, exist_ok=True)
        make_secrets(self.settings)
        try:
            for name in self.names:
                self.launch(name)
            for name in self.names:
                self.wait(name)
        except BaseException:
            self.stop()
            raise
        return self


@dataclass(frozen=True, kw_only=True)
class Load:
    waiting: int
    seats: int
    handling_s: float
    exchanges: int


class Stack:
    """Redis, two gateways, one database."""

    def __init__(self, folder: Path, database_url: str | None, stack: contextlib.ExitStack) -> None:
        url = database_url or f"sqlite:///{folder / 'bench.db'}"
        shared = {**SETTINGS, "MINSHENG_DATABASE_URL": url}
        self.first = Part(folder / "one", shared, names=("redis", "gateway"))
        self.first.settings.var_dir.mkdir(parents=True, exist_ok=True)
        prepare_data(self.first.settings, Console(stderr=True))
        stack.enter_context(self.first)
        redis_url = self.first.settings.effective_redis_url
        self.second = Part(folder / "two", {**shared, "MINSHENG_REDIS_URL": redis_url}, names=("gateway",))
        stack.enter_context(self.second)
        self.engine: Engine = open_engine(url)
        stack.callback(self.engine.dispose)
        self.store = ConversationStore(self.engine)
        self.handoffs = HandoffStore(self.engine)
        self.accounts = Accounts(self.engine)

    def urls(self, path: str, number: int) -> list[str]:
        """Both gateways; every other page begins at the other one."""
        found = [part.url.replace("http", "ws") + path for part in (self.first, self.second)]
        return found[number % 2 :] + found[: number % 2]


class Crowd:
    """Everybody who is connected, as tasks of this process. `group` begins the names of its seats."""

    def __init__(self, stack: Stack, load: Load, group: str = "seat") -> None:
        self.stack = stack
        self.load = load
        self._group = group
        self.watch = Watch()
        self.citizens: dict[str, Citizen] = {}
        self.seats: list[Seat] = []
        self.closed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def sign_in(self) -> None:
        """Sessions straight from the store: checking passwords is slow on purpose, and not what is measured."""
        for number in range(self.load.seats):
            name = f"{self._group}{number:03}"
            new = NewUser(username=name, display_name=name, badge=name, role=Role.SEAT, capacity=1)
            user = self.stack.accounts.users.add(new, "-", "bench")
            with self.stack.engine.begin() as connection:
                token, signed_in = self.stack.accounts.sign_ins.begin_in(connection, user, "", "bench")
            headers = {
                "Cookie": f"{COOKIE}={token}",
                "X-Forwarded-For": f"10.1.{number // 250}.{number % 250}",
            }
            seat = Seat(
                user.id, signed_in.csrf, self.stack.urls("/ws/seat", number), headers, self.watch,
                citizens=self.citizens, exchanges=self.load.exchanges, handling_s=self.load.handling_s,
                on_closed=self._look,
            )  # fmt: skip
            self.seats.append(seat)
            self._run(seat.live(), seat.beat(), seat.work())
        await asyncio.gather(*(seat.ready.wait() for seat in self.seats))

    async def fill(self) -> list[str]:
        """Put so many conversations into the queue, each with an open page; their ids."""
        made: list[str] = []
        limit = asyncio.Semaphore(CONNECTING)

        async def arrive(citizen: Citizen) -> None:
            async with limit:
                self._run(citizen.live())
                await citizen.ready.wait()

        for number in range(self.load.waiting):
            conversation, token = await asyncio.to_thread(self._waiting)
            headers = {"X-Forwarded-For": f"10.2.{number // 250}.{number % 250}"}
            # Half of them at the gateway of an even seat, whatever seat they get.
            urls = self.stack.urls("/ws/chat", random.randrange(2))
            citizen = Citizen(conversation, token, urls, headers, self.watch)
            self.citizens[conversation] = citizen
            made.append(conversation)
        await asyncio.gather(*(arrive(self.citizens[one]) for one in made))
        return made

    def _waiting(self) -> tuple[str, str]:
        store = self.stack.store
        conversation, token, _ = store.create("web")
        store.request_handoff(conversation.id, HandoffRequest(reason=HandoffReason.ASKED))
        said = f"{conversation.id} 我要找人工"
        store.append_citizen(conversation.id, "m0", said)
        self.watch.sent[said] = conversation.id
        return conversation.id, token

    async def serve(self, wanted: Iterable[str], limit_s: float) -> float:
        """All seats get ready and work until everybody is served; seconds that it took."""
        waiting = set(wanted)
        began = time.perf_counter()
        await asyncio.gather(*(seat.set_status("ready") for seat in self.seats))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(limit_s):
                while waiting - self.watch.closed:
                    self.closed.clear()
                    await self.closed.wait()
        took = time.perf_counter() - began
        async with asyncio.timeout(limit_s):
            await asyncio.gather(*(seat.set_status("busy") for seat in self.seats))
        return took

    async def lag(self) -> None:
        """How late this process is with everything."""
        while True:
            began = time.perf_counter()
            await asyncio.sleep(LAG_S)
            self.watch.times["crowd"].append(time.perf_counter() - began - LAG_S)

    def start(self) -> None:
        self._run(self.lag())

    async def aclose(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _run(self, *work: Coroutine[None, None, None]) -> None:
        self._tasks += [asyncio.create_task(one) for one in work]

    def _look(self) -> None:
        self.closed.set()


class Processors:
    """Seconds of processor time since it was made, by who used them."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._began, self._before = time.perf_counter(), self._used()

    def _used(self) -> dict[str, float]:
        parts = {"gateways": [self._stack.first.pid("gateway"), self._stack.second.pid("gateway")]}
        parts |= {"Redis": [self._stack.first.pid("redis")], "crowd": [os.getpid()]}
        used: dict[str, float] = {}
        for name, pids in parts.items():
            times = [psutil.Process(pid).cpu_times() for pid in pids]
            used[name] = sum(one.user + one.system for one in times)
        everything = psutil.cpu_times()
        used["machine"] = (
            sum(everything) - everything.idle - everything.iowait - everything.guest - everything.guest_nice
        )
        return used

    def told(self) -> str:
        wall_s = time.perf_counter() - self._began
        now = self._used()
        spent = {name: now[name] - self._before[name] for name in now}
        ours = {name: spent[name] for name in ("gateways", "Redis", "crowd")}
        others = max(spent["machine"] - sum(ours.values()), 0.0)
        shares = {**ours, "everybody else on the machine": others}
        return ", ".join(f"{name} {used / wall_s:.2f}" for name, used in shares.items())


async def kill_all_in_turn(stack: Stack, every_s: float, killed: list[str]) -> None:
    """`kill -9` of each process while the others go on; at last Redis and a gateway together."""
    victims: list[list[tuple[str, Part, str]]] = [
        [("first gateway", stack.first, "gateway")],
        [("Redis", stack.first, "redis")],
        [("second gateway", stack.second, "gateway")],
        [("Redis", stack.first, "redis"), ("second gateway", stack.second, "gateway")],
    ]
    for together in victims:
        await asyncio.sleep(every_s)
        for _, part, name in together:
            await asyncio.to_thread(part.kill, name)
        killed.append(" and ".join(shown for shown, _, _ in together))
        await asyncio.sleep(1)
        for _, part, name in together:
            part.launch(name)
        for _, part, name in together:
            await asyncio.to_thread(part.wait, name)


@dataclass
class Verdict:
    """What SQL says afterwards."""

    lost: int = 0
    doubled: int = 0
    gaps: int = 0
    unserved: int = 0
    two_owners: int = 0
    requeued: int = 0
    offers: int = 0


def inspect(stack: Stack, conversations: Iterable[str], sent: dict[str, str]) -> Verdict:
    """Compare what was said with what is stored; follow each conversation through its journal."""
    verdict = Verdict()
    said: dict[str, list[str]] = {}
    for text, conversation in sent.items():
        said.setdefault(conversation, []).append(text)
    for one in conversations:
        stored = stack.store.messages(one, 0, 10_000)
        texts = Counter(message.text for message in stored)
        verdict.lost += sum(text not in texts for text in said.get(one, ()))
        verdict.doubled += sum(texts[text] - 1 for text in said.get(one, ()) if texts[text] > 1)
        verdict.gaps += [message.seq for message in stored] != list(range(1, len(stored) + 1))
        verdict.unserved += stack.store.get(one).owner is not Owner.CLOSED
        holder = ""
        for event in stack.handoffs.history(one):
            if event.kind is EventKind.ACCEPTED:
                verdict.two_owners += holder != ""
                holder = event.actor
            elif event.kind is EventKind.REQUEUED:
                verdict.requeued += 1
                holder = ""
            elif event.kind is EventKind.OFFERED:
                verdict.offers += 1
            elif event.kind is EventKind.ENDED:
                verdict.two_owners += event.actor != holder
    return verdict


def show_times(watch: Watch, title: str) -> None:
    shown = Table("", "count", "p50 ms", "p95 ms", "p99 ms", "goal p95", title=title)
    for what, times in sorted(watch.times.items()):
        values = [float(np.percentile(times, q)) * 1000 for q in (50, 95, 99)]
        goal = GOALS_MS.get(what)
        verdict = "" if goal is None else f"{goal} {'ok' if values[1] <= goal else 'missed'}"
        shown.add_row(what, str(len(times)), *(f"{value:.0f}" for value in values), verdict)
    CONSOLE.print(shown)


def show_verdict(verdict: Verdict, watch: Watch, title: str) -> bool:
    """True if nothing was lost or doubled."""
    shown = Table("", "count", title=title)
    rows = {
        "messages sent": len(watch.sent),
        "messages lost": verdict.lost,
        "messages doubled": verdict.doubled,
        "conversations with gaps": verdict.gaps,
        "conversations not served to the end": verdict.unserved,
        "two owners at once": verdict.two_owners,
        "offers made": verdict.offers,
        "back into the queue": verdict.requeued,
        **{f"seen: {what}": count for what, count in sorted(watch.troubles.items())},
    }
    for what, count in rows.items():
        shown.add_row(what, f"{count:,}")
    CONSOLE.print(shown)
    bad = ("gaps on a page", "shown twice", "never shown", "offered to two at once")
    wrong = verdict.lost + verdict.doubled + verdict.gaps + verdict.unserved + verdict.two_owners
    return wrong + sum(watch.troubles.get(what, 0) for what in bad) == 0


async def measure(stack: Stack, load: Load, *, faults: bool) -> bool:
    crowd = Crowd(stack, load)
    rounds = load.waiting / load.seats
    limit_s = 60 + 6 * rounds * load.handling_s
    size = f"{load.waiting} waiting, {load.seats} seats"
    fine = True
    try:
        crowd.start()
        await crowd.sign_in()
        for title in ("calm", "killed and restarted") if faults else ("calm",):
            waiting = await crowd.fill()
            # The queue has them all within a tick or two.
            await asyncio.sleep(3)
            crowd.watch.times.clear()
            crowd.watch.troubles.clear()
            killed: list[str] = []
            processors = Processors(stack)
            work = asyncio.ensure_future(crowd.serve(waiting, limit_s))
            if title != "calm":
                await kill_all_in_turn(stack, max(2.0, rounds * load.handling_s / 8), killed)
            took = await work
            what = f"{title}: {size}, served in {took:.0f} s"
            CONSOLE.print(f"\n{what}" + (f"; killed: {', '.join(killed)}" if killed else ""))
            if not killed:
                # Who was killed took the count of its time with it.
                CONSOLE.print(f"cores used: {processors.told()}; load {psutil.getloadavg()[0]:.1f}")
            show_times(crowd.watch, "times")
            verdict = inspect(stack, waiting, crowd.watch.sent)
            fine &= show_verdict(verdict, crowd.watch, "by SQL and by the pages")
            crowd.watch.sent.clear()
    finally:
        await crowd.aclose()
    return fine


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--waiting", type=int, default=500, help="conversations in the queue")
    parser.add_argument("--seats", type=int, default=100)
    parser.add_argument("--handling-s", type=float, default=30.0, help="how long a seat has a conversation")
    parser.add_argument("--exchanges", type=int, default=5, help="a line of the citizen and one of the seat")
    parser.add_argument("--database-url", help="an empty database; default: a new SQLite file")
    parser.add_argument("--no-faults", action="store_true", help="measure only while all is well")
    parser.add_argument("--smoke", action="store_true", help="20 waiting, 5 seats: does it run at all?")
    given = parser.parse_args()
    load = Load(
        waiting=given.waiting, seats=given.seats, handling_s=given.handling_s, exchanges=given.exchanges
    )
    if given.smoke:
        load = Load(waiting=20, seats=5, handling_s=3.0, exchanges=3)
    CONSOLE.print(machine())
    # Whoever stops us must not leave gateways behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as running:
        stack = Stack(Path(folder), given.database_url, running)
        fine = asyncio.run(measure(stack, load, faults=not given.no_faults))
    if not fine:
        CONSOLE.print("something was lost, doubled or shown twice: see above")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
