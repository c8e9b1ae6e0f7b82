"""Is somebody speaking? Silero's network on 32 ms of audio at a time, for one call alone or for all calls of a gateway together.

The network is asked only about what stands out of the line's noise, and about the pieces of many calls in one go: what waits
together costs each a fraction (gateway/voice/silero.py).
"""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from gateway.audio.pcm import Resampler
from gateway.voice.silero import PIECE, RATE_HZ, Floats, Silero, no_memory, silero

# One verdict is about so much sound, in seconds.
VERDICT_S = PIECE / RATE_HZ
# Silero's own advice: begin at 0.5, end below 0.35.
BEGIN = 0.5
END = 0.35
# -60 dB of full scale, in samples: quieter is no voice, and the network need not be asked.
QUIET = 33.0
# What stands out less from the noise of the line (4 dB) is no voice either. Most of a call is like this (bench/hearing_cost.py).
STANDS_OUT = 1.6
# The noise is the quietest of late: followed down at once, up by 6 dB in two seconds, and not up while somebody speaks.
RISE = 1.012
# After sound that stood out the network goes on being asked for so many pieces: it may need a second look.
LOOK_ON = 4
# Half the length of the filter between two samples of 8 kHz; it makes the sound late by as many samples (1.5 ms).
HALF = 12
# From so many calls on their pieces wait for one another; fewer would wait for nothing.
CROWD = 4
GATHER_S = 0.015

Told = Callable[[list[bool]], None]


class VoiceDetector(Protocol):
    """One speaker."""

    def listen(self, told: Told) -> None:
        """Before the first `hear`: who is told the verdicts that `hear` does not return. Must not raise."""

    def hear(self, pcm: bytes) -> list[bool]:
        """Verdicts on the pieces that became complete, oldest first; often none. 16-bit mono PCM. A detector may tell
        them a moment later instead, in the same order."""


class _Sound:
    """What one speaker's verdicts depend on, and the pieces that wait for theirs."""

    def __init__(self, rate_hz: int, gated: bool = True) -> None:
        self._gated = gated
        self._resampler = Resampler(rate_hz, RATE_HZ) if rate_hz not in (RATE_HZ, RATE_HZ // 2) else None
        self.doubled = rate_hz == RATE_HZ // 2
        self._piece = PIECE // 2 if self.doubled else PIECE
        self._rest = bytearray()
        self._before: Floats = np.zeros(2 * HALF, np.float32)
        self.memory: Floats = no_memory()
        # Samples in [-1, 1], behind those before them where the network has to be given samples in between; and their level.
        self.waiting: deque[tuple[Floats, float]] = deque()
        self.active = False
        self._floor = QUIET
        self._look_on = 0
        # How many pieces the network was asked about.
        self.asked = 0

    def take(self, pcm: bytes) -> None:
        self._rest += self._resampler.feed(pcm) if self._resampler else pcm
        size = 2 * self._piece
        while len(self._rest) >= size:
            samples = np.frombuffer(self._rest[:size], "<i2").astype(np.float32)
            del self._rest[:size]
            level = float(np.sqrt(samples @ samples / len(samples)))
            samples *= 1 / 32767
            if self.doubled:
                samples = np.concatenate([self._before, samples])
                self._before = samples[-2 * HALF :]
            self.waiting.append((samples, level))

    def worth_asking(self, level: float) -> bool:
        """Call once a piece, in order. While a voice is heard silence is asked about, too: the network remembers, and has
        to hear the end."""
        self._look_on = max(self._look_on - 1, 0)
        if level >= max(QUIET, STANDS_OUT * self._floor):
            self._look_on = LOOK_ON
        if level < QUIET:
            # What the echo guard has silenced, or a line that sends zeros, is not this line's noise.
            pass
        elif level < self._floor:
            self._floor = level
        elif not self.active:
            self._floor *= RISE
        return self._look_on > 0 or self.active or not self._gated

    def learn(self, chance: float, memory: Floats) -> None:
        self.asked += 1
        self.memory = memory
        self.active = chance >= (END if self.active else BEGIN)


def _judged(network: Silero, sounds: Sequence[_Sound]) -> list[list[bool]]:
    """The verdicts on all that waits, of each sound."""
    verdicts: list[list[bool]] = [[] for _ in sounds]
    while True:
        asked: list[tuple[int, Floats]] = []
        judged = False
        for number, sound in enumerate(sounds):
            # One of each: the next one depends on its verdict.
            if sound.waiting:
                judged = True
                samples, level = sound.waiting.popleft()
                if sound.worth_asking(level):
                    asked.append((number, samples))
                else:
                    verdicts[number].append(False)
        if not judged:
            return verdicts
        if asked:
            chances, memories = network.hear(
                _wide([samples for _, samples in asked], [sounds[number].doubled for number, _ in asked]),
                np.concatenate([sounds[number].memory for number, _ in asked]),
            )
            for row, (number, _) in enumerate(asked):
                sounds[number].learn(float(chances[row]), memories[row : row + 1])
                verdicts[number].append(sounds[number].active)


def _wide(pieces: Sequence[Floats], doubled: Sequence[bool]) -> Floats:
    """All at 16 kHz, in rows."""
    found = np.empty((len(pieces), PIECE), np.float32)
    narrow = [row for row, narrow in enumerate(doubled) if narrow]
    for row, piece in enumerate(pieces):
        if not doubled[row]:
            found[row] = piece
    if narrow:
        given = np.stack([pieces[row] for row in narrow])
        # A sample of the line, then one between it and the next, by the samples around them.
        found[narrow, 0::2] = given[:, HALF:-HALF]
        around = np.lib.stride_tricks.sliding_window_view(given, 2 * HALF, axis=1)[:, 1:]
        found[narrow, 1::2] = around @ _BETWEEN
    return found


def _between() -> Floats:
    """The filter that tells what lies between the two middle ones of its samples, up to 3.6 kHz of 4."""
    away = np.arange(-HALF, HALF) + 0.5
    taps = np.sinc(away) * np.kaiser(2 * HALF, 5.0)
    result: Floats = (taps / taps.sum()).astype(np.float32)
    return result


_BETWEEN = _between()


class SileroDetector:
    """One speaker by himself: verdicts come at once."""

    def __init__(self, rate_hz: int, *, gated: bool = True) -> None:
        """`gated` false: the network is asked about all. Raises NoWeights."""
        self._network = silero()
        self._sound = _Sound(rate_hz, gated)

    @property
    def asked(self) -> int:
        """How many pieces the network was asked about."""
        return self._sound.asked

    def listen(self, told: Told) -> None:
        return

    def hear(self, pcm: bytes) -> list[bool]:
        self._sound.take(pcm)
        [verdicts] = _judged(self._network, [self._sound])
        return verdicts


class SharedSilero:
    """All speakers of one event loop. Thread-safe in nothing."""

    def __init__(self) -> None:
        """Reads a file the first time in a process. Raises NoWeights."""
        self._network = silero()
        self._detectors: weakref.WeakSet[_Shared] = weakref.WeakSet()
        self._waiting: list[_Shared] = []

    def detector(self, rate_hz: int) -> VoiceDetector:
        """For one more speaker; there is nothing to close."""
        one = _Shared(rate_hz, self._wait)
        self._detectors.add(one)
        return one

    def _wait(self, one: _Shared) -> None:
        if not self._waiting:
            loop = asyncio.get_running_loop()
            loop.call_later(GATHER_S if len(self._detectors) >= CROWD else 0, self._judge)
        self._waiting.append(one)

    def _judge(self) -> None:
        waiting, self._waiting = self._waiting, []
        found = _judged(self._network, [one.sound for one in waiting])
        for one, verdicts in zip(waiting, found, strict=True):
            one.tell(verdicts)


class _Shared:
    def __init__(self, rate_hz: int, wait: Callable[[_Shared], None]) -> None:
        self.sound = _Sound(rate_hz)
        self._wait = wait
        self._waits = False
        self._told: Told = lambda _verdicts: None

    def listen(self, told: Told) -> None:
        self._told = told

    def hear(self, pcm: bytes) -> list[bool]:
        self.sound.take(pcm)
        if self.sound.waiting and not self._waits:
            self._waits = True
            self._wait(self)
        return []

    def tell(self, verdicts: list[bool]) -> None:
        self._waits = False
        self._told(verdicts)
