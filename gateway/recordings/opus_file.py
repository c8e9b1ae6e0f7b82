"""Stereo PCM -> Opus -> Ogg pages -> encrypted chunks. Blocking.

Opus as speech (`voip`): the two sides are coded apart there, while music mode would leak one into the other (-18 dB
against nothing measurable). A page is a fifth of a second long and goes to the disk as one chunk. FFmpeg keeps a page until
the next begins, so a kill costs two of them.
"""

from __future__ import annotations

import errno
from typing import Any, cast

import av

from desk.recordings import Recording, RecordingVault
from gateway.recordings.timeline import FRAME_S, SAMPLE_BYTES

CHANNELS = 2
# libopus knows these; anything else is resampled to the third.
OPUS_RATES_HZ = (8000, 12000, 16000, 24000, 48000)
OTHER_RATE_HZ = 16000
# Enough for both sides at once: 24 (telephone) and 36 (page) kbit/s in practice, 10 to 16 MB an hour.
BITRATES = {8000: 32_000}
BITRATE = 48_000
PAGE_US = 200_000
# What a power cut may cost, and how often the disk is asked for room.
SYNC_S = 5.0
_OPTIONS = {"application": "voip", "compression_level": "4", "frame_duration": "20", "vbr": "on"}


class DiskNearlyFull(OSError):
    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "too little room is left for recordings")


class _Pages:
    """What FFmpeg writes, until it is taken. It cannot fail there, where an exception would be lost in C."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def write(self, data: bytes) -> int:
        self._bytes += data
        return len(data)

    def take(self) -> bytes:
        data = bytes(self._bytes)
        self._bytes.clear()
        return data


class OpusFile:
    """`write` any number of times, then `finish` or `close`. Not thread-safe, but not bound to a thread either."""

    def __init__(
        self, vault: RecordingVault, recording: Recording, rate_hz: int, min_free_bytes: int
    ) -> None:
        """Raises OSError: DiskNearlyFull if less than `min_free_bytes` would stay free."""
        self._vault = vault
        self._rate_hz = rate_hz
        self._min_free_bytes = min_free_bytes
        self._check_room()
        self._sealed = vault.create(recording)
        self._pages = _Pages()
        self._written = 0
        self._synced_at = 0
        coded_hz = rate_hz if rate_hz in OPUS_RATES_HZ else OTHER_RATE_HZ
        options = {"page_duration": str(PAGE_US), "flush_packets": "1"}
        self._ogg: Any = av.open(cast(Any, self._pages), "w", format="ogg", options=options)
        self._stream = self._ogg.add_stream("libopus", rate=coded_hz, layout="stereo", options=_OPTIONS)
        self._stream.bit_rate = BITRATES.get(coded_hz, BITRATE)
        self._resampler = av.AudioResampler(
            format="s16", layout="stereo", rate=coded_hz, frame_size=round(FRAME_S * coded_hz)
        )

    @property
    def length_ms(self) -> int:
        return round(1000 * self._written / self._rate_hz)

    def write(self, stereo: bytes) -> None:
        """Interleaved 16-bit PCM. Raises OSError, also DiskNearlyFull; av.FFmpegError."""
        samples = len(stereo) // SAMPLE_BYTES // CHANNELS
        frame = av.AudioFrame(format="s16", layout="stereo", samples=samples)
        frame.rate = self._rate_hz
        frame.pts = self._written
        frame.planes[0].update(stereo)
        for part in self._resampler.resample(frame):
            self._ogg.mux(self._stream.encode(part))
        self._written += samples
        self._flush()
        if self._written - self._synced_at >= SYNC_S * self._rate_hz:
            self._synced_at = self._written
            self._sealed.sync()
            self._check_room()

    def finish(self) -> None:
        """Mark the end; `close` it then. Raises as `write`."""
        for part in self._resampler.resample(None):
            self._ogg.mux(self._stream.encode(part))
        self._ogg.mux(self._stream.encode(None))
        self._ogg.close()
        self._flush()
        self._sealed.finish()

    def close(self) -> None:
        """Idempotent. Without `finish` before it, what was written stays and can be played up to there."""
        self._sealed.close()

    def _flush(self) -> None:
        data = self._pages.take()
        if data:
            self._sealed.write(data)

    def _check_room(self) -> None:
        if self._vault.free_bytes() < self._min_free_bytes:
            raise DiskNearlyFull
