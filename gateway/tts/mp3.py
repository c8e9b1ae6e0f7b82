"""MP3 to PCM, for voices that come as MP3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import av

from gateway.tts.synthesizer import NoAudio


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
