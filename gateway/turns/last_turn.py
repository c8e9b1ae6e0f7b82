"""How the bot's last turns went: a Rasa that answers questions about itself may still answer no citizen."""

from __future__ import annotations

from gateway.errors import Failure

# A failure that is older says nothing about now.
RECENT_S = 60.0


class LastTurn:
    """Share one a process. Times in seconds of one clock."""

    def __init__(self) -> None:
        self._failure: Failure | None = None
        self._at = 0.0
        self._count = 0

    def worked(self) -> None:
        self._failure, self._count = None, 0

    def failed(self, failure: Failure, now: float) -> None:
        self._failure, self._at, self._count = failure, now, self._count + 1

    def trouble(self, now: float) -> str:
        """For `/healthz`; empty while the last turn went well, or is long past."""
        if self._failure is None or now - self._at > RECENT_S:
            return ""
        turns = "the last turn" if self._count == 1 else f"the last {self._count} turns"
        return f"answers, but {turns} failed ({self._failure.value}), {now - self._at:.0f} s ago"
