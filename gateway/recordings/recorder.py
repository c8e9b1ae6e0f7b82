"""What a call tells its recorder. No method but `aclose` may wait, none may raise."""

from __future__ import annotations

from typing import Protocol

ANNOUNCEMENT = "本次通话将被录音。"


class Recorder(Protocol):
    @property
    def announcement(self) -> str:
        """What the caller has to be told first, to its end; "" where nothing is recorded."""

    def begin(self, rate_hz: int) -> None:
        """The conversation exists and the line is open. Nothing is kept yet."""

    def announced(self) -> None:
        """The caller has heard the announcement to its end: from now on they are recorded."""

    def heard(self, pcm: bytes) -> None:
        """16-bit mono PCM that has just come from the caller."""

    def played(self, pcm: bytes | None) -> None:
        """What goes out to the caller in this moment, 20 ms; None: silence."""

    def sounding(self, seq: int | None) -> None:
        """The message `seq` begins to sound now."""

    async def aclose(self) -> None:
        """The call is over."""


class NobodyRecords:
    announcement = ""

    def begin(self, rate_hz: int) -> None:
        return

    def announced(self) -> None:
        return

    def heard(self, pcm: bytes) -> None:
        return

    def played(self, pcm: bytes | None) -> None:
        return

    def sounding(self, seq: int | None) -> None:
        return

    async def aclose(self) -> None:
        return


NOBODY_RECORDS = NobodyRecords()
