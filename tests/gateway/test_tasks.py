"""Tasks end when they are told to, also those that lose a cancellation."""

from __future__ import annotations

import asyncio

import pytest

from gateway import tasks
from gateway.tasks import end_tasks


async def test_a_task_whose_cancellation_was_swallowed_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library between the loop and its sleep may lose the first one."""
    monkeypatch.setattr(tasks, "AGAIN_S", 0.01)
    told = 0

    async def loop_forever() -> None:
        nonlocal told
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                told += 1
                if told > 1:
                    raise

    task = asyncio.create_task(loop_forever())
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        [result] = await end_tasks([task])
    assert isinstance(result, asyncio.CancelledError)
    assert told == 2


async def test_results_and_errors_of_tasks_that_have_ended_are_given_in_order() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    async def give() -> int:
        return 7

    failed, given = asyncio.create_task(fail()), asyncio.create_task(give())
    await asyncio.wait([failed, given])
    error, value = await end_tasks([failed, given])
    assert isinstance(error, ValueError)
    assert value == 7
    assert await end_tasks([]) == []
