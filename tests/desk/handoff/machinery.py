"""Two gateways over one database and one queue, with faults to order: steps that die, a Redis that is away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from desk.conversations import ConversationStore
from desk.handoff.errors import QueueUnavailable
from desk.handoff.queue import Queue
from desk.handoff.routing import Rules
from desk.handoff.service import HandoffService
from desk.handoff.store import HandoffStore
from tests.desk.handoff.samples import NOON


class Crash(BaseException):
    """The process dies here. No Exception, so that nothing of ours can catch it."""


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Fate:
    """Decides at every step of a process whether it lives and how long others go first."""

    def __init__(self) -> None:
        self.steps_to_live: int | None = None
        self.dead = False
        self.delays: Iterator[int] = iter(())

    async def step(self) -> None:
        if self.dead:
            # Not even its `finally` blocks do anything any more.
            raise Crash
        if self.steps_to_live is not None:
            self.steps_to_live -= 1
            if self.steps_to_live < 0:
                self.dead = True
                raise Crash
        for _ in range(next(self.delays, 0)):
            await asyncio.sleep(0)


class MortalBlocking:
    """Runs the work in place; dies before it or after it, as fate will."""

    def __init__(self, fate: Fate) -> None:
        self._fate = fate

    async def read(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await self._fate.step()
        return work(*args, **kwargs)

    async def write(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        await self._fate.step()
        result = work(*args, **kwargs)
        await self._fate.step()
        return result

    async def later(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        await self.write(work, *args, **kwargs)


class Link:
    """Whether Redis can be reached; for all processes."""

    def __init__(self) -> None:
        self.away = False


class MortalQueue:
    """The line of one process to a queue."""

    def __init__(self, queue: Queue, fate: Fate, link: Link) -> None:
        self._queue, self._fate, self._link = queue, fate, link

    def __getattr__(self, name: str) -> Any:
        step = getattr(self._queue, name)

        async def mortal(*args: Any, **kwargs: Any) -> Any:
            await self._fate.step()
            if self._link.away:
                raise QueueUnavailable
            result = await step(*args, **kwargs)
            await self._fate.step()
            return result

        return mortal


class Gateway:
    """One process. After its death `restart` makes a new one."""

    def __init__(
        self,
        queue: Queue,
        link: Link,
        conversations: ConversationStore,
        handoffs: HandoffStore,
        clock: Clock,
        rules: Rules | None = None,
    ) -> None:
        self._parts = (queue, link, conversations, handoffs, clock)
        self._rules = rules or Rules()
        self.restart()

    def restart(self) -> None:
        queue, link, conversations, handoffs, clock = self._parts
        self.fate = Fate()
        line: Any = MortalQueue(queue, self.fate, link)
        self.service = HandoffService(
            line, conversations, handoffs, MortalBlocking(self.fate), self._rules, clock
        )
