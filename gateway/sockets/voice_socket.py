"""What the websockets of a voice have in common, beside `page_socket`: audio and frames both ways, within bounds."""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from fastapi import WebSocket
from starlette.websockets import WebSocketDisconnect

from gateway.sockets.allowance import Allowance
from gateway.sockets.open_sockets import OpenSockets
from gateway.sockets.page_audio import BYTES_PER_S, is_audio
from gateway.sockets.page_socket import FRAME_TOO_LARGE, TOO_MANY_SOCKETS, TRY_LATER, PageSocket

Frame = Mapping[str, Any]

OUTGOING = 256
MAX_TEXT_BYTES = 4096
# A little faster than real time (clocks differ), and a stock for a network that delivers late.
AUDIO_PER_S, AUDIO_STOCK = 1.1 * BYTES_PER_S, 6.0 * BYTES_PER_S
FRAMES_PER_S, FRAMES_STOCK = 10.0, 60.0
# Audio that does not leave within this time meets a page that is gone; the last frames are waited for as long.
END_WAIT_S = 2.0


class VoiceSocket(PageSocket[Frame | bytes]):
    """Subclasses run `_read_forever` and `_write_forever` and say what to do with what comes."""

    def __init__(self, websocket: WebSocket, sockets: OpenSockets, address: str, unsent_frames: int) -> None:
        """`unsent_frames`: so many may wait for the page before audio is left out."""
        super().__init__(websocket, sockets, address, OUTGOING)
        self._unsent_frames = unsent_frames
        now = time.monotonic()
        self._audio = Allowance(AUDIO_PER_S, AUDIO_STOCK, now)
        self._frames = Allowance(FRAMES_PER_S, FRAMES_STOCK, now)
        self._received = now

    @abstractmethod
    def _hear(self, pcm: bytes) -> None:
        """Audio of a microphone, in its rate."""

    def _too_fast(self, pcm: bytes) -> None:
        """Audio faster than anybody speaks; it is left out."""

    @abstractmethod
    def _take(self, text: str) -> None:
        """A frame of at most MAX_TEXT_BYTES characters."""

    def _enqueue_audio(self, pcm: bytes) -> bool:
        """False: left out, since the page has not taken what was sent before."""
        if self._outgoing.qsize() > self._unsent_frames:
            return False
        self._enqueue(pcm)
        return True

    async def _read_forever(self) -> None:
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message.get("code", 1005))
            self._received = time.monotonic()
            pcm = message.get("bytes")
            if pcm is not None:
                self._receive_audio(pcm)
            else:
                self._receive_text(message.get("text") or "")

    def _receive_audio(self, pcm: bytes) -> None:
        if not is_audio(pcm):
            self.close_soon(FRAME_TOO_LARGE)
        elif self._audio.take(len(pcm), self._received):
            self._hear(pcm)
        else:
            self._too_fast(pcm)

    def _receive_text(self, text: str) -> None:
        if len(text) > MAX_TEXT_BYTES:
            self.close_soon(FRAME_TOO_LARGE)
        elif not self._frames.take(1, self._received):
            self.close_soon(TOO_MANY_SOCKETS)
        else:
            self._take(text)

    async def _write_forever(self) -> None:
        """Until `ended` has been sent."""
        while True:
            item = await self._outgoing.get()
            try:
                if isinstance(item, bytes):
                    async with asyncio.timeout(END_WAIT_S):
                        await self._socket.send_bytes(item)
                    continue
                await self._write(item)
            except TimeoutError:
                self.close_soon(TRY_LATER)
                return
            except (RuntimeError, WebSocketDisconnect):
                # Closed meanwhile; the server says so in one way or the other.
                return
            if item["type"] == "ended":
                return
