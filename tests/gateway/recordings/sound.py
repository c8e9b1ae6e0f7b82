"""Tones and spectra."""

from __future__ import annotations

import io

import av
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
DECODED_HZ = 48_000


def voice(pitch_hz: float, seconds: float, rate_hz: int) -> npt.NDArray[np.int16]:
    """Harmonics of a pitch that wavers, as a voice's does."""
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.01 * np.sin(2 * np.pi * 3 * t))) / rate_hz
    return (4000 * sum(np.sin(k * phase) / k for k in range(1, 8))).astype("<i2")


def frames(pcm: npt.NDArray[np.int16], rate_hz: int) -> list[bytes]:
    size = rate_hz // 50
    return [pcm[at : at + size].tobytes() for at in range(0, len(pcm) - size + 1, size)]


def decoded(ogg: bytes) -> Samples:
    """(n, 2) at 48 kHz."""
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=DECODED_HZ)
    with av.open(io.BytesIO(ogg)) as container:
        parts = [
            part.to_ndarray().reshape(-1, 2)
            for frame in container.decode(audio=0)
            for part in resampler.resample(frame)
        ]
    return np.concatenate(parts).astype(np.float64)


def loudness_db(side: Samples, pitch_hz: float) -> float:
    """How loud the fundamental of that voice is."""
    spectrum = np.abs(np.fft.rfft(side * np.hanning(len(side)))) / len(side)
    at = np.fft.rfftfreq(len(side), 1 / DECODED_HZ)
    band = spectrum[np.abs(at - pitch_hz) < 0.04 * pitch_hz]
    return float(20 * np.log10(np.sqrt((band**2).sum()) + 1e-9))


def onset_s(side: Samples, above: float = 800) -> float:
    """Where it first gets loud."""
    return float(np.argmax(np.abs(side) > above)) / DECODED_HZ
