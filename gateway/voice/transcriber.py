"""Hears a call through the speech server (asr/), over vosk-server's websocket protocol."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Protocol

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from desk.settings import OwnServer, Settings
from gateway.voice.turn_events import Final, Partial

CONNECT_S = 3.0
# 200 ms a message: more often costs the recogniser more than it gains.
MESSAGE_S = 0.2
# With its space: the original server compares the text, not the JSON.
_RESET = '{"reset" : 1}'


class TranscriberGone(Exception):
    """Nobody listens any more; the call needs a person."""


class Transcriber(Protocol):
    async def hear(self, pcm: bytes) -> None:
        """16-bit mono PCM at the rate it was opened with. Raises TranscriberGone."""

    async def finish(self, number: int) -> None:
        """Finish the utterance; its text comes as `Final(answers=number)`. Raises TranscriberGone."""

    def texts(self) -> AsyncGenerator[Partial | Final, None]:
        """Until `aclose`. Raises TranscriberGone."""

    async def aclose(self) -> None: ...


# Opens one for audio at so many Hz. Raises TranscriberGone.
OpenTranscriber = Callable[[int], Awaitable[Transcriber]]


class VoskTranscriber:
    """One stream of one speaker."""

    def __init__(self, socket: ClientConnection, rate_hz: int) -> None:
        self._socket = socket
        self._message_bytes = 2 * int(MESSAGE_S * rate_hz)
        self._unsent = bytearray()
        self._asked: asyncio.Queue[int] = asyncio.Queue()

    @classmethod
    async def open(cls, url: str, rate_hz: int, headers: Mapping[str, str] | None = None) -> VoskTranscriber:
        """`headers`: what the server asks for.

        Raises:
            TranscriberGone: nobody answers at `url`, or it lets us not in.
        """
        try:
            # Sound hardly gets shorter, and squeezing it costs both sides more than all else about a message.
            socket = await connect(
                url, open_timeout=CONNECT_S, proxy=None, additional_headers=headers, compression=None
            )
            await socket.send(orjson.dumps({"config": {"sample_rate": rate_hz}}).decode())
        except (OSError, TimeoutError, WebSocketException) as error:
            raise TranscriberGone(f"no speech server at {url}") from error
        return cls(socket, rate_hz)

    async def hear(self, pcm: bytes) -> None:
        self._unsent += pcm
        if len(self._unsent) >= self._message_bytes:
            await self._flush()

    async def finish(self, number: int) -> None:
        await self._flush()
        # Before sending, so that the answer finds it.
        self._asked.put_nowait(number)
        await self._send(_RESET)

    async def texts(self) -> AsyncGenerator[Partial | Final, None]:
        try:
            async for message in self._socket:
                try:
                    body = orjson.loads(message)
                except orjson.JSONDecodeError:
                    continue
                if "partial" in body:
                    yield Partial(text=_joined(body["partial"]))
                elif "text" in body:
                    # A text that the recogniser finished on its own just before counts as the answer; the answer
                    # itself then comes as a piece of its own and is not lost.
                    number = self._asked.get_nowait() if not self._asked.empty() else None
                    yield Final(text=_joined(body["text"]), answers=number, confidence=_sure(body))
        except (OSError, WebSocketException) as error:
            raise TranscriberGone("the speech server went away") from error
        raise TranscriberGone("the speech server has closed the stream")

    async def aclose(self) -> None:
        with contextlib.suppress(OSError, WebSocketException, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._socket.close()

    async def _flush(self) -> None:
        if self._unsent:
            pcm, self._unsent = bytes(self._unsent), bytearray()
            await self._send(pcm)

    async def _send(self, message: str | bytes) -> None:
        try:
            await self._socket.send(message)
        except (OSError, WebSocketException) as error:
            raise TranscriberGone("the speech server went away") from error


def speech_server(settings: Settings) -> OpenTranscriber:
    """The speech server that the settings name."""

    async def open_transcriber(rate_hz: int) -> Transcriber:
        if not settings.hears:
            raise TranscriberGone("no speech server belongs to this product")
        headers = settings.own_headers(OwnServer.ASR)
        return await VoskTranscriber.open(f"ws://{settings.asr_address}", rate_hz, headers)

    return open_transcriber


def _sure(body: Mapping[str, object]) -> float | None:
    """Our own server says it of the whole text; others say nothing that could be compared."""
    sure = body.get("confidence")
    return float(sure) if isinstance(sure, float | int) else None


def _joined(text: object) -> str:
    """Vosk puts spaces between Chinese words."""
    return text.replace(" ", "") if isinstance(text, str) else ""
