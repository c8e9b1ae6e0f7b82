"""Time that passes as soon as nothing is left to do: minutes of a call take seconds, and a busy machine tears nothing.

Client and server of a test must run on the one loop, and read the time from it.
"""

from __future__ import annotations

import asyncio
import selectors

# What was written to a socket of this machine can be read at once, but for a kernel that is busy with others.
SETTLE_S = 0.0005


class _JumpingSelector(selectors.DefaultSelector):
    """Does not wait for the next timer: the clock jumps to it."""

    def __init__(self) -> None:
        super().__init__()
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(SETTLE_S)
        if not ready:
            self.now_s += timeout
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`loop.time()` begins at 0 and stands still while anything is being done."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now_s
