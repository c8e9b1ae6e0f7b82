"""A real HTTP server that speaks Rasa's REST channel and does what the test says."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import orjson

Reply = list[dict[str, Any]]


# What it asks for, as the real one does.
TOKEN = "token-of-the-fake-rasa"


def echo(request: dict[str, Any]) -> Reply:
    return [{"recipient_id": request["sender"], "text": f"收到：{request['message']}"}]


class FakeRasa:
    """Runs in a thread. `mode` is `ok`, `hang`, `empty`, `error`, `garbage` or `drop`; it may change at any time."""

    def __init__(self) -> None:
        self.port = 0
        self.mode = "ok"
        self.delay_s = 0.0
        self.answer: Callable[[dict[str, Any]], Any] = echo
        self.asked: list[dict[str, Any]] = []
        self.most_at_once: dict[str, int] = {}
        # Answers of `GET /conversations/{id}/tracker`.
        self.trackers: dict[str, Any] = {}
        self._now: dict[str, int] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def texts(self) -> list[str]:
        return [request["message"] for request in self.asked]

    def start(self) -> None:
        """Listens again on the port that it had before."""
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(10)

    def stop(self) -> None:
        """As if killed: open requests break off."""
        if self._loop is not None and self._thread is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
            self._thread.join(10)
            self._loop = None

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        self.port = listener.getsockname()[1]
        self._writers: set[asyncio.StreamWriter] = set()
        server = await asyncio.start_server(self._connection, sock=listener)
        ready.set()
        await self._stopped.wait()
        server.close()
        for writer in self._writers:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            while await self._request(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)
            writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = head.split("\r\n")
        lengths = [line.split(":")[1] for line in lines if line.lower().startswith("content-length:")]
        body = await reader.readexactly(int(lengths[0]) if lengths else 0)
        if f"authorization: bearer {TOKEN}" not in head.lower().split("\r\n"):
            _send(writer, 401, {"error": "token"})
            return True
        if lines[0].startswith("GET /conversations/"):
            conversation_id = lines[0].split("/")[2]
            _send(writer, 200, self.trackers.get(conversation_id, {"slots": {}, "events": []}))
            return True
        if not lines[0].startswith("POST /webhooks/rest/webhook"):
            _send(writer, 200, {"status": "ok"})
            return True
        request = orjson.loads(body)
        self.asked.append(request)
        sender = request["sender"]
        self._now[sender] = self._now.get(sender, 0) + 1
        self.most_at_once[sender] = max(self.most_at_once.get(sender, 0), self._now[sender])
        try:
            return await self._reply(writer, request)
        finally:
            self._now[sender] -= 1

    async def _reply(self, writer: asyncio.StreamWriter, request: dict[str, Any]) -> bool:
        await asyncio.sleep(self.delay_s)
        match self.mode:
            case "hang":
                await asyncio.sleep(3600)
            case "drop":
                writer.transport.abort()
                return False
            case "empty":
                _send(writer, 200, [])
            case "error":
                _send(writer, 500, {"status": "failure"})
            case "garbage":
                _send(writer, 200, None, raw=b"<html>")
            case _:
                _send(writer, 200, self.answer(request))
        return True


def _send(writer: asyncio.StreamWriter, status: int, content: Any, raw: bytes | None = None) -> None:
    body = raw if raw is not None else orjson.dumps(content)
    head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
