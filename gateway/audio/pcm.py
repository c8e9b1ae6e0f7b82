"""Small tools for PCM: resampling, WAV files."""

from __future__ import annotations

import io
import wave
from typing import Any

import numpy as np
import numpy.typing as npt

from asr.resampling import StreamResampler

SAMPLE_BYTES = 2


class Resampler:
    """16-bit mono PCM from one rate to another, piece by piece. `feed(b"", last=True)` gives the rest."""

    def __init__(self, from_hz: int, to_hz: int) -> None:
        self._stream = None if from_hz == to_hz else StreamResampler(from_hz, to_hz)

    def feed(self, pcm: bytes, *, last: bool = False) -> bytes:
        if self._stream is None:
            return pcm
        found = self._stream.feed(np.frombuffer(pcm, "<i2"))
        if last:
            found = np.concatenate([found, self._stream.finish()])
        return found.astype("<i2").tobytes()


def wav_bytes(pcm: bytes, rate_hz: int, channels: int = 1) -> bytes:
    """A WAV file; the samples of several channels alternate."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(rate_hz)
        file.writeframes(pcm)
    return buffer.getvalue()


def from_floats(samples: npt.NDArray[np.floating[Any]]) -> bytes:
    """Floats in [-1, 1]; louder ones are clipped."""
    pcm: bytes = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    return pcm
