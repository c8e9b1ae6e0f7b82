"""What we say on a line, frame by frame, and how much of it was really played. Pure: no clock, no socket.

Audio comes in pieces, each with a mark (a sentence); `next_frame` takes 20 ms. Nothing is handed out ahead, so what is
paused or dropped is not heard from the next frame on.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

SAMPLE_BYTES = 2


@dataclass(frozen=True, kw_only=True)
class Played:
    """How much of one mark was heard, in seconds; `whole` once its last frame has left."""

    mark: int
    seconds: float
    total_s: float
    whole: bool


@dataclass
class _Piece:
    mark: int
    pcm: bytearray
    at: int = 0
    ended: bool = False


class Playback:
    def __init__(self, rate_hz: int, frame_s: float, capacity_s: float) -> None:
        """`capacity_s`: more audio than this is not taken at once; the maker of it waits."""
        self._rate_hz = rate_hz
        self._frame_bytes = SAMPLE_BYTES * round(rate_hz * frame_s)
        self._capacity_bytes = int(capacity_s * rate_hz) * SAMPLE_BYTES
        self._pieces: deque[_Piece] = deque()
        # What of them has not been played.
        self._left_bytes = 0
        self._done: list[Played] = []
        self._paused = False

    @property
    def left_s(self) -> float:
        return self._seconds(self._left_bytes)

    @property
    def current_mark(self) -> int | None:
        """Whose audio the next frame begins with."""
        return self._pieces[0].mark if self._pieces else None

    @property
    def full(self) -> bool:
        return self._left_bytes >= self._capacity_bytes

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def idle(self) -> bool:
        """Everything that was put and ended has been played."""
        return not self._pieces

    def put(self, mark: int, pcm: bytes) -> None:
        """More audio of a sentence; marks come in order. Late audio of a dropped sentence is the caller's mistake."""
        if not self._pieces or self._pieces[-1].mark != mark:
            self._pieces.append(_Piece(mark, bytearray()))
        self._pieces[-1].pcm += pcm
        self._left_bytes += len(pcm)

    def end(self, mark: int) -> None:
        """The sentence is complete."""
        if not self._pieces or self._pieces[-1].mark != mark:
            self._pieces.append(_Piece(mark, bytearray()))
        self._pieces[-1].ended = True
        self._sweep()

    def next_frame(self) -> bytes | None:
        """20 ms, padded with silence at the very end; None when there is nothing to say now."""
        if self._paused:
            return None
        frame = bytearray()
        while self._pieces and len(frame) < self._frame_bytes:
            piece = self._pieces[0]
            taken = piece.pcm[piece.at : piece.at + self._frame_bytes - len(frame)]
            frame += taken
            piece.at += len(taken)
            self._left_bytes -= len(taken)
            if piece.at < len(piece.pcm) or not piece.ended:
                break
            self._sweep()
        if not frame:
            return None
        return bytes(frame.ljust(self._frame_bytes, b"\0"))

    def pause(self) -> None:
        self._paused = True

    def resume(self, rewind_s: float) -> None:
        """Go on, up to `rewind_s` before the place where it stopped, within the same sentence."""
        self._paused = False
        if self._pieces:
            piece = self._pieces[0]
            again = min(piece.at, int(rewind_s * self._rate_hz) * SAMPLE_BYTES)
            piece.at -= again
            self._left_bytes += again

    def drop(self) -> None:
        """Forget what has not been played."""
        self._paused = False
        self._left_bytes = 0
        while self._pieces:
            piece = self._pieces.popleft()
            self._note(piece, whole=piece.ended and piece.at >= len(piece.pcm))

    def take_played(self) -> list[Played]:
        """What was finished or dropped since the last call."""
        done, self._done = self._done, []
        return done

    def _sweep(self) -> None:
        while self._pieces and self._pieces[0].ended and self._pieces[0].at >= len(self._pieces[0].pcm):
            self._note(self._pieces.popleft(), whole=True)

    def _note(self, piece: _Piece, *, whole: bool) -> None:
        self._done.append(
            Played(
                mark=piece.mark,
                seconds=self._seconds(piece.at),
                total_s=self._seconds(len(piece.pcm)),
                whole=whole,
            )
        )

    def _seconds(self, size: int) -> float:
        return size / SAMPLE_BYTES / self._rate_hz
