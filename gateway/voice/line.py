"""What a call needs of its line, be it a telephone or a page. Its implementations are siblings in `gateway.channels`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

# Lines send and take audio in pieces of this length.
FRAME_S = 0.02


@dataclass(frozen=True, kw_only=True)
class Audio:
    """16-bit little-endian mono PCM, usually 20 ms."""

    pcm: bytes
    rate_hz: int


@dataclass(frozen=True, kw_only=True)
class Key:
    """A key of the caller's telephone, or of the keypad that the page shows."""

    digit: str


@dataclass(frozen=True, kw_only=True)
class Muted:
    """The caller has switched their microphone off, or on again: they are there, but will not speak."""

    on: bool


class Line(Protocol):
    rate_hz: int

    def incoming(self) -> AsyncIterator[Audio | Key | Muted]:
        """What comes from the caller, in order, until somebody hangs up."""

    async def speak(self, source: Callable[[], bytes | None]) -> None:
        """Take FRAME_S of PCM at `rate_hz` from `source` every FRAME_S (None: silence), until somebody hangs up."""

    async def hang_up(self) -> None:
        """Idempotent."""
