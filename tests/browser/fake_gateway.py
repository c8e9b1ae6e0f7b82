"""A gateway of our own for tests of the pages: speaks docs/protocol.md over a real socket, serves `web/dist`
under the product's Content-Security-Policy, and breaks in the ways a test asks for.

It runs in its own thread with its own loop; every public method may be called from the test's thread.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import UploadFile

from tests.waiting import PATIENCE_S, wait_until

DIST = Path(__file__).resolve().parents[2] / "web" / "dist"

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'none'"
)

Message = dict[str, Any]
Script = Callable[[str, str | None], list[Message]]


def bot(text: str, **more: Any) -> Message:
    """A message of the bot without number and time."""
    blank: Message = {
        "format": "plain",
        "kind": "text",
        "quick_replies": [],
        "card": None,
        "message_id": None,
    }
    return {"from": "bot", "text": text, "speech": text, **blank, **more}


@dataclass
class Conversation:
    id: str
    token: str
    messages: list[Message] = field(default_factory=list)
    owner: str = "BOT"
    epoch: int = 0
    ratings: list[dict[str, Any]] = field(default_factory=list)
    sends: list[Message] = field(default_factory=list)
    typed: list[bool] = field(default_factory=list)

    def store(self, message: Message, at: datetime | None = None) -> Message:
        stamp = (at or datetime.now(UTC)).isoformat()
        stored = {**message, "seq": len(self.messages) + 1, "at": stamp}
        self.messages.append(stored)
        return stored


class FakeGateway:
    """Start with `start()`, end with `stop()`."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.greeting = [bot("您好")]
        self.conversations: dict[str, Conversation] = {}
        self.hellos: list[dict[str, Any]] = []
        # What goes wrong; all off at first.
        self.refuse_sockets = False
        self.swallow_acks = 0
        self.repeat_messages = False
        self.reply_delay_s = 0.0
        self.refusals: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, bytes] = {}
        self.refuse_picture = ""
        self._sockets: dict[WebSocket, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        config = uvicorn.Config(
            self._app(), host="127.0.0.1", port=0, log_level="warning", ws_ping_interval=None, lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)

    # -- the test's side -------------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()
        wait_until(lambda: self._server.started)

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(timeout=PATIENCE_S)

    @property
    def url(self) -> str:
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/"

    def drop_all(self) -> None:
        """Cuts every open socket without a word, as a dead network does."""
        self._do(self._drop_all())

    def say(self, message: Message, at: datetime | None = None) -> None:
        """Adds a message to every conversation that has an open page."""
        self._do(self._say(message, at))

    def typing(self, on: bool, sender: str = "bot") -> None:
        self._do(self._broadcast({"type": "typing", "from": sender, "on": on}))

    def hand_over(self, owner: str) -> None:
        self._do(self._hand_over(owner))

    def queue(self, position: int, low_min: int, high_min: int) -> None:
        place = {"position": position, "low_min": low_min, "high_min": high_min}
        self._do(self._broadcast({"type": "queue", **place}))

    def keep_picture(self, content: bytes) -> str:
        """Its id, as after an upload."""
        picture_id = f"{self.only.id}-{len(self.pictures) + 1}.jpg"
        self.pictures[picture_id] = content
        return picture_id

    @property
    def only(self) -> Conversation:
        assert len(self.conversations) == 1, f"{len(self.conversations)} conversations"
        return next(iter(self.conversations.values()))

    # -- the wire's side -------------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self._server.serve()

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=PATIENCE_S)

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.middleware("http")
        async def add_policy(request: Request, call_next: Any) -> Response:
            response: Response = await call_next(request)
            response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response

        @app.websocket("/ws/chat")
        async def chat(socket: WebSocket) -> None:
            await self._chat(socket)

        @app.post("/api/v1/conversations/{conversation_id}/images", status_code=201)
        async def upload(request: Request, conversation_id: str) -> Response:
            if not self._knows(request, conversation_id):
                return JSONResponse({"error": {"text": "会话凭证无效"}}, status_code=401)
            if self.refuse_picture:
                return JSONResponse({"error": {"text": self.refuse_picture}}, status_code=413)
            async with request.form() as form:
                (file,) = form.values()
                assert isinstance(file, UploadFile)
                picture_id = self.keep_picture(await file.read())
            return JSONResponse({"attachment": {"id": picture_id, "type": "image/jpeg"}}, status_code=201)

        @app.get("/api/v1/attachments/{picture_id}")
        def download(request: Request, picture_id: str) -> Response:
            if not self._knows(request, picture_id.split("-")[0]) or picture_id not in self.pictures:
                return JSONResponse({"error": {"text": "没有找到这张图片"}}, status_code=404)
            return Response(self.pictures[picture_id], media_type="image/jpeg")

        app.mount("/", StaticFiles(directory=DIST, html=True))
        return app

    def _knows(self, request: Request, conversation_id: str) -> bool:
        conversation = self.conversations.get(conversation_id)
        shown = request.headers.get("authorization", "")
        return conversation is not None and shown == f"Bearer {conversation.token}"

    async def _chat(self, socket: WebSocket) -> None:
        if self.refuse_sockets:
            await socket.close(code=1001)
            return
        await socket.accept()
        try:
            conversation = await self._welcome(socket)
            if conversation is None:
                return
            self._sockets[socket] = conversation.id
            while True:
                await self._take(socket, conversation, await socket.receive_json())
        except (WebSocketDisconnect, RuntimeError):
            pass
        finally:
            self._sockets.pop(socket, None)

    async def _welcome(self, socket: WebSocket) -> Conversation | None:
        hello = await socket.receive_json()
        self.hellos.append(hello)
        new = hello["conversation"] is None
        if new:
            conversation = Conversation(secrets.token_hex(8), secrets.token_hex(16))
            self.conversations[conversation.id] = conversation
            for message in self.greeting:
                conversation.store(message)
        else:
            found = self.conversations.get(hello["conversation"])
            if found is None or found.token != hello["token"]:
                code = "not_found" if found is None else "unauthorized"
                await socket.send_json(_error(code, "会话不存在", retryable=False))
                await socket.close(code=4404 if found is None else 4401)
                return None
            conversation = found
        await socket.send_json(
            {
                "type": "welcome",
                "conversation": conversation.id,
                "token": conversation.token if new else None,
                "owner": conversation.owner,
                "last_seq": len(conversation.messages),
                "rated": conversation.ratings[-1]["score"] if conversation.ratings else None,
            }
        )
        for message in conversation.messages[hello["after"] :]:
            await socket.send_json({"type": "message", "message": message})
        return conversation

    async def _take(self, socket: WebSocket, conversation: Conversation, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "ping":
                await socket.send_json({"type": "pong"})
            case "rate":
                conversation.ratings.append(frame)
                await socket.send_json({"type": "rated", "score": frame["score"]})
            case "typing":
                conversation.typed.append(frame["on"])
            case "take_bot":
                if conversation.owner == "WAITING":
                    await self._hand_over("BOT")
            case "send":
                await self._take_send(socket, conversation, frame)

    async def _take_send(self, socket: WebSocket, conversation: Conversation, frame: dict[str, Any]) -> None:
        conversation.sends.append(frame)
        message_id = frame["message_id"]
        refusal = self.refusals.get(frame["text"])
        if refusal is not None:
            await socket.send_json({**refusal, "message_id": message_id})
            return
        known = next((m for m in conversation.messages if m["message_id"] == message_id), None)
        if known is None:
            stored = conversation.store(
                {
                    **bot(frame["text"]),
                    "from": "citizen",
                    "message_id": message_id,
                    "speech": frame["text"],
                    "attachment": {"id": frame["attachment"]} if frame.get("attachment") else None,
                }
            )
            await self._broadcast({"type": "message", "message": stored}, conversation)
            if conversation.owner == "BOT":
                task = asyncio.create_task(self._answer(conversation, frame["text"], frame.get("payload")))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            known = stored
        if self.swallow_acks > 0:
            self.swallow_acks -= 1
            return
        await socket.send_json({"type": "ack", "message_id": message_id, "seq": known["seq"]})

    async def _answer(self, conversation: Conversation, text: str, payload: str | None) -> None:
        await self._broadcast({"type": "typing", "from": "bot", "on": True}, conversation)
        await asyncio.sleep(self.reply_delay_s)
        for reply in self.script(text, payload):
            stored = conversation.store(reply)
            await self._broadcast({"type": "message", "message": stored}, conversation)
            if self.repeat_messages:
                await self._broadcast({"type": "message", "message": stored}, conversation)
        await self._broadcast({"type": "typing", "from": "bot", "on": False}, conversation)

    async def _say(self, message: Message, at: datetime | None) -> None:
        for conversation in self.conversations.values():
            stored = conversation.store(message, at)
            await self._broadcast({"type": "message", "message": stored}, conversation)

    async def _hand_over(self, owner: str) -> None:
        for conversation in self.conversations.values():
            conversation.owner = owner
            conversation.epoch += 1
            await self._broadcast(
                {"type": "owner", "owner": owner, "epoch": conversation.epoch}, conversation
            )

    async def _drop_all(self) -> None:
        for socket in list(self._sockets):
            self._sockets.pop(socket, None)
            await socket.close(code=1001)

    async def _broadcast(self, frame: dict[str, Any], conversation: Conversation | None = None) -> None:
        for socket, owner in list(self._sockets.items()):
            if conversation is None or owner == conversation.id:
                try:
                    await socket.send_json(frame)
                except (WebSocketDisconnect, RuntimeError):
                    self._sockets.pop(socket, None)


def _error(code: str, text: str, *, retryable: bool) -> dict[str, Any]:
    return {"type": "error", "code": code, "text": text, "retryable": retryable}
