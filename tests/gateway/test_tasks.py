"""Tasks end when they are told to, also those that lose a cancellation."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from gateway import tasks
from gateway.tasks import end_soon, end_tasks
from tests.waiting import PATIENCE_S, until


class Deaf:
    """A loop without end, with a library between it and its sleep that loses the first cancellation."""

    def __init__(self) -> None:
        self.told = 0

    async def run(self) -> None:
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                self.told += 1
                if self.told > 1:
                    raise


async def test_a_task_whose_cancellation_was_swallowed_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN_S", 0.01)
    deaf = Deaf()
    task = asyncio.create_task(deaf.run())
    await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE_S):
        [result] = await end_tasks([task])
    assert isinstance(result, asyncio.CancelledError)
    assert deaf.told == 2


async def test_who_cannot_wait_has_it_told_again_in_the_background(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AGAIN_S", 0.01)
    deaf = Deaf()
    task = asyncio.create_task(deaf.run())
    await asyncio.sleep(0)
    end_soon(task)
    # At once: it may do nothing more of what it did.
    assert task.cancelling() == 1
    await asyncio.wait([task], timeout=PATIENCE_S)
    assert task.cancelled()
    assert deaf.told == 2


async def test_a_task_that_broke_before_it_was_ended_is_logged() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    with capture_logs() as logged:
        end_soon(task)
        await until(lambda: logged)
    assert [entry["event"] for entry in logged] == ["task_crashed"]
    assert logged[0]["exc_info"] is task.exception()


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
