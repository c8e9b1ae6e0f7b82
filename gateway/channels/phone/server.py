"""Listens for Asterisk and gives each call to its handler."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from gateway.channels.phone.audiosocket import encode_terminate
from gateway.channels.phone.line import LineReader, NoCall, PhoneLine
from gateway.runtime.tasks import end_tasks

_log = structlog.get_logger(__name__)

Handler = Callable[[PhoneLine], Awaitable[None]]
GRACE_S = 5.0


class PhoneServer:
    """AudioSocket has neither encryption nor passwords: listen on loopback or a private network only."""

    def __init__(
        self, handler: Handler, *, max_calls: int, on_refused: Callable[[], None] = lambda: None
    ) -> None:
        """`handler` serves one call from beginning to end; the line is closed when it returns or raises."""
        self._handler = handler
        self._max_calls = max_calls
        self._on_refused = on_refused
        self._server: asyncio.Server | None = None
        self._calls: set[asyncio.Task[None]] = set()

    @property
    def calls(self) -> int:
        return len(self._calls)

    async def start(self, host: str, port: int) -> int:
        """Returns the port, which is chosen by the system for 0.

        Raises:
            OSError: the address cannot be had.
        """
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: asyncio.StreamReaderProtocol(LineReader(), self._connected), host, port
        )
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def aclose(self, grace_s: float = GRACE_S) -> None:
        """Take no more calls; those in progress may end for `grace_s` seconds, then they are hung up."""
        if self._server is not None:
            self._server.close()
        if self._calls:
            _done, late = await asyncio.wait(self._calls, timeout=grace_s)
            await end_tasks(late)
        if self._server is not None:
            await self._server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert isinstance(reader, LineReader)
        task = asyncio.current_task()
        assert task is not None
        if len(self._calls) >= self._max_calls:
            # Asterisk goes on with its dialplan, which has a queue for this.
            _log.warning("phone_call_refused", calls=len(self._calls))
            self._on_refused()
            writer.write(encode_terminate())
            writer.close()
            return
        self._calls.add(task)
        try:
            await self._serve(reader, writer)
        finally:
            self._calls.discard(task)

    async def _serve(self, reader: LineReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await PhoneLine.open(reader, writer)
        except NoCall as error:
            _log.info("phone_no_call", why=str(error))
            writer.close()
            return
        log = _log.bind(call=str(line.call_id))
        log.info("phone_call_began")
        try:
            await self._handler(line)
        except Exception:
            log.exception("phone_call_crashed")
        finally:
            await line.aclose()
            log.info("phone_call_ended", lost_heard=line.lost_heard, lost_said=line.lost_said)
