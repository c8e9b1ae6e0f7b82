"""Waiting for what happens elsewhere."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Two busy cores are slow; what has stopped is far slower.
PATIENCE_S = 120.0
# The same for a browser.
PATIENCE_MS = int(PATIENCE_S * 1000)


async def until(look: Callable[[], T], limit_s: float = PATIENCE_S) -> T:
    """Look again and again until there is something; it comes back. Raises TimeoutError."""
    async with asyncio.timeout(limit_s):
        while not (found := look()):
            await asyncio.sleep(0.02)
        return found


def wait_until(look: Callable[[], T], limit_s: float = PATIENCE_S) -> T:
    """`until` for tests without an event loop."""
    deadline = time.monotonic() + limit_s
    while not (found := look()):
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)
    return found
