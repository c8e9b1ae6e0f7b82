"""What is wrong with a Redis, when to ask it again, and what of it to tell. Pure: errors and time in, a verdict out.

Away: nobody answers. Refusing: it answers, reads and all, but takes no writes (memory full, disk full, a replica, a user
without the right). A Redis that refuses answers every other command well; only a write that it takes shows that it is over.
"""

from __future__ import annotations

import re
from enum import StrEnum

from redis.exceptions import (
    MasterDownError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)

# After a failure nobody tries again for this long, so that a dead Redis costs one time-out a second, not one a turn.
PAUSE_S = 1.0
# The first word of Redis' own errors. The client takes it away from those that it has a class for, a script keeps it.
_REFUSALS = {
    "OOM": "OutOfMemory",
    "READONLY": "ReadOnlyReplica",
    "MISCONF": "CannotSaveToDisk",
    "NOREPLICAS": "NotEnoughReplicas",
    "NOPERM": "NoPermission",
    "MASTERDOWN": "MasterDown",
}
_CLASSES: dict[type[Exception], str] = {
    OutOfMemoryError: "OutOfMemory",
    ReadOnlyError: "ReadOnlyReplica",
    NoPermissionError: "NoPermission",
    MasterDownError: "MasterDown",
}
_REFUSAL = re.compile(r"\b(" + "|".join(_REFUSALS) + r")\b")


class Verdict(StrEnum):
    """What to log now; troubles that go on are told once."""

    LOST = "redis_lost"
    REFUSES = "redis_refuses"
    BACK = "redis_back"


def trouble_of(error: Exception) -> str:
    """One word for logs and `/healthz`: OutOfMemory, TimeoutError ..."""
    if type(error) in _CLASSES:
        return _CLASSES[type(error)]
    if isinstance(error, ResponseError) and (found := _REFUSAL.search(str(error))):
        return _REFUSALS[found[1]]
    return type(error).__name__


class RedisTrouble:
    """Of one link. Times in seconds of one clock."""

    def __init__(self) -> None:
        self._paused_until = 0.0
        self._proof_due = 0.0
        self._away = False
        self._refusing = False

    @property
    def present(self) -> bool:
        """The last command failed, or no write has been taken since one was refused."""
        return self._away or self._refusing

    def paused(self, now: float) -> bool:
        """Ask nothing now: nobody would answer."""
        return now < self._paused_until

    def failed(self, error: Exception, now: float) -> Verdict | None:
        if isinstance(error, ResponseError):
            # It is there, and what it does take is worth asking for.
            told, self._refusing, self._away = self._refusing, True, False
            self._proof_due = now + PAUSE_S
            return None if told else Verdict.REFUSES
        told, self._away = self._away, True
        self._paused_until = now + PAUSE_S
        return None if told else Verdict.LOST

    def worked(self, now: float, *, write: bool) -> Verdict | None:
        """`write`: what worked was one that a refusing Redis would not have taken."""
        if self._refusing and not write:
            return None
        was, self._refusing, self._away = self.present, False, False
        return Verdict.BACK if was else None

    def wants_proof(self, now: float) -> bool:
        """Something was refused and something else worked since: try a write, at most once a second."""
        if not self._refusing or now < self._proof_due:
            return False
        self._proof_due = now + PAUSE_S
        return True
