"""Something that is opened when it is first needed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from gateway import sentences
from gateway.errors import Refused
from gateway.runtime.blocking import Blocking

_log = structlog.get_logger(__name__)

T = TypeVar("T")


class Deferred(Generic[T]):
    """Make it inside the event loop. `opened` is None until `get` has opened it."""

    def __init__(self, blocking: Blocking, open_part: Callable[[], T], event: str) -> None:
        """`open_part` blocks. `event` is logged whenever it cannot be opened; the next `get` tries again."""
        self.opened: T | None = None
        self._blocking = blocking
        self._open_part = open_part
        self._event = event
        self._opening = asyncio.Lock()

    async def get(self) -> T:
        """Raises Refused (503) when it cannot be opened, with the cause behind it."""
        async with self._opening:
            if self.opened is None:
                try:
                    self.opened = await self._blocking.search(self._open_part)
                except Exception as error:
                    # Whatever is wrong with it: one part is missing, the gateway is not.
                    _log.exception(self._event)
                    raise Refused(503, "part_missing", sentences.PART_MISSING) from error
        return self.opened
