"""Loads the engine when somebody first speaks: an idle hotline holds no speech model in memory."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from asr.errors import EngineError

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
        # What went wrong with the last try, for /health; empty while nothing has.
        self.failure = ""

    @property
    def loaded(self) -> bool:
        return self._ears is not None

    async def get(self) -> Ears:
        """The first call loads it; if loading failed, the next call tries again. Raises EngineError."""
        if self._ears is None:
            async with self._one_at_a_time:
                if self._ears is None:
                    began = time.monotonic()
                    try:
                        self._ears = await asyncio.to_thread(self._build)
                    except Exception as error:
                        self.failure = str(error) if isinstance(error, EngineError) else type(error).__name__
                        raise
                    self.failure = ""
                    _log.info("speech model loaded", extra={"seconds": round(time.monotonic() - began, 2)})
        return self._ears

    def close(self) -> None:
        if self._ears is not None:
            self._ears.close()
