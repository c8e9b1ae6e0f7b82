"""A call's line to a page: the same as phone/line.py, with a websocket instead of AudioSocket.

The socket itself is read and written elsewhere (call_socket.py); here is the clock, and the bounds.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable

from gateway.audio.metronome import Metronome
from gateway.sockets.page_audio import BYTES_PER_S, RATE_HZ
from gateway.voice.line import FRAME_S, Audio, Key, Muted

# Audio that the call has not taken yet. The oldest is left out, keys never.
INBOX_BYTES = 4 * BYTES_PER_S

Event = Audio | Key | Muted


class BrowserLine:
    """`heard` and `put` what the page sends; `end` it when the page is gone."""

    rate_hz = RATE_HZ

    def __init__(self, send: Callable[[bytes], bool]) -> None:
        """`send` takes 20 ms of PCM for the page; False: it was left out, because the page does not take it in time."""
        # Audio left out because somebody was too slow, in seconds: we (heard) or the page (said).
        self.lost_heard_s = 0.0
        self.lost_said_s = 0.0
        # We ended it: the bot has hung up.
        self.hung_up = False
        self._send = send
        self._inbox: deque[Event] = deque()
        self._inbox_bytes = 0
        self._news = asyncio.Event()
        self._muted = False
        self._over = False

    def heard(self, pcm: bytes) -> None:
        if self._muted or self._over:
            return
        self._inbox.append(Audio(pcm=pcm, rate_hz=RATE_HZ))
        self._inbox_bytes += len(pcm)
        while self._inbox_bytes > INBOX_BYTES:
            oldest = next(event for event in self._inbox if isinstance(event, Audio))
            self._inbox.remove(oldest)
            self._inbox_bytes -= len(oldest.pcm)
            self.lost_heard_s += len(oldest.pcm) / BYTES_PER_S
        self._news.set()

    def put(self, event: Key | Muted) -> None:
        if isinstance(event, Muted):
            self._muted = event.on
        self._inbox.append(event)
        self._news.set()

    def end(self) -> None:
        """The page has hung up or is gone. Idempotent."""
        self._over = True
        self._news.set()

    async def incoming(self) -> AsyncGenerator[Event, None]:
        """What comes from the caller, in order, until somebody hangs up."""
        while True:
            while self._inbox:
                event = self._inbox.popleft()
                if isinstance(event, Audio):
                    self._inbox_bytes -= len(event.pcm)
                yield event
                # A page that catches up brings seconds at once: other calls have their turn between.
                await asyncio.sleep(0)
            if self._over:
                return
            self._news.clear()
            await self._news.wait()

    async def speak(self, source: Callable[[], bytes | None]) -> None:
        """Take 20 ms from `source` every 20 ms until somebody hangs up. Silence is not sent: the page knows it by
        itself."""
        loop = asyncio.get_running_loop()
        beat = Metronome(loop.time(), FRAME_S)
        while not self._over:
            await asyncio.sleep(beat.wait_s(loop.time()))
            if self._over:
                return
            pcm = source()
            if pcm is not None and not self._send(pcm):
                self.lost_said_s += FRAME_S

    async def hang_up(self) -> None:
        """Idempotent."""
        self.hung_up = self.hung_up or not self._over
        self.end()
