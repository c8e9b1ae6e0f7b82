"""Decides whom wrong passwords keep out, and for how long. Pure; time is an argument.

Failures count for a name *and* where they came from together (an address, or a device that is known): five within 15
minutes shut that way to that account for 15 minutes, the next five for 30, then an hour, at most four hours. A
stranger shuts the account for their own address and for nobody else; a quiet day makes everything forgotten, and so
does a right password from there.

A guesser with many addresses is slowed down by name: after twenty failures of strangers within 15 minutes, tries of
strangers are taken one after the other, two seconds apart, and from the same address ten. That is softer than a lock:
whoever tries again after a moment is heard, and it ends by itself. Known devices never wait for strangers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MAX_FAILURES = 5
WINDOW = timedelta(minutes=15)
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=4)
FORGOTTEN_AFTER = timedelta(hours=24)

# Four people who mistype until they are shut out.
STRANGERS_FAILURES = 20
# Some 43,000 guesses a day for one name, however many addresses they come from; passwords have ten characters at least.
PACE = timedelta(seconds=2)
PACE_FROM_ONE_PLACE = timedelta(seconds=10)


@dataclass(frozen=True, kw_only=True)
class Tries:
    """The tries of one name from one place, or of all strangers. `locks`: how often in a row it was shut."""

    failures: int = 0
    since: datetime | None = None
    locks: int = 0
    locked_until: datetime | None = None
    # The latest try.
    last: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until


def after_failure(tries: Tries, now: datetime) -> Tries:
    """Count one more failure; the one that reaches the limit locks. Do not call it while locked."""
    if tries.locked_until is not None and now - tries.locked_until >= FORGOTTEN_AFTER:
        tries = Tries()
    tries = counted(tries, now)
    if tries.failures < MAX_FAILURES:
        return tries
    # Bound the exponent first: a long series of locks must not overflow.
    length = min(FIRST_LOCK * 2 ** min(tries.locks, 10), LONGEST_LOCK)
    return Tries(failures=0, since=None, locks=tries.locks + 1, locked_until=now + length, last=now)


def counted(tries: Tries, now: datetime) -> Tries:
    """Count one more failure without locking."""
    if tries.since is None or now - tries.since >= WINDOW:
        tries = replace(tries, failures=0, since=now)
    return replace(tries, failures=tries.failures + 1, last=now)


def wait_s(strangers: Tries, here: Tries, now: datetime) -> float:
    """How long a stranger has to wait before a try for this name from `here`, in seconds; 0 where nobody guesses."""
    guessed = strangers.since is not None and now - strangers.since < WINDOW
    if not guessed or strangers.failures < STRANGERS_FAILURES or strangers.last is None:
        return 0.0
    free = strangers.last + PACE
    if here.last is not None:
        free = max(free, here.last + PACE_FROM_ONE_PLACE)
    return max((free - now).total_seconds(), 0.0)
