"""A trunk that sends telephone bytes (A-law, mu-law) where 16-bit samples belong: told by the bytes alone. Pure.

Asterisk does so without `c(slin)`: type 0x10, and in it one byte a sample as the trunk has it. Read as 16 bits that is
loud noise, and nobody is ever understood.
"""

from __future__ import annotations

import numpy as np

from asr.audio import Encoding

# So many bytes are looked at together: a second of A-law.
LOOK_BYTES = 8000
# Quiet sound, which the pauses of every call are, has codes in one small part of all; so many of the bytes at even AND at odd places
# must be in it. Low bytes of 16-bit samples are spread evenly: a quarter, at most, is there.
SHARE = 0.6
# mu-law's quiet codes are 0x7. and 0xF.; the latter are also small negative samples of 16 bits, so both must be there.
POSITIVE_SHARE = 0.2


class CompandingDetector:
    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, payload: bytes) -> Encoding | None:
        """What the samples really are, once a stretch of them tells; None as long as they look like 16 bits."""
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
