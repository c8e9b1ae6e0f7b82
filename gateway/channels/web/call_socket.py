"""One call from the page: the websocket `/ws/call` of docs/protocol.md.

A reader takes audio and frames, a writer sends audio, captions and states, the call itself runs between them, and a
watch ends a line that has fallen silent.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Sequence
from typing import Annotated, Any

import orjson
import structlog
from fastapi import APIRouter, WebSocket
from pydantic import ValidationError
from starlette.websockets import WebSocketDisconnect

from desk.conversations import ConversationError
from desk.conversations.channel import WEB_VOICE
from desk.conversations.handoff import LONGEST_WEB_CALL
from gateway import sentences
from gateway.channels.calls import CallFactory
from gateway.channels.web.access import Limits, Measured, Tokens
from gateway.channels.web.browser_line import BrowserLine
from gateway.channels.web.call_frames import CallHello, Mute, PressKey, read_call_frame
from gateway.channels.web.call_news import CallNews
from gateway.channels.web.limits import CitizenLimits
from gateway.channels.web.page_calls import PageCalls
from gateway.channels.web.page_dialogue import PageDialogue
from gateway.conversations.tokens import ConversationTokens
from gateway.errors import GatewayError, Refused
from gateway.runtime.installed import the
from gateway.runtime.metrics import Metrics
from gateway.sockets.network import address_of
from gateway.sockets.open_sockets import OpenSockets
from gateway.sockets.opening import open_for_citizen
from gateway.sockets.page_audio import BYTES_PER_S, RATE_HZ
from gateway.sockets.page_socket import (
    BAD_HELLO,
    TOO_MANY_SOCKETS,
    TRY_LATER,
    UNKNOWN,
    WRONG_TOKEN,
)
from gateway.sockets.voice_socket import END_WAIT_S, VoiceSocket
from gateway.voice.call import Call, CallTools, Step
from gateway.voice.line import Key, Muted
from gateway.voice.transcriber import Transcriber, TranscriberGone
from gateway.wire import HangUp, Ping, Problem, problem_of

_log = structlog.get_logger(__name__)

# Audio that the page has not taken yet: 100 ms. More would be heard after an interruption.
UNSENT_FRAMES = 5
# A page that sends so much faster than anybody speaks is no microphone.
FLOOD_BYTES = 60 * BYTES_PER_S
# Pages send audio all the time, and pings while muted.
IDLE_S = 30.0
MUTED_MAX_S = 900.0
LONGEST_S = LONGEST_WEB_CALL.total_seconds()
WATCH_S = 1.0
_CLOSE_CODES = {
    "unauthorized": WRONG_TOKEN,
    "token_ended": WRONG_TOKEN,
    "not_found": UNKNOWN,
    "bad_hello": BAD_HELLO,
    "too_many": TOO_MANY_SOCKETS,
}

router = APIRouter()


class CallSocket(VoiceSocket):
    def __init__(
        self,
        websocket: WebSocket,
        address: str,
        *,
        sockets: OpenSockets,
        calls: PageCalls,
        factory: CallFactory,
        tokens: ConversationTokens,
        limits: CitizenLimits,
        metrics: Metrics,
    ) -> None:
        super().__init__(websocket, sockets, address, UNSENT_FRAMES)
        self._calls = calls
        self._factory = factory
        self._tokens = tokens
        self._limits = limits
        self._metrics = metrics
        self._line = BrowserLine(self._enqueue_audio)
        self._news = CallNews()
        self._tools: CallTools
        # Made before the call, ended by it; by us if it never came to one.
        self._unused: tuple[PageDialogue, Transcriber] | None = None
        self._call: asyncio.Task[None] | None = None
        # What was taken for this call and has to be given back.
        self._entered: tuple[str | None] | None = None
        # Of audio: what the page has sent, and what of it came faster than it can have been spoken.
        self._sent_bytes = 0
        self._flood = 0
        self._began = time.monotonic()
        self._muted_since: float | None = None
        self._why = "gone"

    # -- coming and going --

    async def run(self) -> None:
        try:
            await super().run()
        finally:
            self._line.end()
            if self._call is not None:
                # It ends by itself, after the answer to the caller's last words: an order may hang on them.
                await asyncio.wait([self._call])
            elif self._unused is not None:
                dialogue, transcriber = self._unused
                await transcriber.aclose()
                await dialogue.end()

    async def _hello(self, body: object) -> bool:
        try:
            hello = CallHello.model_validate(body)
        except ValidationError:
            await self._refuse(Problem(status=422, code="bad_hello", text=sentences.HELLO_FIRST))
            return False
        try:
            await self._open(hello)
        except TranscriberGone:
            self._metrics.calls_taken.labels(WEB_VOICE.name, "deaf").inc()
            _log.error("web_call_without_ears")
            text = sentences.SPEECH_UNAVAILABLE
            await self._refuse(Problem(status=503, code="speech_unavailable", text=text, retryable=True))
            return False
        except (GatewayError, ConversationError) as error:
            self._metrics.calls_taken.labels(WEB_VOICE.name, "refused").inc()
            await self._refuse(problem_of(error))
            return False
        self._metrics.calls_taken.labels(WEB_VOICE.name, "answered").inc()
        return True

    async def _open(self, hello: CallHello) -> None:
        if hello.conversation is not None:
            await self._tokens.check(hello.conversation, hello.token or "")
        else:
            await self._limits.count_conversation(self._address)
        await self._calls.enter(self._address, hello.conversation)
        self._entered = (hello.conversation,)
        transcriber = await self._factory.transcriber(RATE_HZ)
        dialogue = self._calls.dialogue(self._address)
        self._unused = (dialogue, transcriber)
        owner = await dialogue.open(hello.conversation)
        self._news = CallNews(owner)
        self._tools = await self._factory.tools(
            dialogue, transcriber, RATE_HZ, line="browser", watch=self._watch_step
        )
        await self._welcome(dialogue, owner.value)
        _log.info("web_call_began", conversation=dialogue.conversation_id)

    async def _welcome(self, dialogue: PageDialogue, owner: str) -> None:
        frame = {
            "type": "welcome",
            "conversation": dialogue.conversation_id,
            "owner": owner,
            "rate_hz": RATE_HZ,
        }
        if dialogue.token:
            frame["token"] = dialogue.token
        await self._write(frame)

    def _left(self) -> None:
        if self._entered is not None:
            self._calls.leave(self._address, self._entered[0])

    async def _refuse(self, problem: Problem) -> None:
        """Say why and end."""
        with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
            await self._write(_error(problem))
        self.close_soon(_CLOSE_CODES.get(problem.code, TRY_LATER))

    def _work(self) -> Sequence[Coroutine[Any, Any, None]]:
        return self._run_call(), self._read_forever(), self._write_forever(), self._watch_time()

    async def _run_call(self) -> None:
        self._call = asyncio.create_task(Call(self._line, self._tools).run())
        try:
            with self._metrics.calls.labels(WEB_VOICE.name).track_inprogress():
                await asyncio.shield(self._call)
        finally:
            _log.info(
                "web_call_ended",
                why="hotline" if self._line.hung_up else self._why,
                seconds=round(time.monotonic() - self._began),
                sent_s=round(self._sent_bytes / BYTES_PER_S, 1),
                too_fast_s=round(self._flood / BYTES_PER_S, 1),
                lost_heard_s=round(self._line.lost_heard_s, 1),
                lost_said_s=round(self._line.lost_said_s, 1),
            )
        self._enqueue({"type": "ended", "why": "hotline" if self._line.hung_up else self._why})
        # The writer ends the socket after that frame.
        await asyncio.sleep(END_WAIT_S)

    def _hang_up(self, why: str) -> None:
        self._why = why
        self._line.end()

    async def _watch_time(self) -> None:
        while True:
            await asyncio.sleep(WATCH_S)
            now = time.monotonic()
            if now - self._received > IDLE_S:
                self._hang_up("idle")
            elif self._muted_since is not None and now - self._muted_since > MUTED_MAX_S:
                self._hang_up("muted_too_long")
            elif now - self._began > LONGEST_S:
                self._hang_up("too_long")

    # -- what comes --

    def _hear(self, pcm: bytes) -> None:
        self._sent_bytes += len(pcm)
        self._line.heard(pcm)

    def _too_fast(self, pcm: bytes) -> None:
        self._sent_bytes += len(pcm)
        self._flood += len(pcm)
        if self._flood > FLOOD_BYTES:
            self.close_soon(TOO_MANY_SOCKETS)

    def _take(self, text: str) -> None:
        try:
            frame = read_call_frame(_json(text))
        except Refused as error:
            self._enqueue(_error(problem_of(error)))
            return
        match frame:
            case Mute():
                self._muted_since = self._received if frame.on else None
                self._line.put(Muted(on=frame.on))
                self._enqueue({"type": "muted", "on": frame.on})
            case PressKey():
                self._line.put(Key(digit=frame.key))
            case HangUp():
                self._hang_up("caller")
            case Ping():
                self._enqueue({"type": "pong"})

    # -- what leaves --

    def _watch_step(self, step: Step) -> None:
        for frame in self._news.receive(step):
            self._enqueue(frame)


@router.websocket("/ws/call")
async def call(
    websocket: WebSocket,
    sockets: Annotated[OpenSockets, the(OpenSockets)],
    calls: Annotated[PageCalls, the(PageCalls)],
    factory: Annotated[CallFactory, the(CallFactory)],
    tokens: Tokens,
    limits: Limits,
    metrics: Measured,
) -> None:
    if await open_for_citizen(websocket):
        await CallSocket(
            websocket,
            address_of(websocket),
            sockets=sockets,
            calls=calls,
            factory=factory,
            tokens=tokens,
            limits=limits,
            metrics=metrics,
        ).run()


def _json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _error(problem: Problem) -> dict[str, Any]:
    return {
        "type": "error",
        "code": problem.code,
        "text": problem.text,
        "retryable": problem.retryable or problem.status == 503,
    }
