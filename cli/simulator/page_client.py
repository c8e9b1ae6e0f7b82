"""Calls `/ws/call` as the citizen page does: for tests and for `minsheng call`.

A page sends a frame every 20 ms while its microphone is on, silence included, and plays what it receives at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from cli.simulator.asterisk_client import HeardFrame
from gateway.audio.metronome import Metronome
from gateway.runtime.tasks import end_tasks
from gateway.sockets.page_audio import BYTES_PER_S, RATE_HZ
from gateway.voice.line import FRAME_S

FRAME_BYTES = round(BYTES_PER_S * FRAME_S)
WELCOME_S = 15.0


class CallRefused(Exception):
    """The gateway takes no call; `text` is its Chinese sentence, if it said one."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


@dataclass(frozen=True, kw_only=True)
class Told:
    """One JSON frame from the gateway; `at_s` by the monotonic clock."""

    at_s: float
    frame: dict[str, Any]


class BrowserClient:
    """One call. `async with await BrowserClient.call(url) as client`."""

    rate_hz = RATE_HZ

    def __init__(self, socket: ClientConnection, welcome: dict[str, Any]) -> None:
        self.conversation: str = welcome["conversation"]
        # Only of a conversation that began with this call.
        self.token: str | None = welcome.get("token")
        self.heard: list[HeardFrame] = []
        self.told: list[Told] = []
        self.hung_up = asyncio.Event()
        self._began_s = time.monotonic()
        self._socket = socket
        self._muted = False
        self._to_say: deque[bytes] = deque()
        self._said = asyncio.Event()
        self._said.set()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def call(cls, url: str, conversation: str | None = None, token: str | None = None) -> BrowserClient:
        """`url`: `ws://host:port/ws/call`. Without a conversation a new one begins.

        Raises:
            CallRefused: the gateway said no, or something else is there.
            OSError: nobody answers.
        """
        socket = None
        try:
            socket = await connect(url, proxy=None)
            hello = {"type": "hello", "conversation": conversation, "token": token}
            await socket.send(orjson.dumps(hello).decode())
            async with asyncio.timeout(WELCOME_S):
                answer = orjson.loads(await socket.recv())
        except (WebSocketException, orjson.JSONDecodeError, TimeoutError) as error:
            if socket is not None:
                await socket.close()
            raise CallRefused("no_welcome", type(error).__name__) from error
        if answer.get("type") != "welcome":
            await socket.close()
            raise CallRefused(str(answer.get("code", "no_welcome")), str(answer.get("text", "")))
        client = cls(socket, answer)
        client._tasks = [asyncio.create_task(client._send()), asyncio.create_task(client._receive())]
        return client

    async def __aenter__(self) -> BrowserClient:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.hang_up()

    async def say(self, pcm: bytes) -> None:
        """Speak 16-bit PCM at 16 kHz in real time; returns when the last frame is sent."""
        for start in range(0, len(pcm), FRAME_BYTES):
            self._to_say.append(pcm[start : start + FRAME_BYTES].ljust(FRAME_BYTES, b"\0"))
        self._said.clear()
        await self._said.wait()

    async def press(self, key: str) -> None:
        await self._tell({"type": "key", "key": key})

    async def mute(self, on: bool) -> None:
        self._muted = on
        await self._tell({"type": "mute", "on": on})

    async def hang_up(self) -> None:
        """Idempotent."""
        await self._tell({"type": "hang_up"})
        with contextlib.suppress(WebSocketException, OSError, TimeoutError):
            async with asyncio.timeout(2.0):
                await self._socket.close()
        await end_tasks(self._tasks)
        self._tasks = []
        self._said.set()

    def frames(self, kind: str) -> list[dict[str, Any]]:
        """Those of one type, in order."""
        return [told.frame for told in self.told if told.frame.get("type") == kind]

    @property
    def heard_pcm(self) -> bytes:
        """Everything that sounded, from the welcome on, with the silence between."""
        track = bytearray()
        for frame in self.heard:
            due = round((frame.at_s - self._began_s) * RATE_HZ) * 2
            # A little jitter is no silence.
            if due - len(track) > 3 * FRAME_BYTES:
                track += bytes(due - len(track))
            track += frame.pcm
        return bytes(track)

    async def _tell(self, frame: dict[str, Any]) -> None:
        with contextlib.suppress(WebSocketException, OSError):
            await self._socket.send(orjson.dumps(frame).decode())

    async def _send(self) -> None:
        beat = Metronome(time.monotonic(), FRAME_S)
        with contextlib.suppress(WebSocketException, OSError):
            while not self.hung_up.is_set():
                await asyncio.sleep(beat.wait_s(time.monotonic()))
                pcm = self._to_say.popleft() if self._to_say else bytes(FRAME_BYTES)
                if not self._muted:
                    await self._socket.send(pcm)
                if not self._to_say:
                    self._said.set()

    async def _receive(self) -> None:
        try:
            async for message in self._socket:
                now = time.monotonic()
                if isinstance(message, bytes):
                    self.heard.append(HeardFrame(at_s=now, pcm=message))
                else:
                    self.told.append(Told(at_s=now, frame=orjson.loads(message)))
        except (WebSocketException, OSError):
            return
        finally:
            self.hung_up.set()
            self._said.set()
