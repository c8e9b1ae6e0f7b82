"""One conversation that is open on a console: every message once and in order, like on the citizen's page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import structlog

from desk.conversations import Conversation, ConversationStore
from gateway.console.send_windows import SendWindow
from gateway.errors import StoreUnavailable
from gateway.feed.cursor import MessageCursor
from gateway.feed.hub import Hub
from gateway.handoff.people import People
from gateway.runtime.blocking import Blocking
from gateway.runtime.tasks import end_soon
from gateway.wire import message_json

_log = structlog.get_logger(__name__)

Put = Callable[[Mapping[str, Any]], None]
RETRY_S = 1.0
# News of the window come in threes: a message came, was answered, the answer was brought.
WINDOW_GATHER_S = 0.1
WINDOW_LOOK_S = 30.0


class ConversationView:
    """Listens from its making until `close`. `put` takes frames and must not block."""

    def __init__(
        self,
        conversation: Conversation,
        after: int,
        put: Put,
        *,
        hub: Hub,
        store: ConversationStore,
        blocking: Blocking,
        people: People,
        window: SendWindow | None = None,
    ) -> None:
        self.conversation_id = conversation.id
        # Of the moment in which it was opened.
        self.epoch = conversation.epoch
        self._put = put
        self._hub = hub
        self._store = store
        self._blocking = blocking
        self._people = people
        seq = min(after, conversation.last_seq)
        self._cursor = MessageCursor(store, blocking, conversation.id, seq, people.authors_of)
        self._owner = (conversation.owner.value, conversation.epoch)
        self._behind = asyncio.Event()
        self._window_news = asyncio.Event()
        self._window_news.set()
        hub.listen(conversation.id, self)
        self._tasks = [asyncio.create_task(self._catch_up_forever())]
        if window is not None:
            self._tasks.append(asyncio.create_task(self._tell_window_forever(window)))
        if self._cursor.lacks(conversation.last_seq):
            self._behind.set()

    def close(self) -> None:
        self._hub.leave(self.conversation_id, self)
        for task in self._tasks:
            end_soon(task)

    def on_event(self, event: Mapping[str, Any]) -> None:
        match event.get("type"):
            case "message":
                seq = event["message"]["seq"]
                if not self._behind.is_set() and self._cursor.take(seq):
                    self._send(event["message"])
                elif self._cursor.lacks(seq):
                    self._behind.set()
            case "typing" if event.get("from") != "seat":
                self._put({**event, "conversation": self.conversation_id})
            case "owner":
                self._tell_owner(event["owner"], event["epoch"], event.get("seat"))
            case "window":
                self._window_news.set()
            case "rated" | "call" | "heard" | "caption" | "third":
                self._put({**event, "conversation": self.conversation_id})

    def on_head(self, conversation: Conversation) -> None:
        if self._cursor.lacks(conversation.last_seq):
            self._behind.set()
        self._tell_owner(conversation.owner.value, conversation.epoch, None)

    def _tell_owner(self, owner: str, epoch: int, seat: Any) -> None:
        if epoch <= self._owner[1]:
            return
        self._owner = (owner, epoch)
        frame = {"type": "owner", "conversation": self.conversation_id, "owner": owner, "epoch": epoch}
        self._put({**frame, "seat": seat})

    def _send(self, message: Mapping[str, Any]) -> None:
        self._put({"type": "message", "conversation": self.conversation_id, "message": message})

    async def _tell_window_forever(self, window: SendWindow) -> None:
        told: Mapping[str, Any] | None = None
        while True:
            # News may be lost on their way; what a seat may send is never long untrue.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._window_news.wait(), WINDOW_LOOK_S)
            await asyncio.sleep(WINDOW_GATHER_S)
            self._window_news.clear()
            try:
                now = await window(self.conversation_id)
            except StoreUnavailable:
                await asyncio.sleep(RETRY_S)
                self._window_news.set()
                continue
            if now is not None and now != told:
                told = now
                self._put({"type": "window", "conversation": self.conversation_id, **now})

    async def _catch_up_forever(self) -> None:
        while True:
            await self._behind.wait()
            try:
                await self._catch_up()
            except StoreUnavailable:
                await asyncio.sleep(RETRY_S)
            except Exception:
                # The seat must not sit before a conversation that has stopped.
                _log.exception("view_not_caught_up", conversation=self.conversation_id)
                await asyncio.sleep(RETRY_S)

    async def _catch_up(self) -> None:
        async for message in self._cursor.missing():
            self._send(message_json(message, self._people.author(message.author)))
        # What came while we read is beyond the page; nothing is awaited between this look and the next event.
        self._behind.clear()
        if self._cursor.lacks(await self._newest()):
            self._behind.set()

    async def _newest(self) -> int:
        try:
            return (await self._blocking.read(self._store.get, self.conversation_id)).last_seq
        except StoreUnavailable:
            return 0
