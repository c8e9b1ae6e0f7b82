"""Ends tasks for certain."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import structlog

_log = structlog.get_logger(__name__)

# Longer than any of our tasks needs to clean up; a task that is still there then has lost its cancellation.
AGAIN_S = 2.0
# The loop itself holds tasks only weakly.
_ending: set[asyncio.Task[None]] = set()


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
