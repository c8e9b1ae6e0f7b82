"""Calls an AudioSocket server as Asterisk does: for tests and for `minsheng call`.

Asterisk sends a frame every 20 ms from the moment it is connected, silence included, and plays what it receives at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections import deque
from dataclasses import dataclass

import httpx

from gateway.audio.metronome import Metronome
from gateway.channels.phone.audiosocket import (
    DEFAULT_RATE_HZ,
    HEADER_BYTES,
    RATES_HZ,
    Kind,
    conversation_of,
    encode_audio,
    encode_call_id,
    encode_key,
    encode_terminate,
    frame_bytes,
)
from gateway.runtime.tasks import end_tasks
from gateway.voice.line import FRAME_S


@dataclass(frozen=True, kw_only=True)
class HeardFrame:
    """One frame from the server; `at_s` by the clock of the event loop, which is the monotonic one."""

    at_s: float
    pcm: bytes

    @property
    def silent(self) -> bool:
        return not any(self.pcm)


class AnnouncementRefused(Exception):
    """The hotline would not be told of a call; the text says why."""


async def announce_call(url: str, token: str, call_id: uuid.UUID, caller: str, called: str = "12345") -> None:
    """Tell the hotline at `url` who is about to call, as the dialplan's CURL function does.

    Raises:
        AnnouncementRefused, httpx.HTTPError
    """
    form = {"caller": caller, "called": called}
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        answer = await http.post(f"{url}/api/v1/calls/{call_id}", data=form, auth=("asterisk", token))
    if answer.status_code != 204:
        raise AnnouncementRefused(answer.json()["error"]["text"])


class AsteriskClient:
    """One call. `async with AsteriskClient.call(host, port) as client`."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, call_id: uuid.UUID, rate_hz: int
    ) -> None:
        self.call_id = call_id
        self.rate_hz = rate_hz
        self.heard: list[HeardFrame] = []
        self.hung_up = asyncio.Event()
        self._reader = reader
        self._writer = writer
        self._to_say: deque[bytes] = deque()
        self._said = asyncio.Event()
        self._said.set()
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def call(
        cls, host: str, port: int, call_id: uuid.UUID | None = None, rate_hz: int = DEFAULT_RATE_HZ
    ) -> AsteriskClient:
        """Raises OSError if nobody answers."""
        reader, writer = await asyncio.open_connection(host, port)
        client = cls(reader, writer, call_id or uuid.uuid4(), rate_hz)
        writer.write(encode_call_id(client.call_id))
        client._tasks = [asyncio.create_task(client._send()), asyncio.create_task(client._receive())]
        return client

    async def __aenter__(self) -> AsteriskClient:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.hang_up()

    @property
    def conversation(self) -> str:
        """Its id in the hotline."""
        return conversation_of(self.call_id)

    async def say(self, pcm: bytes) -> None:
        """Speak 16-bit PCM in real time; returns when the last frame is sent."""
        size = frame_bytes(self.rate_hz)
        for start in range(0, len(pcm), size):
            self._to_say.append(pcm[start : start + size].ljust(size, b"\0"))
        self._said.clear()
        if self.hung_up.is_set():
            # Nobody sends any more.
            self._said.set()
        await self._said.wait()

    def press(self, key: str) -> None:
        self._writer.write(encode_key(key))

    async def hang_up(self) -> None:
        """Idempotent."""
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.write(encode_terminate())
        self._writer.close()
        await end_tasks(self._tasks)
        self._tasks = []
        self._said.set()

    @property
    def heard_pcm(self) -> bytes:
        return b"".join(frame.pcm for frame in self.heard)

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        beat = Metronome(loop.time(), FRAME_S)
        silence = bytes(frame_bytes(self.rate_hz))
        while not self.hung_up.is_set():
            await asyncio.sleep(beat.wait_s(loop.time()))
            pcm = self._to_say.popleft() if self._to_say else silence
            if not self._to_say:
                self._said.set()
            with contextlib.suppress(OSError, RuntimeError):
                self._writer.write(encode_audio(pcm, self.rate_hz))

    async def _receive(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while True:
                head = await self._reader.readexactly(HEADER_BYTES)
                payload = await self._reader.readexactly(int.from_bytes(head[1:], "big"))
                if head[0] == Kind.TERMINATE:
                    return
                if head[0] in RATES_HZ:
                    self.heard.append(HeardFrame(at_s=loop.time(), pcm=payload))
        except (asyncio.IncompleteReadError, OSError):
            return
        finally:
            self.hung_up.set()
            self._said.set()
