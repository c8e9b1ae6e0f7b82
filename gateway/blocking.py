"""Takes blocking work (SQL, files) off the event loop, with bounds on threads and on waiting."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio
import anyio.to_thread
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway.errors import StoreUnavailable

P = ParamSpec("P")
T = TypeVar("T")

# Longer than SQLite's own wait for a lock (3 s), so that the database's word comes first.
STORE_LIMIT_S = 5.0


class Blocking:
    """Share one a process; make it inside the event loop."""

    def __init__(self, *, sqlite: bool) -> None:
        # SQLite has one writer. Queueing here is fair; queueing in SQLite is a lottery of sleeping and trying again.
        self._writes = anyio.CapacityLimiter(1 if sqlite else 8)
        self._reads = anyio.CapacityLimiter(4 if sqlite else 8)
        self._files = anyio.CapacityLimiter(1)
        self._searches = anyio.CapacityLimiter(2)

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises StoreUnavailable when the database does not do it in time (it may still do it later)."""
        return await self._sql(self._writes, partial(work, *args, **kwargs))

    async def read(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Raises StoreUnavailable."""
        return await self._sql(self._reads, partial(work, *args, **kwargs))

    async def file(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """One at a time, in order."""
        return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._files)

    async def search(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Processor-bound work; two at once leave the loop room to breathe."""
        return await anyio.to_thread.run_sync(partial(work, *args, **kwargs), limiter=self._searches)

    async def _sql(self, limiter: anyio.CapacityLimiter, work: Callable[[], T]) -> T:
        try:
            with anyio.fail_after(STORE_LIMIT_S):
                return await anyio.to_thread.run_sync(work, limiter=limiter, abandon_on_cancel=True)
        except IntegrityError:
            # A broken rule of ours, not a database that is away.
            raise
        except (DBAPIError, PoolTimeout, TimeoutError) as error:
            raise StoreUnavailable from error
