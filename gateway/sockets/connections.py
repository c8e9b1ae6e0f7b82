"""Connections that owe us a request: how long they may, how many an address may have, how many there may be at all.

uvicorn waits for ever for a request that does not come, or comes a byte at a time. Here every part of one has a
deadline, and a new connection that finds its address full takes the place of the oldest that still owes. So whoever
sends whole requests is always heard, whatever others at the same address do.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Container
from typing import Protocol

import structlog
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_log = structlog.get_logger(__name__)

# From the connection, or from the first byte of the next request on it, to the end of its headers.
HEADERS_S = 10.0
# From there to the end of its body: a photograph of 5 MB over a poor mobile network.
BODY_S = 60.0
# A browser that plays a recording stops reading while it has enough; one that is gone never reads again.
UNREAD_S = 300.0
# Cookies, tokens and what proxies add take some kilobytes.
HEADERS_BYTES = 64 * 1024
# A family, a call centre or a hall behind one address, everybody with a request on the way at the same moment.
OWING_PER_ADDRESS = 64

TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class Owing(Protocol):
    """A connection that may be told to go."""

    def give_up(self) -> None:
        """Close now; must not block."""


class OwedRequests:
    """Who owes a request, oldest first. One a process, inside the event loop."""

    def __init__(self, uncounted: Container[str] = ()) -> None:
        """`uncounted`: addresses of proxies, behind each of which is everybody."""
        self._uncounted = uncounted
        self._by_address: dict[str, OrderedDict[Owing, None]] = {}

    def __len__(self) -> int:
        return sum(len(owing) for owing in self._by_address.values())

    def enter(self, connection: Owing, address: str) -> None:
        owing = self._by_address.setdefault(address, OrderedDict())
        if address not in self._uncounted and len(owing) >= OWING_PER_ADDRESS:
            next(iter(owing)).give_up()
            # What gave up has left, perhaps as the last of its address.
            owing = self._by_address.setdefault(address, owing)
        owing[connection] = None

    def leave(self, connection: Owing, address: str) -> None:
        owing = self._by_address.get(address)
        if owing is not None:
            owing.pop(connection, None)
            if not owing:
                del self._by_address[address]

    def free_one(self) -> bool:
        """Close the oldest of the address that owes most; False if nobody owes anything."""
        most = max(self._by_address.values(), key=len, default=None)
        if most is None:
            return False
        next(iter(most)).give_up()
        return True


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 with deadlines. `bounded` makes one for a server."""

    owed: OwedRequests
    connections_max: int

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._address = self.client[0] if self.client else "unknown"
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._owes = False
        self._header_bytes = 0
        if len(self.connections) > self.connections_max and not self.owed.free_one():
            _log.warning("too_many_connections", most=self.connections_max)
            transport.abort()
            return
        self._owe()

    def connection_lost(self, exc: Exception | None) -> None:
        self._paid()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        if not self._owes:
            self._owe()
        self._header_bytes += len(data)
        if self._in_headers and self._header_bytes > HEADERS_BYTES + len(data):
            self.send_400_response("Request header too large.")
            return
        super().data_received(data)

    def on_message_begin(self) -> None:
        # The next request may come in the same piece as the end of the one before.
        if not self._owes:
            self._owe()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_headers = False
        self._arm(BODY_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._paid()
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        # The websocket has deadlines of its own: hello, pings.
        self._paid()
        super().handle_websocket_upgrade()

    def give_up(self) -> None:
        """The request does not come, or not in time."""
        owed_headers = self._owes and self._in_headers
        self._paid()
        if self.transport.is_closing():
            return
        if owed_headers and self.cycle is not None and not self.cycle.response_complete:
            # The request before is being answered; its answer is the last.
            self.cycle.keep_alive = False
            return
        if owed_headers:
            self.transport.write(TOO_LATE)
        self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(UNREAD_S, self.transport.abort)

    def resume_writing(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        super().resume_writing()

    def _owe(self) -> None:
        self._owes, self._in_headers, self._header_bytes = True, True, 0
        self.owed.enter(self, self._address)
        self._arm(HEADERS_S)

    def _paid(self) -> None:
        self._owes = False
        self.owed.leave(self, self._address)
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _arm(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self.loop.call_later(seconds, self.give_up)


def bounded(proxies: Container[str], connections_max: int) -> type[BoundedHttp]:
    """The protocol of one server. `proxies`: the addresses behind which everybody is."""
    registry = OwedRequests(proxies)

    class Bounded(BoundedHttp):
        owed = registry

    Bounded.connections_max = connections_max
    return Bounded
