"""One phone line: the socket of one call, read and written in real time. The asyncio shell around audiosocket.py.

What is written to Asterisk cannot be taken back. So nothing is written ahead: a clock of our own asks the player for
20 ms every 20 ms, at moments counted from the start, so that it does not drift, and whatever the player drops is not
heard any more. If Asterisk does not read, audio is left out instead of piling up.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable

import structlog

from gateway.channels.phone.audiosocket import (
    DEFAULT_RATE_HZ,
    FRAME_S,
    Audio,
    CallId,
    Decoder,
    Frame,
    FramingError,
    Key,
    PeerError,
    Terminate,
    encode_audio,
    encode_terminate,
    frame_bytes,
)
from gateway.tasks import end_tasks
from gateway.voice.metronome import Metronome

_log = structlog.get_logger(__name__)

READ_BYTES = 8192
# Asterisk sends the UUID at once.
CALL_ID_S = 5.0
# Audio every 20 ms for the whole call; a line that sends nothing for so long is dead.
DEAD_S = 30.0
# Events that the call has not taken yet: 4 s. The oldest audio is left out, keys and the end never.
INBOX_FRAMES = 200
# Frames that Asterisk has not taken yet: 100 ms.
UNSENT_FRAMES = 5

# Gives 20 ms of 16-bit PCM at the line's rate, or None for silence.
Source = Callable[[], bytes | None]
Incoming = Audio | Key


class NoCall(Exception):
    """The connection brought no call."""


class PhoneLine:
    """Use `open`; then iterate `incoming` in one task and `speak` in another; `aclose` at the end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.call_id = uuid.UUID(int=0)
        self.rate_hz = DEFAULT_RATE_HZ
        # Audio left out because somebody was too slow, in frames: we (heard) or Asterisk (said).
        self.lost_heard = 0
        self.lost_said = 0
        self._reader = reader
        self._writer = writer
        self._decoder = Decoder()
        self._inbox: deque[Incoming] = deque()
        self._news = asyncio.Event()
        self._known = False
        self._over = False

    @classmethod
    async def open(cls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> PhoneLine:
        """Wait for the call's UUID.

        Raises:
            NoCall: it did not come.
        """
        connection = writer.get_extra_info("socket")
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = cls(reader, writer)
        try:
            async with asyncio.timeout(CALL_ID_S):
                while not line._over and not line._known:
                    for frame in await line._read():
                        line._take(frame)
        except (TimeoutError, FramingError, OSError) as error:
            raise NoCall(str(error) or type(error).__name__) from error
        if not line._known:
            raise NoCall("hung up before the call id")
        return line

    @property
    def over(self) -> bool:
        """Somebody has hung up."""
        return self._over

    async def incoming(self) -> AsyncIterator[Incoming]:
        """What comes from the caller, in order, until somebody hangs up."""
        reading = asyncio.create_task(self._read_forever())
        try:
            while True:
                while self._inbox:
                    yield self._inbox.popleft()
                if self._over:
                    return
                self._news.clear()
                await self._news.wait()
        finally:
            await end_tasks([reading])

    async def speak(self, source: Source) -> None:
        """Play what `source` gives, 20 ms at a time, until somebody hangs up. Silence is sent too: a channel that is
        fed evenly has the fewest clicks."""
        loop = asyncio.get_running_loop()
        beat = Metronome(loop.time(), FRAME_S)
        while not self._over:
            await asyncio.sleep(beat.wait_s(loop.time()))
            if not self._over:
                self._write(source())

    def _write(self, pcm: bytes | None) -> None:
        size = frame_bytes(self.rate_hz)
        frame = encode_audio(pcm if pcm is not None else bytes(size), self.rate_hz)
        if self._writer.transport.get_write_buffer_size() > UNSENT_FRAMES * len(frame):
            self.lost_said += 1
            return
        with contextlib.suppress(OSError, RuntimeError):
            self._writer.write(frame)

    async def hang_up(self) -> None:
        """Idempotent. The dialplan goes on after it if Asterisk used the application."""
        if not self._over:
            self._end()
            with contextlib.suppress(OSError, RuntimeError):
                self._writer.write(encode_terminate())
                async with asyncio.timeout(1.0):
                    await self._writer.drain()

    async def aclose(self) -> None:
        await self.hang_up()
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()

    async def _read_forever(self) -> None:
        try:
            while not self._over:
                async with asyncio.timeout(DEAD_S):
                    frames = await self._read()
                for frame in frames:
                    self._take(frame)
        except TimeoutError:
            _log.warning("phone_line_dead", call=str(self.call_id))
        except (OSError, FramingError):
            _log.info("phone_line_broken", call=str(self.call_id))
        finally:
            self._end()

    async def _read(self) -> list[Frame]:
        data = await self._reader.read(READ_BYTES)
        if not data:
            self._end()
        return self._decoder.feed(data)

    def _take(self, frame: Frame) -> None:
        match frame:
            case Audio():
                self.rate_hz = frame.rate_hz
                self._put(frame)
            case Key():
                self._put(frame)
            case PeerError():
                _log.warning("phone_peer_error", call=str(self.call_id), code=frame.code)
                self._end()
            case Terminate():
                self._end()
            case CallId():
                # A second one means nothing.
                if not self._known:
                    self.call_id, self._known = frame.id, True

    def _put(self, event: Incoming) -> None:
        if len(self._inbox) >= INBOX_FRAMES:
            oldest = next((e for e in self._inbox if isinstance(e, Audio)), None)
            if oldest is not None:
                self._inbox.remove(oldest)
                self.lost_heard += 1
        self._inbox.append(event)
        self._news.set()

    def _end(self) -> None:
        self._over = True
        self._news.set()
