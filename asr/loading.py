"""Ears that are loaded when somebody first speaks: a quiet hotline need not hold a speech model in memory."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asr.ears import Ears

_log = logging.getLogger(__name__)


class LoadedOnce:
    """Share one a process. The greeting plays while the first caller's engine loads."""

    def __init__(self, build: Callable[[], Ears]) -> None:
        """`build` blocks for seconds and runs in a thread."""
        self._build = build
        self._ears: Ears | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def loaded(self) -> bool:
        return self._ears is not None

    async def get(self) -> Ears:
        """The first call loads them, and so does the next one if that failed. Raises EngineError."""
        if self._ears is None:
            async with self._one_at_a_time:
                if self._ears is None:
                    began = time.monotonic()
                    self._ears = await asyncio.to_thread(self._build)
                    _log.info("speech model loaded", extra={"seconds": round(time.monotonic() - began, 2)})
        return self._ears

    def close(self) -> None:
        if self._ears is not None:
            self._ears.close()
