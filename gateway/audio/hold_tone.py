"""What a caller hears on hold: two soft notes every three seconds, so that they know they are not forgotten. Pure."""

from __future__ import annotations

import numpy as np

EVERY_S = 3.0
NOTES_HZ = (523.0, 659.0)
NOTE_S = 0.25
LOUDNESS = 0.12
# Without them notes begin and end with a click.
EDGE_S = 0.03


class HoldTone:
    def __init__(self, rate_hz: int) -> None:
        size = int(EVERY_S * rate_hz)
        samples = np.zeros(size)
        for place, hz in enumerate(NOTES_HZ):
            count = int(NOTE_S * rate_hz)
            time_s = np.arange(count) / rate_hz
            edge = np.minimum(1.0, np.minimum(time_s, NOTE_S - time_s) / EDGE_S)
            samples[place * count : (place + 1) * count] = np.sin(2 * np.pi * hz * time_s) * edge
        self._pcm: bytes = (samples * LOUDNESS * 32767).astype("<i2").tobytes()
        self._at = 0

    def next(self, size: int) -> bytes:
        """The next `size` bytes of it."""
        found = bytearray()
        while len(found) < size:
            piece = self._pcm[self._at : self._at + size - len(found)]
            self._at = (self._at + len(piece)) % len(self._pcm)
            found += piece
        return bytes(found)

    def rewind(self) -> None:
        self._at = 0
