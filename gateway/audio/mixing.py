"""Several voices in one talk: each is held for a moment and given out in even frames, and everybody hears the sum of
the others. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

import numpy as np

# Begin when so much of a voice has come; the oldest gives way beyond the other.
STOCK_S, MOST_S = 0.06, 0.4


class VoiceStock:
    """What has come of one voice and has not sounded: 16-bit mono PCM in, frames of one size out."""

    def __init__(self, rate_hz: int, frame_bytes: int) -> None:
        self._frame_bytes = frame_bytes
        self._enough = int(STOCK_S * 2 * rate_hz)
        self._most = int(MOST_S * 2 * rate_hz)
        self._pieces: deque[bytes] = deque()
        self._bytes = 0
        self._playing = False

    def put(self, pcm: bytes) -> None:
        self._pieces.append(pcm)
        self._bytes += len(pcm)
        while self._bytes > self._most:
            self._bytes -= len(self._pieces.popleft())

    def next(self) -> bytes | None:
        """The next frame, the last one of a stock filled up with silence; None while there is nothing to hear."""
        if not self._playing:
            if self._bytes < self._enough:
                return None
            self._playing = True
        frame = bytearray()
        while self._pieces and len(frame) < self._frame_bytes:
            piece = self._pieces.popleft()
            need = self._frame_bytes - len(frame)
            frame += piece[:need]
            if len(piece) > need:
                self._pieces.appendleft(piece[need:])
        self._bytes -= len(frame)
        if not frame:
            self._playing = False
            return None
        return bytes(frame.ljust(self._frame_bytes, b"\0"))

    def drop(self) -> None:
        self._pieces.clear()
        self._bytes = 0
        self._playing = False


def mixed(*voices: bytes | None) -> bytes | None:
    """All at once, of 16-bit PCM of the same length; too loud is clipped. None is silence."""
    sounding = [voice for voice in voices if voice is not None]
    if len(sounding) < 2:
        return sounding[0] if sounding else None
    total = np.sum([np.frombuffer(voice, "<i2") for voice in sounding], axis=0, dtype=np.int32)
    pcm: bytes = np.clip(total, -32768, 32767).astype("<i2").tobytes()
    return pcm


def others(voices: Mapping[str, bytes | None]) -> dict[str, bytes | None]:
    """What each of those who speak in one talk hears in this frame: everybody but themselves."""
    return {who: mixed(*_but(who, voices)) for who in voices}


def _but(who: str, voices: Mapping[str, bytes | None]) -> Iterable[bytes | None]:
    return (voice for speaker, voice in voices.items() if speaker != who)
