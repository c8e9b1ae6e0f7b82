"""Bytes of telephones, browsers and files to the one form that engines hear: 16 kHz mono 16-bit samples."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from asr.errors import AudioError

Int16 = npt.NDArray[np.int16]
Float32 = npt.NDArray[np.float32]

_EMPTY: Int16 = np.zeros(0, dtype=np.int16)

RATE_HZ = 16_000
# What telephones, browsers and sound cards send; a rate outside is a client's mistake, not audio.
MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 48_000


class Encoding(StrEnum):
    PCM16 = "pcm16"
    ALAW = "alaw"
    MULAW = "mulaw"


_BYTES_PER_SAMPLE = {Encoding.PCM16: 2, Encoding.ALAW: 1, Encoding.MULAW: 1}


def _alaw_table() -> Int16:
    """ITU-T G.711, A-law: byte -> sample."""
    code = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (code & 0x70) >> 4, (code & 0x0F) << 4
    magnitude = np.where(exponent == 0, mantissa + 8, (mantissa + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _mulaw_table() -> Int16:
    """ITU-T G.711, mu-law: byte -> sample."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


_TABLES = {Encoding.ALAW: _alaw_table(), Encoding.MULAW: _mulaw_table()}


def decode(data: bytes, encoding: Encoding) -> Int16:
    """Samples of whole bytes. Raises AudioError for half a 16-bit sample."""
    if encoding is Encoding.PCM16:
        if len(data) % 2:
            raise AudioError("16-bit audio with an odd number of bytes")
        return _int16(np.frombuffer(data, dtype="<i2"))
    return _int16(_TABLES[encoding][np.frombuffer(data, dtype=np.uint8)])


def _int16(array: npt.NDArray[Any]) -> Int16:
    return array.astype(np.int16, copy=False)


def to_float(samples: Int16) -> Float32:
    """-1..1, as Whisper and most networks want it."""
    return samples.astype(np.float32) / 32_768.0


class Converter:
    """Turns one stream of bytes of any allowed form into 16 kHz samples. One a stream; not thread-safe.

    A chunk may end in the middle of a sample; the filter of the resampler holds back a few milliseconds until `flush`.
    """

    def __init__(self, rate_hz: int = RATE_HZ, encoding: Encoding = Encoding.PCM16) -> None:
        if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
            raise AudioError(f"sample rate {rate_hz}: between {MIN_RATE_HZ} and {MAX_RATE_HZ} Hz, please")
        self._encoding = encoding
        self._rest = b""
        self._rate_hz = rate_hz
        self._resampler = self._new_resampler()

    def feed(self, data: bytes) -> Int16:
        data = self._rest + data
        whole = len(data) - len(data) % _BYTES_PER_SAMPLE[self._encoding]
        self._rest = data[whole:]
        samples = decode(data[:whole], self._encoding)
        if self._resampler is None or not len(samples):
            return samples
        return _int16(self._resampler.resample_chunk(samples))

    def flush(self) -> Int16:
        """The last samples; afterwards a new stream may be fed."""
        self._rest = b""
        if self._resampler is None:
            return _EMPTY
        last = self._resampler.resample_chunk(_EMPTY, last=True)
        self._resampler = self._new_resampler()
        return _int16(last)

    def _new_resampler(self) -> soxr.ResampleStream | None:
        if self._rate_hz == RATE_HZ:
            return None
        # Medium quality: inaudible to recognisers, and half the delay of the best one.
        return soxr.ResampleStream(self._rate_hz, RATE_HZ, 1, dtype="int16", quality="MQ")


@dataclass(frozen=True)
class Clip:
    """A whole file, 16 kHz mono."""

    samples: Int16
    source_rate_hz: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE_HZ


def resample(samples: Int16, rate_hz: int) -> Int16:
    """A whole recording to 16 kHz."""
    if rate_hz == RATE_HZ:
        return samples
    return _int16(soxr.resample(samples, rate_hz, RATE_HZ, quality="HQ"))


def through_telephone(samples: Int16) -> Int16:
    """What a telephone line leaves of 16 kHz samples: 8 kHz and the eight bits of A-law (ITU-T G.711), back at 16 kHz."""
    narrow = soxr.resample(samples, RATE_HZ, 8_000, quality="HQ").astype(np.int32)
    levels = np.sort(_TABLES[Encoding.ALAW].astype(np.int32))
    above = np.clip(np.searchsorted(levels, narrow), 1, len(levels) - 1)
    below = above - 1
    nearest = np.where(narrow - levels[below] < levels[above] - narrow, levels[below], levels[above])
    return resample(_int16(nearest.astype(np.int16)), 8_000)


def read_clip(path: Path) -> Clip:
    """Read a recording: WAV with PCM, A-law or mu-law here, everything else (MP3, FLAC, Opus, M4A) through FFmpeg's library.

    Several channels are mixed down.

    Raises:
        AudioError: no such file, or no audio in it.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AudioError(f"{path}: {error.strerror or error}") from error
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        clip = _read_wav(data, path)
        if clip is not None:
            return clip
    return _read_other(data, path)


def _read_wav(data: bytes, path: Path) -> Clip | None:
    """None for a WAV of a kind that is left to FFmpeg (float, 24 bits, compressed)."""
    form: tuple[int, int, int, int] | None = None
    position = 12
    while position + 8 <= len(data):
        name, size = data[position : position + 4], struct.unpack_from("<I", data, position + 4)[0]
        body = data[position + 8 : position + 8 + size]
        if name == b"fmt " and len(body) >= 16:
            kind, channels, rate_hz = struct.unpack_from("<HHI", body)
            bits = struct.unpack_from("<H", body, 14)[0]
            if kind == 0xFFFE and len(body) >= 26:  # extensible: the real kind begins the GUID
                kind = struct.unpack_from("<H", body, 24)[0]
            form = kind, channels, rate_hz, bits
        elif name == b"data" and form is not None:
            kind, channels, rate_hz, bits = form
            encoding = {(1, 16): Encoding.PCM16, (6, 8): Encoding.ALAW, (7, 8): Encoding.MULAW}.get(
                (kind, bits)
            )
            if encoding is None:
                return None
            if not channels or not MIN_RATE_HZ <= rate_hz <= 192_000:
                raise AudioError(f"{path}: a WAV with {channels} channels at {rate_hz} Hz")
            # A recording that was cut off says more bytes than it has; the rest is still heard.
            frame = _BYTES_PER_SAMPLE[encoding] * channels
            samples = decode(body[: len(body) - len(body) % frame], encoding)
            return Clip(resample(_mixed(samples, channels), rate_hz), rate_hz)
        position += 8 + size + size % 2
    raise AudioError(f"{path}: a WAV without audio")


def _mixed(samples: Int16, channels: int) -> Int16:
    if channels == 1:
        return samples
    return _int16(samples.reshape(-1, channels).mean(axis=1))


def _read_other(data: bytes, path: Path) -> Clip:
    # Imported here: FFmpeg's library takes a while to load and most audio never needs it.
    import av

    try:
        with av.open(io.BytesIO(data), mode="r", metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise AudioError(f"{path}: no audio in it")
            rate_hz = container.streams.audio[0].rate
            resampler = av.AudioResampler(format="s16", layout="mono", rate=rate_hz)
            pieces: list[Int16] = []
            for frame in container.decode(audio=0):
                pieces += [_int16(out.to_ndarray().reshape(-1)) for out in resampler.resample(frame)]
            pieces += [_int16(out.to_ndarray().reshape(-1)) for out in resampler.resample(None)]
    except av.FFmpegError as error:
        raise AudioError(f"{path}: no audio that we can read") from error
    if not pieces:
        raise AudioError(f"{path}: no audio in it")
    return Clip(resample(np.concatenate(pieces), rate_hz), rate_hz)
