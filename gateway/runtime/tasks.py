"""Ends tasks for certain, and keeps those running that must not end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any

import structlog

_log = structlog.get_logger(__name__)

# Longer than any of our tasks needs to clean up; a task that is still there then has lost its cancellation.
AGAIN_S = 2.0
# Before a broken loop is begun again. The longest keeps a loop that breaks each time from filling the log.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
# A loop that ran for so long is well again. Longer than the longest pause, so that what breaks again and again shows.
CALM_S = 60.0
# The loop itself holds tasks only weakly.
_ending: set[asyncio.Task[None]] = set()


@dataclass(frozen=True)
class _Trouble:
    error: str
    times: int
    at: float


async def end_tasks(tasks: Iterable[asyncio.Task[Any]]) -> list[Any]:
    """Cancel them and wait until all have ended. Returns their results or exceptions, in order.

    One `cancel` is not enough: `asyncio.wait_for` of Python 3.11, with which redis-py sends, swallows it when the work
    inside ends in the same moment. A loop without end would then be waited for without end. So it is told again.
    """
    all_tasks = list(tasks)
    while left := [task for task in all_tasks if not task.done()]:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=AGAIN_S)
    return await asyncio.gather(*all_tasks, return_exceptions=True)


def end_soon(task: asyncio.Task[Any]) -> None:
    """Cancel it now and see to its end in the background: for those who cannot wait. A task that broke is logged."""
    task.cancel()
    ending = asyncio.create_task(_see_to_its_end(task))
    _ending.add(ending)
    ending.add_done_callback(_ending.discard)


async def _see_to_its_end(task: asyncio.Task[Any]) -> None:
    [result] = await end_tasks([task])
    if isinstance(result, Exception):
        _log.error("task_crashed", exc_info=result)


class Loops:
    """Runs loops that must never end: one that breaks is logged, begun again after a pause that doubles, and told by
    `troubled`. Share one a process; make tasks inside the event loop, end them with `end_tasks`."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, first_pause_s: float = FIRST_PAUSE_S
    ) -> None:
        self._clock = clock
        self._first_pause_s = first_pause_s
        self._troubles: dict[str, _Trouble] = {}

    def start(self, name: str, loop: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
        """`name` is of the glossary, in English; it goes to logs and `/healthz`. `loop` is called again for each try."""
        return asyncio.create_task(self._keep_running(name, loop), name=name)

    def troubled(self) -> dict[str, str]:
        """Loops that broke within the last minute, or that break again and again: name and kind of the last error."""
        now = self._clock()
        return {
            name: f"{trouble.error}, {trouble.times} times"
            for name, trouble in self._troubles.items()
            if now - trouble.at < CALM_S
        }

    async def _keep_running(self, name: str, loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
        pause_s = self._first_pause_s
        while True:
            begun = self._clock()
            try:
                await loop()
                error = "ended"
                _log.error("loop_ended", loop=name)
            except Exception as broken:
                error = type(broken).__name__
                _log.exception("loop_broke", loop=name)
            now = self._clock()
            if now - begun >= CALM_S:
                # It was well meanwhile.
                self._troubles.pop(name, None)
                pause_s = self._first_pause_s
            before = self._troubles.get(name)
            self._troubles[name] = _Trouble(error, (before.times if before else 0) + 1, now)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
