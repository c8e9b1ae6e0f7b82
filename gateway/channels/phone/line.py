"""One phone line: the socket of one call, read and written in real time. The asyncio shell around audiosocket.py.

What is written to Asterisk cannot be taken back. So nothing is written ahead: a clock of our own asks the player for
20 ms every 20 ms, at moments counted from the start, so that it does not drift, and whatever the player drops is not
heard any more. If Asterisk does not read, audio is left out instead of piling up.

A call has one rate, 8 or 16 kHz, from its first frame on, because recogniser and recording are opened with it. What the exchange
sends in another rate, from the start (48 kHz) or from some moment on, is resampled here, and answered in the rate in which it came.
"""

from __future__ import annotations

import array
import asyncio
import contextlib
import fcntl
import socket
import sys
import uuid
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import structlog

from asr.audio import Encoding, decode
from gateway.audio.metronome import Metronome
from gateway.audio.pcm import Resampler
from gateway.channels.phone.audiosocket import (
    DEFAULT_RATE_HZ,
    CallId,
    Decoder,
    Frame,
    FramingError,
    PeerError,
    Terminate,
    encode_audio,
    encode_terminate,
    frame_bytes,
)
from gateway.channels.phone.companded import CompandingDetector
from gateway.voice.line import FRAME_S, Audio, Key

_log = structlog.get_logger(__name__)

READ_BYTES = 8192
# Asterisk sends the UUID at once.
CALL_ID_S = 5.0
# The first audio tells the rate of the call, and comes at once unless the caller's side is silent.
FIRST_AUDIO_S = 0.3
# Wider sound than 16 kHz is of no use to a recogniser.
WIDE_HZ = 16000
# A line that does not read for so long is dead. One that sends nothing is not: held, or silence is suppressed.
DEAD_S = 30.0
DEAD_FRAMES = round(DEAD_S / FRAME_S)
# Events that the call has not taken yet: 4 s. Of a call that has been behind for so long the oldest audio is left out, keys and the
# end never. What comes at once, from an exchange that was stuck, is heard: a minute of it at most.
INBOX_FRAMES = 200
BEHIND_S = 4.0
FLOOD_FRAMES = 3000
# Frames that Asterisk has not taken yet: 100 ms.
UNSENT_FRAMES = 5
# Linux: how many bytes the kernel has not sent yet, because the other side's buffer is full.
SIOCOUTQNSD = 0x894B

# Gives 20 ms of 16-bit PCM at the line's rate, or None for silence.
Source = Callable[[], bytes | None]
Incoming = Audio | Key


class NoCall(Exception):
    """The connection brought no call."""


class LineReader(asyncio.StreamReader):
    """Hands what comes on at once, as soon as somebody takes it: 50 times a second and call, a task that wakes up for it costs
    more than all that is done with it."""

    def __init__(self) -> None:
        super().__init__()
        self._taken: Callable[[bytes], None] | None = None
        self._ended: Callable[[], None] = lambda: None
        # Bytes that came before.
        self._kept = 0

    async def hand_on(self, taken: Callable[[bytes], None], ended: Callable[[], None]) -> None:
        """From now on, beginning with what waits, `taken` gets all that comes; `ended` is called when nothing comes any more.
        Neither may raise. Nobody reads any more."""
        while self._kept:
            taken(await self.read(READ_BYTES))
        self._taken, self._ended = taken, ended
        if self.at_eof() or self.exception() is not None:
            ended()

    async def read(self, n: int = -1) -> bytes:
        data = await super().read(n)
        self._kept -= len(data)
        return data

    def feed_data(self, data: Any) -> None:
        if self._taken is not None:
            self._taken(data)
        else:
            self._kept += len(data)
            super().feed_data(data)

    def feed_eof(self) -> None:
        super().feed_eof()
        self._ended()

    def set_exception(self, exc: Exception) -> None:
        super().set_exception(exc)
        self._ended()


class PhoneLine:
    """Use `open`; then iterate `incoming` in one task and `speak` in another; `aclose` at the end."""

    def __init__(self, reader: LineReader, writer: asyncio.StreamWriter) -> None:
        self.call_id = uuid.UUID(int=0)
        self.rate_hz = DEFAULT_RATE_HZ
        # Audio left out because somebody was too slow, in frames: we (heard) or Asterisk (said).
        self.lost_heard = 0
        self.lost_said = 0
        self._unread = 0
        # The rate of what the exchange sends now, and what turns it into the call's and back.
        self._peer_hz = DEFAULT_RATE_HZ
        self._from_peer = self._to_peer = Resampler(self._peer_hz, self.rate_hz)
        self._out = bytearray()
        self._frame_bytes = frame_bytes(self.rate_hz)
        self._rate_known = False
        self._companded: Encoding | None = None
        self._companding = CompandingDetector()
        self._odd_told = False
        self._reader = reader
        self._writer = writer
        self._connection = writer.get_extra_info("socket")
        self._unsent = array.array("i", [0])
        self._decoder = Decoder()
        self._inbox: deque[Incoming] = deque()
        # When the call had last taken all.
        self._caught_up_s = 0.0
        self._news = asyncio.Event()
        self._known = False
        self._over = False

    @classmethod
    async def open(cls, reader: LineReader, writer: asyncio.StreamWriter) -> PhoneLine:
        """Wait for the call's UUID, and a moment for its first audio.

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
        await line._learn_rate()
        return line

    async def _learn_rate(self) -> None:
        with contextlib.suppress(TimeoutError, FramingError, OSError):
            async with asyncio.timeout(FIRST_AUDIO_S):
                while not self._over and not self._rate_known:
                    for frame in await self._read():
                        self._take(frame)
        self._rate_known = True

    @property
    def over(self) -> bool:
        """Somebody has hung up."""
        return self._over

    async def incoming(self) -> AsyncIterator[Incoming]:
        """What comes from the caller, in order, until somebody hangs up."""
        loop = asyncio.get_running_loop()
        self._caught_up_s = loop.time()
        if not self._over:
            try:
                await self._reader.hand_on(self._fed, self._end)
            except OSError:
                self._broken()
        while True:
            while self._inbox:
                yield self._inbox.popleft()
                if self._inbox:
                    # A line that catches up after a stall brings seconds at once: other calls have their turn between.
                    await asyncio.sleep(0)
            if self._over:
                return
            self._caught_up_s = loop.time()
            self._news.clear()
            await self._news.wait()

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
        frame = encode_audio(self._for_peer(pcm), self._peer_hz)
        if self._unsent_bytes() > UNSENT_FRAMES * len(frame):
            self.lost_said += 1
            self._unread += 1
            if self._unread >= DEAD_FRAMES:
                _log.warning("phone_line_dead", call=str(self.call_id))
                self._end()
            return
        self._unread = 0
        try:
            self._writer.write(frame)
        except (OSError, RuntimeError):
            # Closed meanwhile; the reader sees it, too.
            return

    def _for_peer(self, pcm: bytes | None) -> bytes:
        """20 ms at the rate that the exchange has now."""
        size = frame_bytes(self._peer_hz)
        if self._peer_hz == self.rate_hz:
            return pcm if pcm is not None else bytes(size)
        self._out += self._to_peer.feed(pcm if pcm is not None else bytes(frame_bytes(self.rate_hz)))
        frame = bytes(self._out[:size]).rjust(size, b"\0")
        del self._out[:size]
        return frame

    def _unsent_bytes(self) -> int:
        """What Asterisk has not taken: here, and in the kernel, whose buffer holds minutes."""
        waiting: int = self._writer.transport.get_write_buffer_size()
        if self._connection is not None and sys.platform == "linux":
            try:
                fcntl.ioctl(self._connection.fileno(), SIOCOUTQNSD, self._unsent)
            except (OSError, ValueError):
                # Closed meanwhile.
                return waiting
            waiting += self._unsent[0]
        return waiting

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
        # Who does not read would keep what is left of the connection for ever.
        self._writer.transport.abort()

    def _fed(self, data: bytes) -> None:
        if self._over:
            return
        try:
            for frame in self._decoder.feed(data):
                self._take(frame)
        except FramingError:
            self._broken()

    def _broken(self) -> None:
        _log.info("phone_line_broken", call=str(self.call_id))
        self._end()

    async def _read(self) -> list[Frame]:
        data = await self._reader.read(READ_BYTES)
        if not data:
            self._end()
        return self._decoder.feed(data)

    def _take(self, frame: Frame) -> None:
        match frame:
            case Audio():
                self._hear(frame)
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

    def _hear(self, audio: Audio) -> None:
        if self._decoder.odd and self._known and not self._odd_told:
            self._odd_told = True
            _log.warning("phone_half_samples", call=str(self.call_id), hint="is c(slin) in the dialplan?")
        if not self._rate_known:
            self.rate_hz = audio.rate_hz if audio.rate_hz == DEFAULT_RATE_HZ else WIDE_HZ
            self._rate_known = True
            self._new_rate(audio.rate_hz)
        elif audio.rate_hz != self._peer_hz:
            _log.info("phone_rate_changed", call=str(self.call_id), to_hz=audio.rate_hz)
            self._new_rate(audio.rate_hz)
        pcm = self._from_peer.feed(self._linear(audio.pcm))
        if pcm is audio.pcm and len(pcm) <= self._frame_bytes:
            self._put(audio)
            return
        size = self._frame_bytes
        for at in range(0, len(pcm), size):
            self._put(Audio(pcm=pcm[at : at + size], rate_hz=self.rate_hz))

    def _new_rate(self, rate_hz: int) -> None:
        self._frame_bytes = frame_bytes(self.rate_hz)
        self._peer_hz = rate_hz
        self._from_peer = Resampler(rate_hz, self.rate_hz)
        self._to_peer = Resampler(self.rate_hz, rate_hz)
        self._out.clear()

    def _linear(self, payload: bytes) -> bytes:
        """16-bit samples, also of a trunk whose bytes are something else."""
        if self._companded is None and self._peer_hz == DEFAULT_RATE_HZ and not self._companding.settled:
            self._companded = self._companding.feed(payload)
            if self._companded is not None:
                _log.warning(
                    "phone_audio_not_linear",
                    call=str(self.call_id),
                    encoding=str(self._companded),
                    hint="the dialplan lacks c(slin); heard as what it is",
                )
        if self._companded is None or self._peer_hz != DEFAULT_RATE_HZ:
            return payload
        return np.asarray(decode(payload, self._companded), "<i2").tobytes()

    def _put(self, event: Incoming) -> None:
        if len(self._inbox) >= INBOX_FRAMES and self._behind():
            oldest = next((e for e in self._inbox if isinstance(e, Audio)), None)
            if oldest is not None:
                self._inbox.remove(oldest)
                self.lost_heard += 1
        self._inbox.append(event)
        self._news.set()

    def _behind(self) -> bool:
        if len(self._inbox) >= FLOOD_FRAMES:
            return True
        return asyncio.get_running_loop().time() - self._caught_up_s >= BEHIND_S

    def _end(self) -> None:
        self._over = True
        self._news.set()
