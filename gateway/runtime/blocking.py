"""Takes blocking work (SQL, files) off the event loop, with bounds on threads and on waiting."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread
import structlog

from desk.store.errors import is_away, is_refused
from desk.store.grouped import WriteGroups
from gateway.errors import StoreRefused, StoreUnavailable

P = ParamSpec("P")
T = TypeVar("T")

# Longer than SQLite's own wait for a lock (3 s), so that the database's word comes first.
STORE_LIMIT_S = 5.0
# 5 MB each at most.
MAX_PICTURES_WAITING = 16
# Added to the niceness of the process. Work in the background gets about a tenth of a busy core, and all of an idle one.
BACKGROUND_NICENESS = 10

_log = structlog.get_logger(__name__)


class TooBusy(Exception):
    """More waits already than can be done soon."""


class Blocking:
    """Share one a process; make it inside the event loop, and `aclose` it there."""

    def __init__(self, *, sqlite: bool, groups: WriteGroups | None = None) -> None:
        """`groups` takes the writes, if there are any; closed with this."""
        # SQLite has one writer. Queueing here is fair; queueing in SQLite is a lottery of sleeping and trying again.
        self._writes = anyio.CapacityLimiter(1 if sqlite else 8)
        self._groups = groups
        self._background = ThreadPoolExecutor(1, "background", _step_back)
        self._later: set[asyncio.Task[None]] = set()
        self._reads = anyio.CapacityLimiter(4 if sqlite else 8)
        self._files = anyio.CapacityLimiter(1)
        self._searches = anyio.CapacityLimiter(2)
        # A decoded picture takes up to 150 MB.
        self._pictures = anyio.CapacityLimiter(1)

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises StoreUnavailable when the database does not do it in time (it may still do it later), StoreRefused when it
        never will."""
        wanted = partial(work, *args, **kwargs)
        if self._groups is None:
            return await self._sql(
                anyio.to_thread.run_sync(wanted, limiter=self._writes, abandon_on_cancel=True)
            )
        return await self._sql(asyncio.wrap_future(self._groups.submit(wanted)))

    async def later(self, work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Write what nobody waits for, soon; a failure is logged."""
        task = asyncio.create_task(self._written(partial(work, *args, **kwargs)))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def read(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises StoreUnavailable, StoreRefused."""
        wanted = partial(work, *args, **kwargs)
        return await self._sql(anyio.to_thread.run_sync(wanted, limiter=self._reads, abandon_on_cancel=True))

    async def file(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One at a time, in order."""
        return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._files)

    async def search(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Processor-bound work; two at once leave the loop room to breathe."""
        return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._searches)

    async def picture(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Decoding, one at a time. Raises TooBusy when already MAX_PICTURES_WAITING wait: each holds what was sent."""
        if self.pictures_waiting >= MAX_PICTURES_WAITING:
            raise TooBusy
        return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._pictures)

    @property
    def pictures_waiting(self) -> int:
        """How many wait to be decoded."""
        return self._pictures.statistics().tasks_waiting

    async def background(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Processor-bound work that may wait for everything else: one at a time, in order, in a thread that steps back."""
        return await asyncio.get_running_loop().run_in_executor(
            self._background, partial(work, *args, **kwargs)
        )

    async def aclose(self) -> None:
        """Finishes what was promised for later."""
        await asyncio.gather(*self._later, return_exceptions=True)
        if self._groups is not None:
            await anyio.to_thread.run_sync(self._groups.close)
        self._background.shutdown(wait=False, cancel_futures=True)

    async def _written(self, work: Callable[[], object]) -> None:
        try:
            await self.write(work)
        except Exception:
            _log.exception("not_written_later")

    async def _sql(self, work: Awaitable[T]) -> T:
        try:
            with anyio.fail_after(STORE_LIMIT_S):
                return await work
        except Exception as error:
            if is_away(error):
                raise StoreUnavailable from error
            if is_refused(error):
                raise StoreRefused from error
            # A broken rule of ours, not a database that is away.
            raise


def _step_back() -> None:
    """On Linux niceness belongs to the thread."""
    os.setpriority(os.PRIO_PROCESS, 0, min(os.getpriority(os.PRIO_PROCESS, 0) + BACKGROUND_NICENESS, 19))
