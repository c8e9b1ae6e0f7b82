"""A caller who speaks recordings, hears when the hotline speaks, and keeps what both sides sounded like and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cli.simulator.asterisk_client import HeardFrame
from gateway.audio.metronome import LATE_S

# Root mean square of a 20 ms frame above which somebody speaks; the line is silent or nearly so in between.
VOICE_LEVEL = 60.0
# Shorter gaps are inside a sentence.
GAP_S = 0.3
LOOK_S = 0.02
SAMPLE_BYTES = 2


class Client(Protocol):
    """One call over some channel: cli.simulator.asterisk_client, cli.simulator.page_client."""

    rate_hz: int
    # Every 20 ms from the hotline.
    heard: list[HeardFrame]
    hung_up: asyncio.Event

    async def say(self, pcm: bytes) -> None:
        """16-bit mono PCM in real time; returns when it has been said."""

    async def hang_up(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class CallEvent:
    """`at_s` since the beginning of the call. Kinds: caller_speaks, caller_stops, hotline_speaks, hotline_stops, key,
    hotline_hung_up, caller_hung_up. `after_s`: of hotline_speaks, how long after the caller's last word, if that was
    the last thing that happened."""

    at_s: float
    kind: str
    what: str = ""
    after_s: float | None = None


class Caller:
    """`listen` runs beside everything else; start it first."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.events: list[CallEvent] = []
        self._began_s = time.monotonic()
        self._seen = 0
        self._sounding = False
        self._last_sound_s = self._began_s
        self._words_ended_s: float | None = None
        self._said: list[HeardFrame] = []

    @property
    def now_s(self) -> float:
        return time.monotonic() - self._began_s

    @property
    def hotline_speaks(self) -> bool:
        return self._sounding

    @property
    def gone(self) -> bool:
        return self.client.hung_up.is_set()

    async def listen(self) -> None:
        """Until the hotline hangs up."""
        while True:
            gone = self.gone
            self._hear()
            if gone:
                self._note("hotline_hung_up")
                return
            await asyncio.sleep(LOOK_S)

    async def say(self, pcm: bytes, what: str = "") -> None:
        self._note("caller_speaks", what)
        self._said.append(HeardFrame(at_s=time.monotonic(), pcm=pcm))
        await self.client.say(pcm)
        self._words_ended_s = time.monotonic()
        self._note("caller_stops")

    async def until(self, true: Callable[[], object], limit_s: float) -> bool:
        """Wait for something; False if the hotline hung up or the time is over first."""
        deadline = time.monotonic() + limit_s
        while not true():
            if self.gone or time.monotonic() > deadline:
                return bool(true())
            await asyncio.sleep(LOOK_S)
        return True

    async def until_answered(self, pause_s: float, limit_s: float) -> bool:
        """Until the hotline has spoken since the caller's last word, and has been silent for `pause_s` after it."""
        since = self._words_ended_s or self._began_s

        def finished() -> bool:
            answered = self._last_sound_s > since
            return answered and not self._sounding and time.monotonic() - self._last_sound_s >= pause_s

        return await self.until(finished, limit_s)

    async def hang_up(self) -> None:
        if not self.gone:
            self._note("caller_hung_up")
        await self.client.hang_up()

    def stereo(self) -> bytes:
        """The whole call as both heard it: 16-bit PCM, the caller left, the hotline right."""
        left, right = (self._track(frames) for frames in (self._said, self.client.heard))
        length = max(len(left), len(right))
        both = np.zeros((length, 2), dtype="<i2")
        both[: len(left), 0], both[: len(right), 1] = left, right
        return both.tobytes()

    def hotline_pcm(self) -> bytes:
        return self._track(self.client.heard).tobytes()

    def _track(self, frames: list[HeardFrame]) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        track = bytearray()
        for frame in frames:
            due = round((frame.at_s - self._began_s) * self.client.rate_hz) * SAMPLE_BYTES
            # Jitter is no silence.
            if due - len(track) > LATE_S * self.client.rate_hz * SAMPLE_BYTES:
                track += bytes(due - len(track))
            track += frame.pcm
        return np.frombuffer(bytes(track), dtype="<i2")

    def _hear(self) -> None:
        while self._seen < len(self.client.heard):
            frame = self.client.heard[self._seen]
            self._seen += 1
            if _level(frame.pcm) < VOICE_LEVEL:
                continue
            if not self._sounding:
                self._sounding = True
                after_s = None
                if self._words_ended_s is not None and self._words_ended_s > self._last_sound_s:
                    after_s = frame.at_s - self._words_ended_s
                self._note("hotline_speaks", at_s=frame.at_s, after_s=after_s)
            self._last_sound_s = frame.at_s
        if self._sounding and time.monotonic() - self._last_sound_s > GAP_S:
            self._sounding = False
            self._note("hotline_stops", at_s=self._last_sound_s)

    def _note(
        self, kind: str, what: str = "", *, at_s: float | None = None, after_s: float | None = None
    ) -> None:
        at_s = (at_s if at_s is not None else time.monotonic()) - self._began_s
        self.events.append(
            CallEvent(
                at_s=round(at_s, 2),
                kind=kind,
                what=what,
                after_s=round(after_s, 3) if after_s is not None and after_s > 0 else None,
            )
        )


def _level(pcm: bytes) -> float:
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    return float(np.sqrt(np.mean(samples**2))) if len(samples) else 0.0
