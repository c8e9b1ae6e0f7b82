"""Tasks end when they are told to, also those that lose a cancellation."""

from __future__ import annotations

import asyncio
import re

import pytest
from structlog.testing import capture_logs

from desk.settings import ROOT
from gateway.runtime import tasks
from gateway.runtime.tasks import Loops, end_soon, end_tasks
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


class Breaking:
    """A loop that breaks as often as it is told, then runs."""

    def __init__(self, times: int, error: Exception | None) -> None:
        self.begun = 0
        self._times, self._error = times, error

    async def run(self) -> None:
        self.begun += 1
        if self.begun > self._times:
            await asyncio.sleep(3600)
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize("error", [ValueError("with a secret"), None])
async def test_a_loop_that_breaks_or_ends_is_begun_again_and_told(error: Exception | None) -> None:
    now = 0.0
    loops, breaking = Loops(lambda: now, first_pause_s=0.001), Breaking(3, error)
    with capture_logs() as logged:
        task = loops.start("hub.sweep", breaking.run)
        await until(lambda: breaking.begun == 4)
    kind = "ValueError" if error else "ended"
    assert [entry["event"] for entry in logged] == ["loop_broke" if error else "loop_ended"] * 3
    assert loops.troubled() == {"hub.sweep": f"{kind}, 3 times"}
    now = tasks.CALM_S
    assert loops.troubled() == {}
    await end_tasks([task])
    assert task.cancelled()


async def test_a_loop_that_was_well_for_long_begins_anew_at_once() -> None:
    now = 0.0

    async def run() -> None:
        nonlocal now
        begun.append(now)
        now += tasks.CALM_S
        raise ValueError

    begun: list[float] = []
    loops = Loops(lambda: now, first_pause_s=0.001)
    task = loops.start("bus.listen", run)
    # With a pause that doubled each time, the fifteenth would come after half a minute.
    await until(lambda: len(begun) > 15)
    assert loops.troubled() == {"bus.listen": "ValueError, 1 times"}
    await end_tasks([task])


def test_everything_that_runs_for_ever_is_watched() -> None:
    """Only what belongs to one socket, call, view or command may end with it."""
    theirs = {"gateway/console/view.py"}
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "gateway").rglob("*.py")
        if re.search(r"create_task\([^\n]*_forever\(", path.read_text(encoding="utf-8"))
    }
    assert found == theirs
