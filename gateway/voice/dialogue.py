"""The conversation behind a call: what the caller said goes in, what is to be spoken comes out."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from sqlalchemy.exc import IntegrityError

from desk.conversations import CallNumbers, Conversation, ConversationError, ConversationStore, Owner
from desk.conversations.channel import PHONE, Channel
from desk.conversations.conversation import NO_NUMBERS
from desk.handoff.errors import HandoffError
from desk.orders.proof import origin_of
from gateway.conversations.opening import Opened, Opening
from gateway.errors import GatewayError, StoreUnavailable
from gateway.feed.cursor import MessageCursor
from gateway.feed.hub import Hub
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.runtime.blocking import Blocking
from gateway.runtime.tasks import end_tasks
from gateway.turns.turns import Turns
from gateway.voice.turn_events import Expecting
from gateway.wire import message_json, problem_of

_log = structlog.get_logger(__name__)

# Knowledge is public; everything else may speak of a person.
_PUBLIC_KINDS = frozenset({"answer", "clarify"})
# What a message asks for (docs/protocol.md) -> what that means for the ear.
_EXPECTING = {
    "place": Expecting.ADDRESS,
    "phone": Expecting.NUMBER,
    "order_number": Expecting.NUMBER,
    "order_proof": Expecting.NUMBER,
    **dict.fromkeys(
        ("phone_check", "confidential", "summary", "cancel_check", "withdrawal", "offer"),
        Expecting.CONFIRMATION,
    ),
}


@dataclass(frozen=True, kw_only=True)
class ToSay:
    """A message for the caller's ear. `seq` is its number in the conversation; None if it is not part of it."""

    text: str
    seq: int | None = None
    expecting: Expecting | None = None
    interruptible: bool = True
    public: bool = False


@dataclass(frozen=True, kw_only=True)
class OwnerNow:
    owner: Owner


class Dialogue(Protocol):
    async def begin(self) -> ToSay:
        """Open the conversation and greet. Raises GatewayError."""

    async def say(self, text: str) -> None:
        """The caller's words; returns when the bot has answered or will not. Never raises: the caller hears an
        honest sentence instead."""

    async def next(self) -> ToSay | OwnerNow:
        """What happens next in the conversation."""

    async def cut_off(self, seq: int, heard: str) -> None:
        """The caller has not heard the message to its end; `heard` is what they heard of it. Never raises."""

    async def end(self) -> None:
        """The caller has hung up."""


class PhoneDialogue:
    """Listens to the hub like an open page."""

    def __init__(
        self,
        store: ConversationStore,
        blocking: Blocking,
        hub: Hub,
        turns: Turns,
        coordinator: HandoffCoordinator,
        opening: Opening,
        answer_s: float,
        channel: Channel = PHONE,
        wanted_id: str | None = None,
        numbers: CallNumbers = NO_NUMBERS,
        origin: str = "",
    ) -> None:
        """`answer_s`: a caller waits so long for an answer. `wanted_id`: the conversation's id, unless there is one of that name already. `numbers`: what the exchange has
        told of the call. `origin`: where a call comes from whose number nobody tells, as a hash."""
        self._store, self._blocking, self._hub, self._turns, self._coordinator = (
            store,
            blocking,
            hub,
            turns,
            coordinator,
        )
        self._opening = opening
        self._answer_s = answer_s
        self._channel = channel
        self._wanted_id = wanted_id
        self._numbers = numbers
        self._origin = origin_of(numbers.caller) or origin
        self._news: asyncio.Queue[ToSay | OwnerNow] = asyncio.Queue()
        self._cursor = MessageCursor(store, blocking, "")
        self._owner = Owner.BOT
        self._catching_up: asyncio.Task[None] | None = None
        self.conversation_id = ""
        # What opens the conversation to its citizen, once it has begun.
        self.token = ""

    async def begin(self) -> ToSay:
        try:
            opened = await self._open(self._wanted_id)
        except IntegrityError:
            opened = await self._open(None)
        conversation, self.token = opened.conversation, opened.token
        self.conversation_id = conversation.id
        self._follow(conversation)
        said = to_say(message_json(opened.greeting[0]))
        assert said is not None
        return said

    async def _open(self, conversation_id: str | None) -> Opened:
        return await self._opening.begin(
            self._channel.name,
            conversation_id=conversation_id,
            numbers=self._numbers,
            origin=self._origin,
        )

    async def say(self, text: str) -> None:
        try:
            appended = await self._turns.accept(self.conversation_id, uuid.uuid4().hex, text)
            await self._turns.answer(appended, self._answer_s)
        except (GatewayError, ConversationError) as error:
            problem = problem_of(error)
            _log.warning("phone_turn_failed", conversation=self.conversation_id, code=problem.code)
            self._news.put_nowait(ToSay(text=problem.text, public=True))

    async def next(self) -> ToSay | OwnerNow:
        return await self._news.get()

    async def cut_off(self, seq: int, heard: str) -> None:
        try:
            await self._blocking.write(self._store.mark_heard, self.conversation_id, seq, heard)
        except StoreUnavailable:
            _log.warning("phone_heard_not_kept", conversation=self.conversation_id, seq=seq)
            return
        self._hub.publish(self.conversation_id, {"type": "heard", "seq": seq, "text": heard})

    async def end(self) -> None:
        await self._stop_listening()
        if self._owner in (Owner.WAITING, Owner.SEAT):
            try:
                await self._coordinator.hung_up(self.conversation_id)
            except (GatewayError, ConversationError, HandoffError):
                _log.warning("phone_handoff_not_ended", conversation=self.conversation_id)

    def _follow(self, conversation: Conversation) -> None:
        """From here on what comes is said."""
        self._cursor = MessageCursor(self._store, self._blocking, conversation.id, conversation.last_seq)
        self._hub.listen(conversation.id, self)

    async def _stop_listening(self) -> None:
        self._hub.leave(self.conversation_id, self)
        if self._catching_up is not None:
            await end_tasks([self._catching_up])

    # -- the hub's listener --

    def on_event(self, event: Mapping[str, Any]) -> None:
        match event.get("type"):
            case "message":
                self._message(event["message"])
            case "owner":
                self._now(Owner(event["owner"]))

    def on_head(self, conversation: Conversation) -> None:
        self._now(conversation.owner)
        if self._cursor.lacks(conversation.last_seq):
            self._catch_up()

    def _now(self, owner: Owner) -> None:
        if owner is not self._owner:
            self._owner = owner
            self._news.put_nowait(OwnerNow(owner=owner))

    def _message(self, message: Mapping[str, Any]) -> None:
        seq = message["seq"]
        if self._cursor.take(seq):
            self._say(message)
        elif self._cursor.lacks(seq):
            self._catch_up()

    def _say(self, message: Mapping[str, Any]) -> None:
        said = to_say(message)
        if said is not None:
            self._news.put_nowait(said)

    def _catch_up(self) -> None:
        if self._catching_up is None or self._catching_up.done():
            self._catching_up = asyncio.create_task(self._read_missing())

    async def _read_missing(self) -> None:
        # The hub's sweep asks again.
        with contextlib.suppress(StoreUnavailable):
            async for message in self._cursor.missing():
                self._say(message_json(message))


def to_say(message: Mapping[str, Any]) -> ToSay | None:
    """None for what the caller said."""
    if message["from"] == "citizen":
        return None
    text = message["speech"] or message["text"]
    return ToSay(
        text=text,
        seq=message["seq"],
        expecting=_EXPECTING.get(message["expecting"] or "", Expecting.ANYTHING),
        # Which number to dial in danger is heard to the end.
        interruptible=message["kind"] != "emergency",
        public=message["kind"] in _PUBLIC_KINDS,
    )
