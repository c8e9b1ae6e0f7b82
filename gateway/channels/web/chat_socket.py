"""One open page of a citizen: the websocket `/ws/chat` of docs/protocol.md.

A reader takes what the citizen sends, a writer sends what the hub brings. A page that was too slow to read resumes
later from the last number it saw.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocketDisconnect

from desk.conversations import Conversation, ConversationError, ConversationStore, Owner
from desk.handoff.errors import HandoffError
from gateway import sentences
from gateway.channels.web.access import (
    Begin,
    BotTurns,
    Configured,
    Coordinator,
    Feed,
    InThreads,
    KeptPictures,
    Limits,
    Seats,
    Store,
    Tokens,
)
from gateway.channels.web.limits import CitizenLimits
from gateway.channels.web.messages import citizen_message
from gateway.conversations.opening import Opening
from gateway.conversations.tokens import ConversationTokens
from gateway.errors import GatewayError, Refused, StoreUnavailable
from gateway.feed.cursor import MessageCursor
from gateway.feed.hub import Hub
from gateway.handoff.admission import place_json
from gateway.handoff.coordinator import HandoffCoordinator
from gateway.handoff.people import People, for_citizens
from gateway.pictures.keeping import Pictures
from gateway.runtime.blocking import Blocking
from gateway.runtime.installed import the
from gateway.sockets.network import address_of, origin_of_page
from gateway.sockets.open_sockets import PER_CONVERSATION, OpenSockets
from gateway.sockets.opening import open_for_citizen
from gateway.sockets.page_socket import (
    BAD_HELLO,
    TOO_MANY_SOCKETS,
    TRY_LATER,
    UNKNOWN,
    WRONG_TOKEN,
    PageSocket,
)
from gateway.turns.turns import Turns
from gateway.wire import CRASHED_PROBLEM, CitizenTyping, Hello, Problem, Rate, Send, check_length, problem_of

_log = structlog.get_logger(__name__)

router = APIRouter()

OUTGOING = 256
# A page says that somebody types every few seconds; more often tells nobody anything.
TYPING_EVERY_S = 1.0
_CLOSE_CODES = {
    "unauthorized": WRONG_TOKEN,
    "token_ended": WRONG_TOKEN,
    "not_found": UNKNOWN,
    "bad_hello": BAD_HELLO,
    "too_many": TOO_MANY_SOCKETS,
}


class _CatchUp:
    """In the outgoing queue: send what SQL has beyond the last number sent."""


class _Place:
    """In the outgoing queue: tell the place in the queue as it is now."""


_CATCH_UP = _CatchUp()
_PLACE = _Place()
_Frame = Mapping[str, Any]
_Item = _Frame | _CatchUp | _Place
_Model = TypeVar("_Model", bound=BaseModel)


class ChatSocket(PageSocket[_Item]):
    def __init__(
        self,
        websocket: WebSocket,
        address: str,
        *,
        sockets: OpenSockets,
        opening: Opening,
        tokens: ConversationTokens,
        limits: CitizenLimits,
        store: ConversationStore,
        blocking: Blocking,
        hub: Hub,
        turns: Turns,
        coordinator: HandoffCoordinator,
        people: People,
        pictures: Pictures,
        max_chars: int,
    ) -> None:
        """`max_chars`: the longest message that a citizen may send."""
        super().__init__(websocket, sockets, address, OUTGOING)
        self._opening = opening
        self._tokens = tokens
        self._limits = limits
        self._store = store
        self._blocking = blocking
        self._hub = hub
        self._turns = turns
        self._coordinator = coordinator
        self._people = people
        self._pictures = pictures
        self._max_chars = max_chars
        self._conversation_id = ""
        self._cursor = MessageCursor(store, blocking, "", prepare=people.authors_of)
        self._owner: tuple[str, int] = ("", 0)
        self._place: Mapping[str, int] | None = None
        self._typed_at, self._typing_on = -1e9, False

    def _work(self) -> Sequence[Coroutine[Any, Any, None]]:
        return self._read_forever(), self._write_forever()

    def _left(self) -> None:
        self._hub.leave(self._conversation_id, self)

    def on_event(self, event: Mapping[str, Any]) -> None:
        match event.get("type"):
            case "message":
                self._enqueue({**event, "message": for_citizens(event["message"])})
            case "owner":
                # Whose it is by name is for consoles.
                self._enqueue({key: event[key] for key in ("type", "owner", "epoch")})
            case "typing" if event.get("from") == "citizen":
                return
            case "heard" | "call" | "caption" | "third":
                # For consoles: the caller knows what they heard and say.
                return
            case _:
                self._enqueue(event)

    def on_head(self, conversation: Conversation) -> None:
        if self._cursor.lacks(conversation.last_seq) and self._outgoing.empty():
            self._enqueue(_CATCH_UP)
        owner = (conversation.owner.value, conversation.epoch)
        if owner != self._owner:
            self._enqueue({"type": "owner", "owner": owner[0], "epoch": owner[1]})
        if conversation.owner is Owner.WAITING and not self._outgoing.full():
            self._enqueue(_PLACE)

    async def _hello(self, body: object) -> bool:
        try:
            hello = Hello.model_validate(body)
        except ValidationError:
            if not self._end.done():
                await self._refuse(Problem(status=422, code="bad_hello", text=sentences.HELLO_FIRST))
            return False
        try:
            await (self._begin() if hello.conversation is None else self._resume(hello))
        except (GatewayError, ConversationError) as error:
            await self._refuse(problem_of(error))
            return False
        return True

    async def _begin(self) -> None:
        await self._limits.count_conversation(self._address)
        opened = await self._opening.begin("web", origin=origin_of_page(self._address))
        await self._welcome(opened.conversation, opened.token, 0)

    async def _resume(self, hello: Hello) -> None:
        conversation_id = hello.conversation or ""
        await self._tokens.check(conversation_id, hello.token or "")
        if self._hub.listening(conversation_id) >= PER_CONVERSATION:
            raise Refused(429, "too_many", sentences.TOO_MANY_SOCKETS)
        conversation = await self._blocking.read(self._store.get, conversation_id)
        await self._welcome(conversation, None, min(hello.after, conversation.last_seq))

    async def _welcome(self, conversation: Conversation, token: str | None, after: int) -> None:
        self._conversation_id = conversation.id
        self._cursor = MessageCursor(
            self._store, self._blocking, conversation.id, after, self._people.authors_of
        )
        self._owner = (conversation.owner.value, conversation.epoch)
        frame: dict[str, Any] = {
            "type": "welcome",
            "conversation": conversation.id,
            "owner": conversation.owner.value,
            "last_seq": conversation.last_seq,
            "rated": conversation.rating_score,
        }
        if token is not None:
            frame["token"] = token
        await self._write(frame)
        # Before reading SQL, so that nothing falls between the two.
        self._hub.listen(conversation.id, self)
        self._enqueue(_CATCH_UP)
        if conversation.owner is Owner.WAITING:
            self._enqueue(_PLACE)

    async def _read_forever(self) -> None:
        while True:
            body = await self._receive()
            kind = body.get("type") if isinstance(body, dict) else None
            # Given back with the error, if it is usable, so that the page knows what failed.
            raw_id = body.get("message_id") if isinstance(body, dict) else None
            message_id = raw_id if isinstance(raw_id, str) and len(raw_id) <= 64 else None
            try:
                match kind:
                    case "ping":
                        self._enqueue({"type": "pong"})
                    case "send":
                        await self._send(_parse(Send, body))
                    case "rate":
                        await self._rate(_parse(Rate, body))
                    case "typing":
                        self._typing(_parse(CitizenTyping, body))
                    case "take_bot":
                        await self._count()
                        await self._coordinator.take_bot(self._conversation_id)
                    case "leave":
                        await self._count()
                        await self._coordinator.leave(self._conversation_id)
                    case _:
                        raise Refused(422, "malformed", sentences.MALFORMED)
            except (GatewayError, ConversationError, HandoffError) as error:
                self._enqueue(_error_frame(problem_of(error), message_id))
            except Exception:
                # A page whose socket ended would come back and send the same again, without end.
                _log.exception("frame_crashed", conversation=self._conversation_id)
                self._enqueue(_error_frame(CRASHED_PROBLEM, message_id))

    async def _send(self, send: Send) -> None:
        check_length(send.text, self._max_chars)
        await self._count()
        conversation_id, attachment = self._conversation_id, send.attachment
        card = await self._pictures.card_of(conversation_id, attachment) if attachment else None
        appended = await self._turns.accept(conversation_id, send.message_id, send.text, send.payload, card)
        self._enqueue({"type": "ack", "message_id": send.message_id, "seq": appended.message.seq})

    async def _rate(self, rate: Rate) -> None:
        await self._count()
        await self._blocking.write(self._store.rate, self._conversation_id, rate.score, rate.comment)
        self._hub.publish(self._conversation_id, {"type": "rated", "score": rate.score})

    async def _count(self) -> None:
        await self._limits.count_message(self._conversation_id, self._address)

    def _typing(self, typing: CitizenTyping) -> None:
        """Only a person at the desk is told, and never what is being written. Bounded: what comes faster is dropped."""
        now = time.monotonic()
        news = now - self._typed_at >= TYPING_EVERY_S if typing.on else self._typing_on
        if self._owner[0] == Owner.SEAT.value and news:
            self._typed_at, self._typing_on = now if typing.on else self._typed_at, typing.on
            frame = {"type": "typing", "from": "citizen", "on": typing.on}
            self._hub.publish(self._conversation_id, frame)

    async def _tell_place(self) -> None:
        place = await self._coordinator.place(self._conversation_id)
        told = place_json(place) if place is not None else None
        if told is not None and told != self._place:
            self._place = told
            await self._write({"type": "queue", **told})

    async def _write_forever(self) -> None:
        while True:
            item = await self._outgoing.get()
            try:
                if isinstance(item, _CatchUp):
                    await self._catch_up()
                elif isinstance(item, _Place):
                    await self._tell_place()
                elif item["type"] == "message":
                    await self._forward(item)
                else:
                    if item["type"] == "owner":
                        if item["epoch"] < self._owner[1]:
                            continue
                        self._owner = (item["owner"], item["epoch"])
                        self._place = None
                    elif item["type"] == "queue":
                        self._place = {key: item[key] for key in ("position", "low_min", "high_min")}
                    await self._write(item)
            except StoreUnavailable:
                # The sweep tries again.
                continue
            except TimeoutError:
                self.close_soon(TRY_LATER)
                return

    async def _forward(self, frame: _Frame) -> None:
        seq = frame["message"]["seq"]
        if self._cursor.take(seq):
            await self._write(frame)
        elif self._cursor.lacks(seq):
            await self._catch_up()

    async def _catch_up(self) -> None:
        async for message in self._cursor.missing():
            await self._write({"type": "message", "message": citizen_message(self._people, message)})

    async def _refuse(self, problem: Problem) -> None:
        """Say why and end."""
        with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            await self._write(_error_frame(problem, None))
        self.close_soon(_CLOSE_CODES.get(problem.code, TRY_LATER))


@router.websocket("/ws/chat")
async def chat(
    websocket: WebSocket,
    sockets: Annotated[OpenSockets, the(OpenSockets)],
    opening: Begin,
    tokens: Tokens,
    limits: Limits,
    store: Store,
    blocking: InThreads,
    hub: Feed,
    turns: BotTurns,
    coordinator: Coordinator,
    people: Seats,
    pictures: KeptPictures,
    settings: Configured,
) -> None:
    if await open_for_citizen(websocket):
        await ChatSocket(
            websocket,
            address_of(websocket),
            sockets=sockets,
            opening=opening,
            tokens=tokens,
            limits=limits,
            store=store,
            blocking=blocking,
            hub=hub,
            turns=turns,
            coordinator=coordinator,
            people=people,
            pictures=pictures,
            max_chars=settings.message_max_chars,
        ).run()


def _parse(model: type[_Model], body: object) -> _Model:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise Refused(422, "malformed", sentences.MALFORMED) from error


def _error_frame(problem: Problem, message_id: str | None) -> dict[str, Any]:
    frame: dict[str, Any] = {
        "type": "error",
        "code": problem.code,
        "text": problem.text,
        "retryable": problem.retryable,
    }
    return frame | ({"message_id": message_id} if message_id is not None else {})
