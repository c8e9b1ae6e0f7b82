"""One conversation that is open on a console: every message once and in order, like on the citizen's page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from desk.conversations import Conversation, ConversationStore
from desk.conversations.store import PAGE
from gateway.blocking import Blocking
from gateway.errors import StoreUnavailable
from gateway.hub import Hub
from gateway.seats.people import People
from gateway.tasks import end_soon
from gateway.wire import message_json

_log = structlog.get_logger(__name__)

Put = Callable[[Mapping[str, Any]], None]
RETRY_S = 1.0


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
    ) -> None:
        self.conversation_id = conversation.id
        # Of the moment in which it was opened.
        self.epoch = conversation.epoch
        self._put = put
        self._hub = hub
        self._store = store
        self._blocking = blocking
        self._people = people
        self._sent_seq = min(after, conversation.last_seq)
        self._owner = (conversation.owner.value, conversation.epoch)
        self._behind = asyncio.Event()
        hub.listen(conversation.id, self)
        self._task = asyncio.create_task(self._catch_up_forever())
        if conversation.last_seq > self._sent_seq:
            self._behind.set()

    def close(self) -> None:
        self._hub.leave(self.conversation_id, self)
        end_soon(self._task)

    def on_event(self, event: Mapping[str, Any]) -> None:
        match event.get("type"):
            case "message":
                seq = event["message"]["seq"]
                if seq == self._sent_seq + 1 and not self._behind.is_set():
                    self._send(event["message"])
                elif seq > self._sent_seq:
                    self._behind.set()
            case "typing" if event.get("from") != "seat":
                self._put({**event, "conversation": self.conversation_id})
            case "owner":
                self._tell_owner(event["owner"], event["epoch"], event.get("seat"))
            case "rated" | "call" | "heard" | "caption" | "third":
                self._put({**event, "conversation": self.conversation_id})

    def on_head(self, conversation: Conversation) -> None:
        if conversation.last_seq > self._sent_seq:
            self._behind.set()
        self._tell_owner(conversation.owner.value, conversation.epoch, None)

    def _tell_owner(self, owner: str, epoch: int, seat: Any) -> None:
        if epoch <= self._owner[1]:
            return
        self._owner = (owner, epoch)
        frame = {"type": "owner", "conversation": self.conversation_id, "owner": owner, "epoch": epoch}
        self._put({**frame, "seat": seat})

    def _send(self, message: Mapping[str, Any]) -> None:
        self._sent_seq = message["seq"]
        self._put({"type": "message", "conversation": self.conversation_id, "message": message})

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
        page = await self._blocking.read(self._store.messages, self.conversation_id, self._sent_seq, PAGE)
        await self._people.authors_of(page)
        for message in page:
            if message.seq > self._sent_seq:
                self._send(message_json(message, self._people.author(message.author)))
        if len(page) < PAGE:
            # What came while we read is beyond the page; nothing is awaited between this look and the next event.
            self._behind.clear()
            newest = await self._newest()
            if newest > self._sent_seq:
                self._behind.set()

    async def _newest(self) -> int:
        try:
            return (await self._blocking.read(self._store.get, self.conversation_id)).last_seq
        except StoreUnavailable:
            return 0
