"""Counts the open websockets of this replica, bounds them, and closes them when the process ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Protocol

from gateway.metrics import Metrics

# A family behind one address, each with a few pages; a hall with public terminals sets its proxy as trusted.
PER_ADDRESS = 50
# More pages of one conversation than anybody opens.
PER_CONVERSATION = 8
CLOSE_WAIT_S = 2.0


class Closable(Protocol):
    def close_soon(self, code: int) -> None:
        """End the socket with this close code; must not block."""


class OpenSockets:
    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._addresses: Counter[str] = Counter()
        self._open: set[Closable] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    def enter(self, socket: Closable, address: str) -> bool:
        """False if the address has too many already; then `leave` must not be called."""
        if self._addresses[address] >= PER_ADDRESS:
            return False
        self._addresses[address] += 1
        self._open.add(socket)
        self._empty.clear()
        self._metrics.sockets.set(len(self._open))
        return True

    def leave(self, socket: Closable, address: str) -> None:
        self._open.discard(socket)
        self._addresses[address] -= 1
        if self._addresses[address] <= 0:
            del self._addresses[address]
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
