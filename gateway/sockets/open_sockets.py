"""Counts the open websockets of this replica, bounds them, and closes them when the process ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Literal, Protocol

from gateway.runtime.metrics import Metrics

# Tabs and computers of one person at the desk; wherever they sit, however many citizens share their address.
PER_USER = 40
# More pages of one conversation than anybody opens.
PER_CONVERSATION = 8
CLOSE_WAIT_S = 2.0


class Closable(Protocol):
    def close_soon(self, code: int) -> None:
        """End the socket with this close code; must not block."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whom a websocket counts for: an address of citizens, or a user of the desk."""

    kind: Literal["address", "user"]
    name: str


class OpenSockets:
    def __init__(self, metrics: Metrics, per_address: int) -> None:
        self._metrics = metrics
        self._most = {"address": per_address, "user": PER_USER}
        self._held: Counter[Holder] = Counter()
        self._open: set[Closable] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    def enter(self, socket: Closable, holder: Holder) -> bool:
        """False if the holder has too many already; then `leave` must not be called."""
        if self._held[holder] >= self._most[holder.kind]:
            return False
        self._held[holder] += 1
        self._open.add(socket)
        self._empty.clear()
        self._metrics.sockets.set(len(self._open))
        return True

    def leave(self, socket: Closable, holder: Holder) -> None:
        self._open.discard(socket)
        self._held[holder] -= 1
        if self._held[holder] <= 0:
            del self._held[holder]
        if not self._open:
            self._empty.set()
        self._metrics.sockets.set(len(self._open))

    async def close_all(self) -> None:
        """Tell every page to come back (1001) and wait a moment for them to be gone."""
        for socket in tuple(self._open):
            socket.close_soon(1001)
        try:
            async with asyncio.timeout(CLOSE_WAIT_S):
                await self._empty.wait()
        except TimeoutError:
            pass
