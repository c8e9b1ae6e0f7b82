"""Two streams of frames, as they come, on one clock. Pure: time is an argument.

Frames come unevenly: late after a stall and then all at once, not at all while somebody is silent, on hold or muted. Each
side's frames are put where the line's clock says they were heard, gaps become silence, and a gap that turns out to have
been mere lateness is taken back. So both sides stay together to within `TOLERANCE_S` for hours.
"""

from __future__ import annotations

import numpy as np

SAMPLE_BYTES = 2
FRAME_S = 0.02
# Smaller deviations than this are jitter, and nobody hears them between two people.
TOLERANCE_S = 0.06
# So long the caller's side may be late before its silence is final, about as long as lines keep what comes after a stall.
WINDOW_S = 3.0
# What keeps coming is final at once. After a gap a burst may show for so long that it was mere lateness.
STEADY_S = 0.25
BURST_S = 1.0
# The hotline's side is our own: it is never late by more than the line's beat may catch up.
OWN_S = 0.3
# What comes in faster than time passes, and not to make up for a stall, is left out beyond this.
AHEAD_S = 0.5
# What is final is handed out in blocks. While both sides come evenly, a kill costs this and `OWN_S`.
BLOCK_S = 0.2


class _Side:
    """Samples from `base` on; all positions count samples from the beginning of the recording."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._tolerance = round(TOLERANCE_S * rate_hz)
        self._ahead = round(AHEAD_S * rate_hz)
        self._pcm = bytearray()
        self._base = 0
        # The last silence put in: where it begins, how long it is.
        self._gap_at = 0
        self._gap = 0
        # When it was put in.
        self._gap_due = -round(BURST_S * rate_hz)
        self.left_out = 0

    @property
    def end(self) -> int:
        return self._base + len(self._pcm) // SAMPLE_BYTES

    def put(self, pcm: bytes, due: int) -> None:
        """`due`: where the end of this audio belongs."""
        early = self.end + len(pcm) // SAMPLE_BYTES - due
        if early > self._tolerance:
            early -= self._take_back(early)
        if early > self._ahead:
            self.left_out += len(pcm) // SAMPLE_BYTES
            return
        if -early > self._tolerance:
            self._gap_at, self._gap, self._gap_due = self.end, -early, due
            self._pcm += bytes(SAMPLE_BYTES * -early)
        self._pcm += pcm

    def final(self, now: int) -> int:
        """Up to where nothing changes any more."""
        oldest = now - round(WINDOW_S * self._rate_hz)
        if now - self._gap_due < round(BURST_S * self._rate_hz):
            return max(min(self._gap_at, now), oldest)
        steady = self.end >= now - round(STEADY_S * self._rate_hz)
        return min(self.end, now) if steady else oldest

    def take(self, count: int) -> bytes:
        """The next samples; what is missing was silence."""
        size = SAMPLE_BYTES * count
        taken = bytes(self._pcm[:size])
        del self._pcm[:size]
        self._base += count
        return taken.ljust(size, b"\0")

    def _take_back(self, wanted: int) -> int:
        """Shorten the last gap, as far as it has not been handed out. Returns by how many samples."""
        begin = max(self._gap_at, self._base)
        left = self._gap_at + self._gap - begin
        cut = min(wanted, left)
        if cut <= 0:
            return 0
        at = SAMPLE_BYTES * (begin - self._base)
        del self._pcm[at : at + SAMPLE_BYTES * cut]
        self._gap_at, self._gap = begin, left - cut
        return cut


class StereoTimeline:
    """16-bit PCM in, interleaved stereo out: the caller left, the hotline right. `now_s` never goes backwards."""

    def __init__(self, rate_hz: int, now_s: float) -> None:
        self._rate_hz = rate_hz
        self._start_s = now_s
        self._left, self._right = _Side(rate_hz), _Side(rate_hz)
        self._given = 0

    @property
    def left_out_s(self) -> float:
        """Audio that came faster than time passes, in seconds."""
        return (self._left.left_out + self._right.left_out) / self._rate_hz

    def heard(self, pcm: bytes, now_s: float) -> None:
        """It has just been spoken: it ends now."""
        self._left.put(pcm, self._at(now_s))

    def played(self, pcm: bytes, now_s: float) -> None:
        """It is about to be heard: it begins now."""
        self._right.put(pcm, self._at(now_s) + len(pcm) // SAMPLE_BYTES)

    def ms_at(self, now_s: float) -> int:
        return round(1000 * max(now_s - self._start_s, 0.0))

    def take(self, now_s: float) -> bytes:
        """Whole blocks that are final by now; nothing most of the time."""
        block = round(BLOCK_S * self._rate_hz)
        final = min(self._left.final(self._at(now_s)), self._at(now_s - OWN_S))
        ready = (final - self._given) // block
        return self._give(ready * block) if ready > 0 else b""

    def rest(self, now_s: float) -> bytes:
        """Everything up to now, at the end of the call."""
        frame = round(FRAME_S * self._rate_hz)
        left = max(self._at(now_s), self._left.end, self._right.end) - self._given
        return self._give(-(-left // frame) * frame) if left > 0 else b""

    def _give(self, count: int) -> bytes:
        self._given += count
        stereo = np.empty((count, 2), "<i2")
        stereo[:, 0] = np.frombuffer(self._left.take(count), "<i2")
        stereo[:, 1] = np.frombuffer(self._right.take(count), "<i2")
        return stereo.tobytes()

    def _at(self, now_s: float) -> int:
        return max(round((now_s - self._start_s) * self._rate_hz), 0)
