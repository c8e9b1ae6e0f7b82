"""Small work on PCM: other rates, MP3, WAV files."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from asr.resampling import StreamResampler
from gateway.tts.synthesizer import SAMPLE_BYTES, NoAudio


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


class Mp3Decoder:
    """MP3 as it arrives to 16-bit mono PCM at `rate_hz`."""

    def __init__(self, rate_hz: int) -> None:
        self._codec = av.CodecContext.create("mp3", "r")
        self._to_pcm = av.AudioResampler(format="s16", layout="mono", rate=rate_hz)

    def feed(self, data: bytes) -> bytes:
        """
        Raises:
            NoAudio: it is no MP3.
        """
        try:
            return b"".join(pcm for packet in self._codec.parse(data) for pcm in self._decode(packet))
        except av.FFmpegError as error:
            raise NoAudio("no MP3") from error

    def finish(self) -> bytes:
        try:
            rest = [pcm for packet in self._codec.parse(b"") for pcm in self._decode(packet)]
            rest += self._decode(None)
        except av.FFmpegError:
            rest = []
        return b"".join(rest)

    def _decode(self, packet: Any) -> Iterator[bytes]:
        for frame in self._codec.decode(packet):  # type: ignore[attr-defined]
            for converted in self._to_pcm.resample(frame):
                yield converted.to_ndarray().astype("<i2").tobytes()


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
