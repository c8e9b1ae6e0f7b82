"""The seat's end of a talk: the websocket `/ws/seat/audio` of docs/protocol.md, one a conversation.

Only the seat who owns the conversation may open it, and the one whom they have called in (the third); it ends when a seat
is neither any longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Mapping, Sequence
from typing import Annotated, Any, Literal

import orjson
import structlog
from fastapi import APIRouter, WebSocket
from pydantic import Field, TypeAdapter, ValidationError

from desk.conversations import Conversation, ConversationError, ConversationStore, Owner
from desk.handoff.store import HandoffStore
from desk.seats import SignedIn
from gateway import sentences
from gateway.console import sign_in
from gateway.console.access import HandoffRecords, InThreads, Store
from gateway.console.call_ins import CallIns
from gateway.errors import GatewayError, Refused, StoreUnavailable
from gateway.feed.hub import Hub
from gateway.runtime.blocking import Blocking
from gateway.runtime.installed import the
from gateway.runtime.redis_link import RedisUnavailable
from gateway.sockets.network import address_of
from gateway.sockets.open_sockets import Holder, OpenSockets
from gateway.sockets.page_socket import (
    BAD_HELLO,
    NO_RIGHT,
    TRY_LATER,
    WRONG_TOKEN,
)
from gateway.sockets.voice_socket import VoiceSocket
from gateway.talk.packets import RATE_HZ, EndCall, Gone, Here, Packet, Sound
from gateway.talk.person import GONE_S, HERE_EVERY_S
from gateway.talk.relay import Leg, TalkRelay
from gateway.talk.third import RENEW_S, Invitation
from gateway.wire import HangUp, Incoming, Ping, problem_of

_log = structlog.get_logger(__name__)

# Audio that the browser has not taken yet: 200 ms.
UNSENT_FRAMES = 10
# As the console's: a sign-out or another role ends the talk within this time.
SIGN_IN_CHECK_S = 30.0

router = APIRouter()


class TalkHello(Incoming):
    type: Literal["hello"]
    csrf: str = Field(max_length=128)
    conversation: str = Field(min_length=1, max_length=64)


class PutOnHold(Incoming):
    type: Literal["hold"]
    on: bool


TalkFrame = PutOnHold | HangUp | Ping
_FRAMES: TypeAdapter[TalkFrame] = TypeAdapter(Annotated[TalkFrame, Field(discriminator="type")])


class TalkSocket(VoiceSocket):
    def __init__(
        self,
        websocket: WebSocket,
        found: SignedIn,
        address: str,
        *,
        sockets: OpenSockets,
        hub: Hub,
        talks: TalkRelay,
        call_ins: CallIns,
        store: ConversationStore,
        handoffs: HandoffStore,
        blocking: Blocking,
    ) -> None:
        super().__init__(websocket, sockets, address, UNSENT_FRAMES)
        self._hub = hub
        self._talks = talks
        self._call_ins = call_ins
        self._store = store
        self._handoffs = handoffs
        self._blocking = blocking
        self._found = found
        self._conversation_id = ""
        self._leg: Leg | None = None
        self._hold = False
        # By which this seat is in another's talk; None for the owner.
        self._third: Invitation | None = None
        # The other end, as last told to the page; None: not yet.
        self._caller: str | None = None
        self._caller_at = -1e9

    async def _hello(self, body: object) -> bool:
        try:
            hello = TalkHello.model_validate(body)
        except ValidationError:
            self.close_soon(BAD_HELLO)
            return False
        if not sign_in.csrf_fits(self._found, hello.csrf):
            self.close_soon(WRONG_TOKEN)
            return False
        try:
            # Before asking, so that a change in between is heard of.
            self._conversation_id = hello.conversation
            self._hub.listen(hello.conversation, self)
            if not await self._owns():
                self._third = await self._call_ins.third_of(hello.conversation)
                if self._third is None or self._third.seat != self._found.user.id:
                    raise Refused(409, "not_the_owner", sentences.NOT_THE_OWNER)
        except (GatewayError, ConversationError) as error:
            problem = problem_of(error)
            await self._write({"type": "error", "code": problem.code, "text": problem.text})
            self.close_soon(TRY_LATER if problem.status == 503 else NO_RIGHT)
            return False
        self._leg = self._talks.join(hello.conversation, self._found.user.id, self._receive_packet)
        await self._write(
            {
                "type": "welcome",
                "conversation": hello.conversation,
                "rate_hz": RATE_HZ,
                "third": self._third is not None,
            }
        )
        _log.info("talk_began", conversation=hello.conversation, seat=self._found.user.id)
        return True

    async def _owns(self) -> bool:
        conversation = await self._blocking.read(self._store.get, self._conversation_id)
        if conversation.owner is not Owner.SEAT:
            return False
        # Served by others before, perhaps: only the handoff that is open now counts.
        served = await self._blocking.read(self._handoffs.of_conversation, self._conversation_id)
        return any(one.seat_id == self._found.user.id and one.state.value == "serving" for one in served)

    def _holder(self) -> Holder:
        return Holder(kind="user", name=self._found.user.id)

    def _left(self) -> None:
        self._hub.leave(self._conversation_id, self)
        if self._leg is not None:
            self._leg.send(Gone(end=self._found.user.id))
            self._leg.leave()
            _log.info("talk_ended", conversation=self._conversation_id, seat=self._found.user.id)

    def _work(self) -> Sequence[Coroutine[Any, Any, None]]:
        return (
            self._read_forever(),
            self._write_forever(),
            self._say_here_forever(),
            self._stay_forever(),
            self._watch_sign_in(),
        )

    # -- the hub's listener: the conversation may change hands --

    def on_event(self, event: Mapping[str, Any]) -> None:
        match event.get("type"):
            case "owner":
                seat = (event.get("seat") or {}).get("id")
                if event["owner"] == Owner.SEAT.value and seat == self._found.user.id:
                    # It was handed to the third: they go on, as its owner.
                    self._third = None
                elif event["owner"] != Owner.SEAT.value or seat is not None:
                    self._ended("owner")
            case "third" if self._third is not None and event.get("invitation") != self._third.id:
                self._ended("third")

    def on_head(self, conversation: Conversation) -> None:
        if conversation.owner is not Owner.SEAT:
            self._ended("owner")

    def _ended(self, why: str) -> None:
        if self._leg is not None:
            self._enqueue({"type": "ended", "why": why})

    # -- the other end --

    def _receive_packet(self, packet: Packet) -> None:
        match packet:
            case Sound():
                if not self._hold:
                    self._enqueue_audio(packet.pcm)
            case Here():
                self._caller_at = time.monotonic()
                self._tell_caller(packet.line)
            case Gone():
                self._caller_at = -1e9
                self._tell_caller("")
            case _:
                return

    def _tell_caller(self, line: str) -> None:
        if line != self._caller:
            self._caller = line
            self._enqueue({"type": "caller", "on": bool(line), "line": line or None})

    async def _stay_forever(self) -> None:
        """A third is in as long as their page is."""
        while True:
            if self._third is not None:
                with contextlib.suppress(RedisUnavailable):
                    if not await self._call_ins.third.renew(self._conversation_id, self._third.id):
                        await self._look_again()
            await asyncio.sleep(RENEW_S)

    async def _watch_sign_in(self) -> None:
        """A talk is a door like any other: who may no longer serve leaves it."""
        while True:
            await asyncio.sleep(SIGN_IN_CHECK_S)
            try:
                await sign_in.still_signed_in(self._socket, self._found.token_hash)
            except Refused as error:
                self.close_soon(NO_RIGHT if error.status == 403 else WRONG_TOKEN)
                return
            except StoreUnavailable:
                continue

    async def _look_again(self) -> None:
        # Handed to this seat, and the news of it is late; or over.
        with contextlib.suppress(GatewayError, ConversationError):
            if await self._owns():
                self._third = None
            else:
                self._ended("third")

    async def _say_here_forever(self) -> None:
        while True:
            assert self._leg is not None
            self._leg.send(Here(end=self._found.user.id, hold=self._hold))
            await asyncio.sleep(HERE_EVERY_S)
            if time.monotonic() - self._caller_at > GONE_S:
                self._tell_caller("")

    # -- the page --

    def _hear(self, pcm: bytes) -> None:
        if self._leg is not None and not self._hold:
            self._leg.send(Sound(end=self._found.user.id, pcm=pcm))

    def _take(self, text: str) -> None:
        assert self._leg is not None
        try:
            frame = _FRAMES.validate_python(orjson.loads(text))
        except (ValidationError, orjson.JSONDecodeError):
            self._enqueue({"type": "error", "code": "malformed", "text": sentences.MALFORMED})
            return
        if self._third is not None and not isinstance(frame, Ping):
            # Hold and hang-up are the owner's.
            self._enqueue({"type": "error", "code": "not_the_owner", "text": sentences.NOT_THE_OWNER})
            return
        match frame:
            case PutOnHold():
                self._hold = frame.on
                self._leg.send(Here(end=self._found.user.id, hold=frame.on))
                self._enqueue({"type": "held", "on": frame.on})
            case HangUp():
                self._leg.send(EndCall())
            case Ping():
                self._enqueue({"type": "pong"})


@router.websocket("/ws/seat/audio")
async def talk(
    websocket: WebSocket,
    sockets: Annotated[OpenSockets, the(OpenSockets)],
    hub: Annotated[Hub, the(Hub)],
    talks: Annotated[TalkRelay, the(TalkRelay)],
    call_ins: Annotated[CallIns, the(CallIns)],
    store: Store,
    handoffs: HandoffRecords,
    blocking: InThreads,
) -> None:
    found = await sign_in.open_for_seat(websocket)
    if found is not None:
        await TalkSocket(
            websocket,
            found,
            address_of(websocket),
            sockets=sockets,
            hub=hub,
            talks=talks,
            call_ins=call_ins,
            store=store,
            handoffs=handoffs,
            blocking=blocking,
        ).run()
