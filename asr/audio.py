"""Turns bytes from telephones, browsers and files into the one form that engines hear: 16 kHz mono 16-bit samples."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from asr import wav
from asr.errors import AudioError
from asr.kinds import told
from asr.resampling import StreamResampler
from asr.wav import Wav, is_wav, parse

Int16 = npt.NDArray[np.int16]
Float32 = npt.NDArray[np.float32]

_EMPTY: Int16 = np.zeros(0, dtype=np.int16)

RATE_HZ = 16_000
# What telephones, browsers and sound cards send; any other rate is a client's mistake.
MIN_RATE_HZ, MAX_RATE_HZ = 8_000, 48_000


# FFmpeg's own decoders refuse AMR with pauses (DTX).
_OTHER_DECODERS = {"amrnb": "libopencore_amrnb", "amrwb": "libopencore_amrwb"}


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
    """Samples in -1..1, as Whisper and most networks want them."""
    return samples.astype(np.float32) / 32_768.0


class Converter:
    """Turns a stream of bytes of any allowed form into 16 kHz samples. One per stream; not thread-safe.

    A chunk may end in the middle of a sample; the filter of the resampler holds back 2 ms until `flush`.
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
        return self._resampler.feed(samples)

    def flush(self) -> Int16:
        """The last samples; afterwards a new stream may be fed."""
        self._rest = b""
        if self._resampler is None:
            return _EMPTY
        last = self._resampler.finish()
        self._resampler = self._new_resampler()
        return last

    def _new_resampler(self) -> StreamResampler | None:
        return None if self._rate_hz == RATE_HZ else StreamResampler(self._rate_hz, RATE_HZ)


@dataclass(frozen=True)
class Clip:
    """A whole file, 16 kHz mono."""

    samples: Int16
    source_rate_hz: int

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE_HZ


def resample(samples: Int16, rate_hz: int) -> Int16:
    """Resamples a whole recording to 16 kHz."""
    if rate_hz == RATE_HZ:
        return samples
    return _int16(soxr.resample(samples, rate_hz, RATE_HZ, quality="HQ"))


def through_telephone(samples: Int16) -> Int16:
    """16 kHz samples as a telephone line carries them: through 8 kHz and the eight bits of A-law (ITU-T G.711), back
    at 16 kHz."""
    narrow = soxr.resample(samples, RATE_HZ, 8_000, quality="HQ").astype(np.int32)
    levels = np.sort(_TABLES[Encoding.ALAW].astype(np.int32))
    above = np.clip(np.searchsorted(levels, narrow), 1, len(levels) - 1)
    below = above - 1
    nearest = np.where(narrow - levels[below] < levels[above] - narrow, levels[below], levels[above])
    return resample(_int16(nearest.astype(np.int16)), 8_000)


def read_clip(path: Path) -> Clip:
    """Read a recording: plain WAV here, everything else (MP3, FLAC, Opus, M4A, AMR, GSM) through FFmpeg's library.

    Several channels are mixed down. A recording that broke off is read as far as it goes.

    Raises:
        AudioError: no such file, no audio in it, or a kind that we cannot read; says which.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise AudioError(f"{path}: {error.strerror or error}") from error
    return clip_of(data, path)


def clip_of(data: bytes, path: Path) -> Clip:
    """The same of what was read already. `path` is what it is called. Raises AudioError."""
    if is_wav(data):
        found = parse(data)
        if found is None or not found.body:
            raise AudioError(f"{path}: a WAV without audio")
        clip = _plain(found, path)
        if clip is not None:
            return clip
    elif what := told(data, path.name):
        # Checked before FFmpeg looks, which now and then takes raw sound for MP3: noise would get a transcript.
        raise AudioError(f"{path}: {what}")
    return _read_other(data, path)


def _plain(found: Wav, path: Path) -> Clip | None:
    """The sound of a plain WAV; None for a kind that FFmpeg reads."""
    if not found.channels or not MIN_RATE_HZ <= found.rate_hz <= 192_000:
        raise AudioError(f"{path}: a WAV with {found.channels} channels at {found.rate_hz} Hz")
    frame = found.width * found.channels
    body = found.body[: len(found.body) - len(found.body) % frame] if frame else b""
    samples = _samples(found, body)
    if samples is None:
        return None
    if not len(samples):
        raise AudioError(f"{path}: a WAV without audio")
    return Clip(resample(_mixed(samples, found.channels), found.rate_hz), found.rate_hz)


def _samples(found: Wav, body: bytes) -> Int16 | None:
    match found.kind, found.width:
        case wav.ALAW, 1:
            return decode(body, Encoding.ALAW)
        case wav.MULAW, 1:
            return decode(body, Encoding.MULAW)
        case wav.PCM, 1:
            return _int16((np.frombuffer(body, np.uint8).astype(np.int16) - 128) << 8)
        case wav.PCM, 2:
            return decode(body, Encoding.PCM16)
        case wav.PCM, 3:
            # The upper two of three bytes.
            return _int16(np.frombuffer(body, np.uint8).reshape(-1, 3)[:, 1:].copy().view("<i2").reshape(-1))
        case wav.PCM, 4:
            return _upper_16(np.frombuffer(body, "<i4"), found.bits)
        case (wav.FLOAT, 4) | (wav.FLOAT, 8):
            numbers = np.nan_to_num(np.frombuffer(body, f"<f{found.width}"), posinf=1.0, neginf=-1.0)
            return _int16((np.clip(numbers, -1.0, 1.0) * 32_767).astype(np.int16))
    return None


def _upper_16(samples: npt.NDArray[np.int32], bits: int) -> Int16:
    """The upper 16 of 24 bits in 32. The standard puts the 24 at the upper end; some recorders put them at the
    lower."""
    at_the_lower_end = (
        bits == 24 and bool(np.any(samples & 0xFF)) and bool(np.all(np.abs(samples >> 8) < 1 << 15))
    )
    return _int16(samples >> 8 if at_the_lower_end else samples >> 16)


def _mixed(samples: Int16, channels: int) -> Int16:
    if channels == 1:
        return samples
    return _int16(samples.reshape(-1, channels).mean(axis=1))


def _read_other(data: bytes, path: Path) -> Clip:
    # Imported here: FFmpeg's library loads slowly and most audio never needs it.
    import av

    try:
        with av.open(io.BytesIO(data), mode="r", metadata_errors="ignore") as container:
            if not container.streams.audio or container.streams.audio[0].codec_context is None:
                raise AudioError(f"{path}: {_what(data) or 'no audio in it'}")
            pieces, rate_hz = _decoded(container)
    except av.FFmpegError as error:
        raise AudioError(f"{path}: {_what(data) or 'no audio that we can read'}") from error
    if not pieces:
        raise AudioError(f"{path}: {_what(data) or 'no audio in it'}")
    return Clip(resample(np.concatenate(pieces), rate_hz), rate_hz)


def _decoded(container: Any) -> tuple[list[Int16], int]:
    """What can be decoded, and its rate. A packet that breaks, such as a half-written last one, is left out.

    Raises:
        av.FFmpegError: none could be.
    """
    import av

    stream = container.streams.audio[0]
    decoder: Any = stream.codec_context
    rate_hz = stream.rate
    if better := _OTHER_DECODERS.get(decoder.name):
        decoder = av.CodecContext.create(better, "r")
        decoder.sample_rate, decoder.layout = rate_hz, "mono"
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate_hz)
    pieces: list[Int16] = []
    broken: av.FFmpegError | None = None
    for packet in container.demux(stream):
        try:
            frames = decoder.decode(packet)
        except av.EOFError:
            break
        except av.FFmpegError as error:
            broken = error
            continue
        for frame in frames:
            pieces += [_int16(out.to_ndarray().reshape(-1)) for out in resampler.resample(frame)]
    if not pieces and broken is not None:
        raise broken
    pieces += [_int16(out.to_ndarray().reshape(-1)) for out in resampler.resample(None)]
    return pieces, rate_hz


def _what(data: bytes) -> str | None:
    """Names the content of a WAV that we cannot read."""
    found = parse(data) if is_wav(data) else None
    if found is None:
        return None
    name = wav.NAMES.get(found.kind, f"kind {found.kind:#06x}")
    return f"a WAV with {name}, which we cannot read; convert it to 16-bit PCM"
