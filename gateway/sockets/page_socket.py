"""What every page's websocket has in common; the citizen's and the seat's are its subclasses.

Tasks of its own: readers and writers, as the subclass says, until one of them or somebody else ends the socket.
Everything outgoing passes through one bounded queue, so order is kept and a page that does not read costs little: when
its queue is full it is closed (1013) and comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Generic, TypeVar

import orjson
import structlog
from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from gateway.runtime.tasks import end_tasks
from gateway.sockets.open_sockets import Holder, OpenSockets

_log = structlog.get_logger(__name__)

MAX_FRAME_BYTES = 32 * 1024
HELLO_WAIT_S = 10.0
# A frame that does not leave within this time meets a page that is gone or asleep.
SEND_WAIT_S = 10.0
CLOSE_WAIT_S = 1.0

GOING_DOWN, FRAME_TOO_LARGE, CRASHED, TRY_LATER = 1001, 1009, 1011, 1013
BAD_HELLO, WRONG_TOKEN, NO_RIGHT, UNKNOWN = 4400, 4401, 4403, 4404
HELLO_LATE, TOO_MANY_SOCKETS = 4408, 4429

Item = TypeVar("Item")


class PageSocket(ABC, Generic[Item]):
    """`run` serves an accepted websocket. Subclasses say what hello means, what runs, and what an item looks like."""

    def __init__(self, websocket: WebSocket, sockets: OpenSockets, address: str, outgoing: int) -> None:
        self._socket = websocket
        self._sockets = sockets
        self._address = address
        self._outgoing: asyncio.Queue[Item] = asyncio.Queue(outgoing)
        self._end: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @abstractmethod
    async def _hello(self, body: object) -> bool:
        """Answer the first frame (None if it was no JSON); False when the socket is to be closed."""

    @abstractmethod
    def _work(self) -> Sequence[Coroutine[Any, Any, None]]:
        """What runs after hello; the end of one ends the socket."""

    @abstractmethod
    def _left(self) -> None:
        """The page is gone: listen to nothing for it any more. Called once, also when hello never came."""

    def _holder(self) -> Holder:
        """Whom the socket counts for; it must not change while it is open."""
        return Holder(kind="address", name=self._address)

    async def run(self) -> None:
        """Serve until one side ends it. Never raises because of the other side."""
        holder = self._holder()
        if not self._sockets.enter(self, holder):
            await self._close(TOO_MANY_SOCKETS)
            return
        try:
            if await self._greet():
                await self._serve()
        except WebSocketDisconnect:
            pass
        finally:
            self._left()
            self._sockets.leave(self, holder)
            await self._close(self._end.result() if self._end.done() else 1000)

    def close_soon(self, code: int) -> None:
        """End the socket with this close code; the first one counts."""
        if not self._end.done():
            self._end.set_result(code)

    def _enqueue(self, item: Item) -> None:
        try:
            self._outgoing.put_nowait(item)
        except asyncio.QueueFull:
            self.close_soon(TRY_LATER)

    async def _greet(self) -> bool:
        first: asyncio.Task[object] = asyncio.create_task(self._receive())
        waiting: set[asyncio.Future[Any]] = {first, self._end}
        done, _ = await asyncio.wait(waiting, timeout=HELLO_WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        if first not in done:
            await end_tasks([first])
            self.close_soon(HELLO_LATE)
            return False
        return await self._hello(first.result())

    async def _serve(self) -> None:
        tasks = {asyncio.create_task(work) for work in self._work()}
        try:
            waiting: set[asyncio.Future[Any]] = {*tasks, self._end}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            results = await end_tasks(tasks)
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect):
                _log.error("page_socket_crashed", socket=type(self).__name__, exc_info=result)
                self.close_soon(CRASHED)

    async def _receive(self) -> object:
        """The next frame as JSON; None if it is none. Ends the socket when it is too large."""
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        if text is None:
            if len(message.get("bytes") or b"") > MAX_FRAME_BYTES:
                self.close_soon(FRAME_TOO_LARGE)
            return None
        if len(text) > MAX_FRAME_BYTES or len(text.encode("utf-8", "replace")) > MAX_FRAME_BYTES:
            self.close_soon(FRAME_TOO_LARGE)
            return None
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError:
            return None

    async def _write(self, frame: Mapping[str, Any]) -> None:
        await self._write_text(orjson.dumps(frame).decode())

    async def _write_text(self, text: str) -> None:
        """Raises TimeoutError when the page does not take it."""
        async with asyncio.timeout(SEND_WAIT_S):
            await self._socket.send_text(text)

    async def _close(self, code: int) -> None:
        if self._socket.client_state is WebSocketState.DISCONNECTED:
            return
        with contextlib.suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_WAIT_S):
                await self._socket.close(code)
