"""Carries events of a conversation to every page that shows it, on this replica and on the others.

Events travel by Redis pub/sub, which may lose them. That is harmless: messages are numbered, a listener that sees a
gap reads SQL, and a sweep compares every shown conversation with SQL every few seconds, also while Redis is away.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import orjson
import structlog

from desk.conversations import Conversation, ConversationStore, Message
from desk.store.redis_keys import conversation_channel
from gateway.errors import StoreUnavailable
from gateway.runtime.blocking import Blocking
from gateway.runtime.redis_link import RedisLink
from gateway.runtime.subscription import Subscription
from gateway.runtime.tasks import Loops, end_tasks
from gateway.wire import message_json

_log = structlog.get_logger(__name__)

SWEEP_S = 3.0
# Events wait here for Redis. When it is full they are lost to other replicas, whose sweep makes up for it.
OUTBOX = 1000
GATHER_S = 0.002


class Listener(Protocol):
    """An open page. Both methods must not block and must not raise."""

    def on_event(self, event: Mapping[str, Any]) -> None:
        """A protocol frame: `message`, `typing`, `owner`, `queue`, `rated`, `heard`, `call`, `caption`, `third`, `window`, `error`. It is for citizens and for seats,
        each of which passes on what its reader may see."""

    def on_head(self, conversation: Conversation) -> None:
        """The present state of the conversation in SQL."""


class Hub:
    """`start` it inside the event loop; `aclose` at the end."""

    def __init__(
        self,
        redis: RedisLink,
        store: ConversationStore,
        blocking: Blocking,
        author: Callable[[str | None], Mapping[str, str] | None] = lambda _user_id: None,
        loops: Loops | None = None,
    ) -> None:
        """`author` describes the seat who wrote a message, by their user id."""
        self._redis = redis
        self._store = store
        self._blocking = blocking
        self._author = author
        self._replica = secrets.token_hex(6)
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._outbox: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(OUTBOX)
        self._others = Subscription(redis, self._receive)
        self._loops = loops or Loops()
        self._watchers: list[Callable[[Message], None]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            self._loops.start("hub.publish", self._publish_forever),
            self._loops.start("hub.listen", self._others.run_forever),
            self._loops.start("hub.sweep", self._sweep_forever),
        ]

    async def aclose(self) -> None:
        await end_tasks(self._tasks)

    def listen(self, conversation_id: str, listener: Listener) -> None:
        self._listeners[conversation_id].add(listener)
        self._others.add(conversation_channel(conversation_id))

    def leave(self, conversation_id: str, listener: Listener) -> None:
        """Does nothing if it is not listening."""
        listeners = self._listeners.get(conversation_id)
        if listeners is None:
            return
        listeners.discard(listener)
        if not listeners:
            del self._listeners[conversation_id]
            self._others.drop(conversation_channel(conversation_id))

    def watch(self, watcher: Callable[[Message], None]) -> None:
        """Be told of every message that this process has stored, whatever its conversation. It must not block and must not
        raise; what other processes store it has to find by itself."""
        self._watchers.append(watcher)

    def listening(self, conversation_id: str) -> int:
        return len(self._listeners.get(conversation_id, ()))

    def publish(self, conversation_id: str, event: Mapping[str, Any]) -> None:
        """To the pages of this replica now, to the others as soon as Redis takes it."""
        self._deliver(conversation_id, event)
        body = orjson.dumps({"from": self._replica, "event": event})
        try:
            self._outbox.put_nowait((conversation_id, body))
        except asyncio.QueueFull:
            _log.warning("hub_outbox_full", conversation=conversation_id)

    def tell_here(self, conversation_id: str, event: Mapping[str, Any]) -> None:
        """Only to the pages of this replica: the others know by themselves."""
        self._deliver(conversation_id, event)

    def publish_messages(self, messages: Sequence[Message]) -> None:
        for message in messages:
            described = message_json(message, self._author(message.author))
            self.publish(message.conversation_id, {"type": "message", "message": described})
            for watcher in self._watchers:
                watcher(message)

    def _deliver(self, conversation_id: str, event: Mapping[str, Any]) -> None:
        for listener in tuple(self._listeners.get(conversation_id, ())):
            listener.on_event(event)

    async def _publish_forever(self) -> None:
        while True:
            batch = [await self._outbox.get()]
            # What belongs to one step of a turn comes within a moment and goes out together.
            await asyncio.sleep(GATHER_S)
            while not self._outbox.empty() and len(batch) < 100:
                batch.append(self._outbox.get_nowait())
            await self._redis.publish(
                (conversation_channel(conversation_id), body) for conversation_id, body in batch
            )

    def _receive(self, channel: str, data: bytes) -> None:
        try:
            body = orjson.loads(data)
            event = body["event"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            _log.warning("hub_event_unreadable")
            return
        if body.get("from") != self._replica:
            self._deliver(channel[channel.index("{") + 1 : -1], event)

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                heads = await self._blocking.read(self._store.heads, tuple(self._listeners))
            except StoreUnavailable:
                continue
            for head in heads:
                for listener in tuple(self._listeners.get(head.id, ())):
                    listener.on_head(head)
