"""The audio of pages, both ways, as docs/protocol.md has it: 16-bit little-endian mono PCM."""

from __future__ import annotations

RATE_HZ = 16000
BYTES_PER_S = 2 * RATE_HZ
# 200 ms; pages send 20.
MAX_AUDIO_BYTES = BYTES_PER_S // 5


def is_audio(pcm: bytes) -> bool:
    """Whole samples, at least one, not too many."""
    return 0 < len(pcm) <= MAX_AUDIO_BYTES and len(pcm) % 2 == 0
