"""What a call tells whoever talks with the caller while the conversation is not the bot's. Nothing may wait, nothing may raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from desk.conversations import Owner


class Person(Protocol):
    def begin(self, rate_hz: int, hang_up: Callable[[], None]) -> None:
        """The conversation exists and the line is open; `hang_up` ends the call."""

    def owner(self, owner: Owner) -> None:
        """Whose the conversation is now."""

    def heard(self, pcm: bytes) -> None:
        """16-bit mono PCM that has just come from the caller."""

    def next_frame(self) -> bytes | None:
        """20 ms for the caller at the line's rate; None: silence. Called every 20 ms."""

    def end(self) -> None:
        """The call is over."""


class NobodyElse:
    def begin(self, rate_hz: int, hang_up: Callable[[], None]) -> None:
        return

    def owner(self, owner: Owner) -> None:
        return

    def heard(self, pcm: bytes) -> None:
        return

    def next_frame(self) -> bytes | None:
        return None

    def end(self) -> None:
        return


NOBODY_ELSE = NobodyElse()
