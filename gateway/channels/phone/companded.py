"""A trunk that sends telephone bytes (A-law, mu-law) where 16-bit samples belong: told by the bytes alone. Pure.

Asterisk does so without `c(slin)`: type 0x10, and in it one byte a sample as the trunk has it. Read as 16 bits that is
loud noise, and nobody is ever understood.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from asr.audio import Encoding, decode

# So many bytes are looked at together: a second of A-law.
LOOK_BYTES = 8000
# Quiet sound, which the pauses of every call are, has codes in one small part of all; so many of the bytes at even AND at odd places
# must be in it. Low bytes of 16-bit samples are spread evenly: a quarter, at most, is there.
SHARE = 0.6
# mu-law's quiet codes are 0x7. and 0xF.; the latter are also small negative samples of 16 bits, so both must be there.
POSITIVE_SHARE = 0.2
# Where a line sends nothing but speech there are no pauses. Neighbouring samples of speech are alike (0.7 to 0.95); samples of 16 bits
# read as telephone bytes are like dice (below 0.1). Two pieces of so many bytes (0.2 s of A-law) that agree are enough.
PIECE_BYTES = 1600
AGREE = 2
ALIKE = 0.7
# Of full scale; what is quieter is no speech.
LOUD = 0.01
# After so many pieces in which 16 bits are alike nothing else is looked for: 2 s of speech.
LINEAR_PIECES = 20


class CompandingDetector:
    """One line; feed it until it tells or is `settled`."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._piece = bytearray()
        self._found: deque[Encoding | None] = deque(maxlen=AGREE)
        self._linear = 0

    @property
    def settled(self) -> bool:
        """They are 16 bits, as they should be."""
        return self._linear >= LINEAR_PIECES

    def feed(self, payload: bytes) -> Encoding | None:
        """What the samples really are, once a stretch of them tells; None as long as they look like 16 bits."""
        return self._by_pauses(payload) or self._by_likeness(payload)

    def _by_likeness(self, payload: bytes) -> Encoding | None:
        self._piece += payload
        while len(self._piece) >= PIECE_BYTES:
            piece = bytes(self._piece[:PIECE_BYTES])
            del self._piece[:PIECE_BYTES]
            linear = _likeness(np.frombuffer(piece, "<i2").astype(np.float64)) > ALIKE
            self._linear += linear
            self._found.append(None if linear else _companded(piece))
            if len(self._found) == AGREE and len(set(self._found)) == 1 and self._found[0] is not None:
                return self._found[0]
        return None

    def _by_pauses(self, payload: bytes) -> Encoding | None:
        self._bytes += payload
        if len(self._bytes) < LOOK_BYTES:
            return None
        places = np.frombuffer(bytes(self._bytes[:LOOK_BYTES]), np.uint8).reshape(-1, 2)
        self._bytes.clear()
        if np.mean((places & 0x60) == 0x40, axis=0).min() >= SHARE:
            return Encoding.ALAW
        quiet = np.mean((places & 0x70) == 0x70, axis=0).min() >= SHARE
        positive = np.mean((places & 0xF0) == 0x70, axis=0).min() >= POSITIVE_SHARE
        return Encoding.MULAW if quiet and positive else None


def _companded(piece: bytes) -> Encoding | None:
    """As which of the two the bytes are speech; None: neither."""
    alike = {
        encoding: _likeness(decode(piece, encoding).astype(np.float64))
        for encoding in (Encoding.ALAW, Encoding.MULAW)
    }
    best = max(alike, key=lambda encoding: alike[encoding])
    return best if alike[best] > ALIKE else None


def _likeness(samples: npt.NDArray[np.float64]) -> float:
    """Correlation of neighbouring samples, -1 to 1; 0 where there is no sound to tell by."""
    samples = samples - samples.mean()
    energy = float(samples @ samples)
    if energy < len(samples) * (LOUD * 32768.0) ** 2:
        return 0.0
    return float(samples[1:] @ samples[:-1]) / energy
