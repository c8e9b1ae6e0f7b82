"""Keeps the bot from hearing itself: takes what is played out of what is heard. Pure: samples in, samples out; no clock.

    played  --frames--> history --+--> where in it does the heard sound come from? (correlation)
                                  |    what is left of the heard sound without it? (least squares)
    heard   --blocks--------------+--> the rest, or silence if the rest is no caller

A line's echo is what was played, later, quieter and filtered. So for each 20 ms that come in, the guard looks for the delay at
which played and heard resemble each other most, fits a short filter at that delay to the last third of a second, and subtracts.
What is left is the caller only if it stands out of what an echo and the noise of the line leave; else silence goes on, and a detector
or recogniser behind the guard hears nothing. Where nothing was played of late, the heard sound passes untouched.

What lies far below what is played is not the caller either (a level gate). In a room with an echo of its own the filter explains only
a part; as long as the heard sound resembles the played one, more must be left for it to be a caller. And where the delay hops (a lost
frame, a jitter buffer), the filter is wrong for a moment: what is hardly louder than the echo that this line is known to have is
still echo (Geigel's rule), and what resembles the played sound a frame earlier or later is it too.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import sposv

Floats = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]

BLOCK_S = 0.02
# Echo comes back within this time after it was played: half a second of the network, and what frames wait on both sides.
LONGEST_S = 0.64
# The correlation looks at so much of what was heard.
WINDOW_S = 0.32
# Delays are looked for once in so many blocks: they hardly ever change; still less often as long as the filter takes nearly all away
# (less than this share of the amplitude is left), or a caller speaks, whose voice tells nothing about the delay.
SEARCH_EVERY = 3
SEARCH_SELDOM = 9
EXPLAINED = 0.2
# The filter covers so much before and after the delay found: hybrids and codecs take a few milliseconds.
BEFORE_S, AFTER_S = 0.002, 0.010
# Weight of the block before; 0.94 is a memory of a third of a second.
FORGET = 0.94
# A caller this far below the voice of the bot would not be understood; decibels as a factor of the amplitude (-32 dB).
GATE = 0.025
# -60 dB of full scale: quieter than any voice.
SILENT = 0.001
# What is left counts as a caller from this share of the heard amplitude on (-9 dB; -3 dB while heard and played are alike: a room's
# own echo is not in the filter), and this far above the line's noise (6 dB).
LEFT = 0.35
LEFT_ALIKE = 0.8
ABOVE_NOISE = 2.0
# After the last block with a caller, so many still pass: words have quiet ends.
HANG = 10
# Louder than the echo this line is known to have by so much (4 dB); at most a third of what is played, or a caller over a loud
# echo would count as it.
LOUDER = 1.6
MOST_RETURN = 0.33
# A caller begins with so many blocks that stand out, so that a hop of the delay can be told from them ...
BEGINS = 2
# ... by the likeness of those blocks to what was played so much earlier or later: frames of 20 ms are lost or put in.
HOPS_S = (-0.06, -0.04, -0.02, 0.02, 0.04, 0.06)
ALIKE_HOP = 0.7
# So many blocks before the first one with a caller pass after it: a word begins before it stands out.
PRE_ROLL = 3
# Heard and played count as alike from this correlation on.
ALIKE = 0.35


class EchoGuard:
    """One line. Feed `played` with every frame that leaves and `hear` with all that comes, as they happen."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._block = round(rate_hz * BLOCK_S)
        self._window = round(rate_hz * WINDOW_S)
        self._longest = round(rate_hz * LONGEST_S)
        self._before = round(rate_hz * BEFORE_S)
        self._taps = self._before + round(rate_hz * AFTER_S)
        self._size = 1 << (self._window + self._longest - 1).bit_length()
        # The newest sample is the last one.
        self._ref: Floats = np.zeros(self._longest + self._window + 8 * self._block, np.float32)
        self._mic: Floats = np.zeros(self._window, np.float32)
        # Heard while nothing was played: looked at only once something is.
        self._unlooked: deque[bytes] = deque(maxlen=self._window // self._block)
        self._rest = b""
        # Samples heard ahead of those played: jitter of the network. 0 at the start.
        self._ahead = 0
        self._quiet_for = self._longest + self._window
        # Of the blocks that were played, newest first, and the loudest of them.
        self._levels: deque[float] = deque([0.0], int(LONGEST_S / BLOCK_S) + 2)
        self._loudest = 0.0
        self._forget()
        self._blocks = 0
        self._hang = 0
        self._begun = 0
        # The echo's amplitude as a share of what is played.
        self._return = 0.0
        # What was held back last, and how many blocks more have gone out than came in.
        self._held: deque[Floats] = deque(maxlen=PRE_ROLL)
        self._extra = 0
        self._floor: Floats = np.full(100, 1.0, np.float32)
        self._floor_at = self._noted = 0
        self._noise = 1.0
        # Samples; -1: not known yet.
        self._delay = -1
        # Power of the last blocks: heard, and left.
        self._ey = self._ee = 0.0
        self._alike = 0.0
        # How much of the heard amplitude the filter left of the last block.
        self._left_share = 1.0
        self._score: Wide = np.zeros(self._longest)

    def _forget(self) -> None:
        self._r: Floats = np.zeros((self._taps, self._taps), np.float32)
        self._p: Floats = np.zeros(self._taps, np.float32)
        self._h: Floats = np.zeros(self._taps, np.float32)

    def played(self, frame: bytes | None) -> None:
        """20 ms that leave now, 16-bit mono PCM; None is silence."""
        n = self._block
        self._ahead -= n
        if frame is None or not any(frame):
            if self._quiet_for >= len(self._ref):
                return
            self._quiet_for += n
            self._shift(self._ref, 0.0)
            self._note_level(0.0)
        else:
            self._quiet_for = 0
            self._shift(self._ref, _floats(frame))
            self._note_level(_rms(self._ref[-n:]))

    def _shift(self, samples: Floats, newest: Floats | float) -> None:
        n = self._block
        samples[:-n] = samples[n:]
        samples[-n:] = newest

    def _note_level(self, level: float) -> None:
        gone = self._levels[-1]
        self._levels.appendleft(level)
        if level >= self._loudest or gone >= self._loudest:
            self._loudest = max(self._levels)

    def hear(self, pcm: bytes) -> bytes:
        """What of it is the caller's; silence in place of echo. Whole blocks of 20 ms; a rest waits for the next call.

        Where a caller begins, up to 60 ms more come out than went in, and as much less of the next silence.
        """
        pcm = self._rest + pcm
        size = 2 * self._block
        whole = len(pcm) - len(pcm) % size
        self._rest = pcm[whole:]
        return b"".join(self._hear(pcm[at : at + size]) for at in range(0, whole, size))

    def _hear(self, pcm: bytes) -> bytes:
        n = self._block
        self._ahead += n
        if not -4 * n <= self._ahead <= 4 * n:
            self._ahead = 0
        if self._quiet_for >= self._longest:
            self._unlooked.append(pcm)
            return pcm
        if self._unlooked:
            before = _floats(b"".join(self._unlooked))
            self._mic = np.concatenate([self._mic[len(before) :], before])
            self._unlooked.clear()
        heard = _floats(pcm)
        self._shift(self._mic, heard)
        self._blocks += 1
        left, caller = self._without_echo(heard)
        return self._passed(left) if caller else self._silenced(left)

    def _passed(self, left: Floats) -> bytes:
        begun = [*self._held, left]
        self._extra += len(self._held)
        self._held.clear()
        return _pcm(np.concatenate(begun))

    def _silenced(self, left: Floats) -> bytes:
        self._held.append(left)
        if self._extra:
            self._extra -= 1
            return b""
        return bytes(2 * self._block)

    def _played_then(self, length: int, delay: int) -> Floats:
        """What was played `delay` samples before the newest `length` heard ones."""
        end = len(self._ref) + self._ahead - delay
        start = end - length
        if end <= len(self._ref):
            return self._ref[start:end]
        # Heard ahead of what was played: jitter. What has not been played yet is silence.
        ahead = np.zeros(min(end - len(self._ref), length), np.float32)
        return np.concatenate([self._ref[start:], ahead])

    def _search(self) -> None:
        w = self._window
        x = _slopes(self._played_then(w + self._longest, 0))
        y = _slopes(self._mic)
        spectrum = np.fft.rfft(x, self._size)
        spectrum *= np.conj(np.fft.rfft(y, self._size))
        product = np.fft.irfft(spectrum, self._size)[: self._longest + 1]
        energy = np.concatenate([[0.0], np.cumsum(x * x, dtype=np.float64)])
        under = energy[w : w + self._longest + 1] - energy[: self._longest + 1]
        alike = product / np.sqrt(under * float(y @ y) + 1e-9)
        # x begins `longest` before; index k is the delay longest - k.
        alike = alike[::-1][: self._longest]
        self._score = 0.8 * self._score + 0.2 * alike
        now = int(np.argmax(np.abs(alike)))
        steady = int(np.argmax(np.abs(self._score)))
        self._alike = abs(alike[now])
        if abs(alike[now]) > ALIKE:
            best = now
        elif abs(self._score[steady]) > 0.1:
            best = steady
        else:
            return
        if abs(best - self._delay) > self._before // 2:
            self._follow(best, w // self._block)

    def _follow(self, delay: int, blocks: int) -> None:
        """The echo comes so late from now on; learn it from the last blocks."""
        self._delay = delay
        self._forget()
        for back in reversed(range(blocks)):
            self._learn(back * self._block)

    def _learn(self, back: int) -> Floats:
        """Take in the block that ended `back` samples ago. Returns what was played then, in rows for the filter."""
        n = self._block
        x = self._rows(n, back)
        y = self._mic[len(self._mic) - back - n : len(self._mic) - back]
        self._r *= FORGET
        self._r += x.T @ x
        self._p *= FORGET
        self._p += x.T @ y
        return x

    def _rows(self, n: int, back: int) -> Floats:
        taps = self._taps
        x = self._played_then(n + taps - 1, self._delay - self._before + back)[::-1].copy()
        # Row i holds the samples before i, the newest first: what is played is the same one sample further in the next row. A copy,
        # because BLAS takes no rows that share samples.
        step = x.itemsize
        shared = np.ndarray((n, taps), x.dtype, x, (n - 1) * step, (-step, step))
        return np.ascontiguousarray(shared)

    def _solve(self) -> None:
        r = self._r.copy()
        # In place of the diagonal: what was hardly played says nothing.
        r.ravel()[:: self._taps + 1] += np.trace(r) / self._taps * 1e-3 + 1e-9
        # Symmetric and positive: Cholesky, in a third of the time of a general solution. LAPACK reads columns, which are the rows
        # here, so the turned matrix needs no copy.
        _, h, failed = sposv(r.T, self._p, overwrite_a=True)
        if not failed:
            self._h = h

    def _without_echo(self, heard: Floats) -> tuple[Floats, bool]:
        """What is left of a block, and whether a caller is in it."""
        level = _rms(heard)
        gate = max(self._loudest * GATE, SILENT)
        self._hang = max(self._hang - 1, 0)
        if level < max(gate, ABOVE_NOISE * self._noise):
            # No caller could stand out of so little.
            self._note_floor(level)
            self._note_power(level, level)
            return heard, self._hang > 0
        seldom = self._left_share < EXPLAINED or self._hang > 0
        if self._blocks % (SEARCH_SELDOM if seldom else SEARCH_EVERY) == 0 or self._delay < 0:
            self._search()
        left = heard
        if self._delay >= 0:
            x = self._learn(0)
            # Every time: fitted half as often, it lets through enough of a room's echo to count as a caller.
            self._solve()
            left = heard - x @ self._h
        rest = _rms(left)
        self._left_share = rest / level
        if not self._stands_out(level, rest, gate):
            self._begun = 0
            if self._alike > ALIKE:
                played = max(self._loudest, SILENT)
                self._return = max(0.98 * self._return, min(level / played, MOST_RETURN))
        elif self._hang:
            self._hang = HANG
        elif self._hopped():
            self._begun = 0
        else:
            self._begun += 1
            if self._begun >= BEGINS:
                self._hang = HANG
        return left, self._hang > 0

    def _stands_out(self, level: float, rest: float, gate: float) -> bool:
        self._note_power(level, rest)
        self._note_floor(rest)
        least = max(gate, ABOVE_NOISE * self._noise)
        known = LOUDER * self._return * self._loudest
        share = LEFT_ALIKE if self._alike > ALIKE else LEFT
        return self._ee > least**2 and self._ee > self._ey * share**2 and self._ey > known**2

    def _hopped(self) -> bool:
        """Whether the last blocks are an echo whose delay has just changed; then the new one is taken."""
        if self._delay < 0:
            return False
        y = np.diff(self._mic[-BEGINS * self._block :])
        for hop in HOPS_S:
            delay = self._delay + round(hop * self._rate_hz)
            if delay < self._before:
                continue
            slack = self._before
            x = np.diff(self._played_then(BEGINS * self._block + 2 * slack, delay - slack))
            rows = np.lib.stride_tricks.sliding_window_view(x, len(y))
            alike = np.abs(rows @ y) / np.sqrt(np.sum(rows * rows, axis=1) * (y @ y) + 1e-9)
            best = int(np.argmax(alike))
            if alike[best] > ALIKE_HOP:
                self._follow(delay + slack - best, BEGINS)
                return True
        return False

    def _note_power(self, level: float, rest: float) -> None:
        self._ey = 0.5 * self._ey + 0.5 * level**2
        self._ee = 0.5 * self._ee + 0.5 * rest**2

    def _note_floor(self, level: float) -> None:
        """The noise of the line, as the quietest tenth of the last two seconds."""
        self._floor[self._floor_at] = level
        self._floor_at = (self._floor_at + 1) % len(self._floor)
        self._noted = min(self._noted + 1, len(self._floor))
        if self._noted < 10:
            return
        # Of what was noted so far: who speaks from the first moment on is no noise.
        tenth = self._noted // 10
        self._noise = float(np.partition(self._floor, tenth)[tenth])


def _floats(pcm: bytes) -> Floats:
    result: Floats = np.multiply(np.frombuffer(pcm, "<i2"), np.float32(1 / 32768))
    return result


def _slopes(samples: Floats) -> Floats:
    """From sample to sample: what is low and long says little about where a sound comes from."""
    found = np.empty_like(samples)
    found[0] = 0.0
    np.subtract(samples[1:], samples[:-1], out=found[1:])
    return found


def _rms(samples: Floats) -> float:
    return math.sqrt(float(samples @ samples) / len(samples))


def _pcm(samples: Floats) -> bytes:
    pcm: bytes = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    return pcm
