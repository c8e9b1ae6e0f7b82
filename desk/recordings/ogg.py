"""How long an Ogg Opus stream is, told from its last page (RFC 3533, RFC 7845)."""

from __future__ import annotations

from desk.recordings.sealed import SealedReader

# A page is at most 65,307 bytes long; ours are a few kilobytes.
_TAIL_BYTES = 80_000
_CAPTURE = b"OggS"
_GRANULE_AT = 6
_GRANULE_BYTES = 8
_NO_GRANULE = (1 << 64) - 1
# Opus counts in samples at 48 kHz, whatever its input was.
_PER_MS = 48
# What libopus swallows at the beginning, in the second field of OpusHead.
_PRE_SKIP_AT = 10


def length_ms(reader: SealedReader) -> int:
    """0 if there is no whole page of audio. Raises RecordingDamaged, OSError."""
    head = b"".join(reader.read(0, min(reader.size, 200)))
    opus = head.find(b"OpusHead")
    if opus < 0:
        return 0
    pre_skip = int.from_bytes(head[opus + _PRE_SKIP_AT : opus + _PRE_SKIP_AT + 2], "little")
    tail = b"".join(reader.read(max(reader.size - _TAIL_BYTES, 0), reader.size))
    at = len(tail)
    while (at := tail.rfind(_CAPTURE, 0, at)) >= 0:
        field = tail[at + _GRANULE_AT : at + _GRANULE_AT + _GRANULE_BYTES]
        granule = int.from_bytes(field, "little")
        if len(field) == _GRANULE_BYTES and granule != _NO_GRANULE:
            return max(granule - pre_skip, 0) // _PER_MS
    return 0
