"""Reads the header of a WAV file, even if its recorder died or counted wrongly. Pure.

FFmpeg reads most of them, but takes 24 bits in 32 for a float, and says nothing of a file without sound.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

PCM, FLOAT, ALAW, MULAW, GSM = 0x0001, 0x0003, 0x0006, 0x0007, 0x0031
EXTENSIBLE = 0xFFFE
# What a WAV may hold that people know by name.
NAMES = {
    0x0002: "Microsoft ADPCM",
    0x0011: "IMA ADPCM",
    GSM: "GSM 6.10",
    0x0040: "G.721 ADPCM",
    0x0050: "MPEG",
    0x0055: "MP3",
    0x0022: "TrueSpeech",
    0x0042: "G.723",
    0x0083: "G.729",
}
_KNOWN = frozenset(
    (b"fmt ", b"data", b"LIST", b"fact", b"bext", b"JUNK", b"junk", b"PEAK", b"cue ", b"id3 ", b"ID3 ", b"iXML", b"PAD ", b"smpl", b"INFO")
)  # fmt: skip
# A recorder that writes into a pipe, or died, could not know the length.
_UNTOLD = (0, 0xFFFFFFFF)


@dataclass(frozen=True)
class Wav:
    """`bits` as the header says; `width`: the bytes of one sample of one channel, 0 where samples have no bytes of their own."""

    kind: int
    channels: int
    rate_hz: int
    bits: int
    width: int
    body: bytes


def is_wav(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WAVE"


def parse(data: bytes) -> Wav | None:
    """None without a format or without a chunk of sound."""
    form: tuple[int, int, int, int, int] | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == b"fmt " and size >= 16:
            form = _form(data[at + 8 : at + 8 + size]) or form
        elif name == b"data" and form is not None:
            kind, channels, rate_hz, width, bits = form
            return Wav(kind, channels, rate_hz, bits, width, data[at + 8 : _end_of_sound(data, at, size)])
        at = _next_chunk(data, at, size)
    return None


def _form(body: bytes) -> tuple[int, int, int, int, int] | None:
    """Kind, channels, rate, bytes of a sample, bits."""
    if len(body) < 16:
        return None
    kind, channels, rate_hz, _bytes_per_s, block, bits = struct.unpack_from("<HHIIHH", body)
    if kind == EXTENSIBLE and len(body) >= 26:
        # How many bits count, then a GUID that begins with the real kind.
        valid, kind = struct.unpack_from("<H", body, 18)[0], struct.unpack_from("<H", body, 24)[0]
        bits = valid or bits
    return kind, channels, rate_hz, block // channels if channels else 0, bits


def _end_of_sound(data: bytes, at: int, size: int) -> int:
    """A size that was never written means up to the end of the file, unless another chunk follows an empty one."""
    start = at + 8
    if size in _UNTOLD and data[start : start + 4] not in _KNOWN:
        return len(data)
    return start + size


def _next_chunk(data: bytes, at: int, size: int) -> int:
    """Chunks begin at even places, but some programs forget the byte between."""
    end = at + 8 + size
    if size % 2 and data[end : end + 4] in _KNOWN and data[end + 1 : end + 5] not in _KNOWN:
        return end
    return end + size % 2
