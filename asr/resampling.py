"""Another sample rate for sound that comes in small pieces, while somebody waits for it.

FFmpeg's resampler holds back 2 ms. soxr's is as good, but of 20 ms pieces it gives nothing most of the time and then
100 ms at once (findings/soxr-in-pieces.sh); it stays for whole recordings.
"""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt

Int16 = npt.NDArray[np.int16]


class StreamResampler:
    """Mono samples from one rate to another, piece by piece; `finish` gives the last 2 ms. One a stream."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._from_hz = from_hz
        self._resampler = av.AudioResampler(format="s16", layout="mono", rate=to_hz)
        self._fed = False

    def feed(self, samples: Int16) -> Int16:
        if not len(samples):
            return samples
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples, np.int16)[None], format="s16", layout="mono"
        )
        frame.sample_rate = self._from_hz
        self._fed = True
        return _joined(self._resampler.resample(frame))

    def finish(self) -> Int16:
        """Nothing may be fed after it."""
        # FFmpeg builds its filter with the first frame; there is nothing to flush before.
        return _joined(self._resampler.resample(None)) if self._fed else np.zeros(0, np.int16)


def _joined(frames: list[av.AudioFrame]) -> Int16:
    pieces = [frame.to_ndarray()[0] for frame in frames]
    return np.concatenate(pieces).astype(np.int16, copy=False) if pieces else np.zeros(0, np.int16)
