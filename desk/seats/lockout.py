"""When wrong passwords shut an account, and for how long. Pure; time is an argument.

Five failures within 15 minutes shut it for 15 minutes, the next five for 30, then an hour, at most four hours: a
guesser gets some 30 tries a day, while a person who forgot his password is not shut out for a day. A quiet day makes
everything forgotten, and so does a right password.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MAX_FAILURES = 5
WINDOW = timedelta(minutes=15)
FIRST_LOCK = timedelta(minutes=15)
LONGEST_LOCK = timedelta(hours=4)
FORGOTTEN_AFTER = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Tries:
    """What is remembered about one username. `locks`: how often in a row it was shut."""

    failures: int = 0
    since: datetime | None = None
    locks: int = 0
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until


def after_failure(tries: Tries, now: datetime) -> Tries:
    """One more failure; the one that reaches the limit shuts the account. Not to be called while it is shut."""
    if tries.locked_until is not None and now - tries.locked_until >= FORGOTTEN_AFTER:
        tries = Tries()
    if tries.since is None or now - tries.since >= WINDOW:
        tries = replace(tries, failures=0, since=now)
    failures = tries.failures + 1
    if failures < MAX_FAILURES:
        return replace(tries, failures=failures)
    # The power is bounded before it is taken: a long series of locks must not overflow.
    length = min(FIRST_LOCK * 2 ** min(tries.locks, 10), LONGEST_LOCK)
    return Tries(failures=0, since=None, locks=tries.locks + 1, locked_until=now + length)
