from __future__ import annotations

from datetime import datetime, timedelta

from desk.seats.lockout import (
    MAX_FAILURES,
    PACE,
    PACE_FROM_ONE_PLACE,
    STRANGERS_FAILURES,
    WINDOW,
    Tries,
    after_failure,
    counted,
    wait_s,
)
from tests.desk.seats.conftest import NOON

MINUTE = timedelta(minutes=1)


def fail(tries: Tries, start: datetime, times: int) -> Tries:
    for n in range(times):
        tries = after_failure(tries, start + n * timedelta(seconds=1))
    return tries


def test_the_fifth_failure_shuts_for_a_quarter_of_an_hour() -> None:
    four = fail(Tries(), NOON, MAX_FAILURES - 1)
    assert not four.is_locked(NOON)
    five = after_failure(four, NOON + MINUTE)
    assert five.locked_until == NOON + 16 * MINUTE
    assert five.is_locked(NOON + 15 * MINUTE) and not five.is_locked(NOON + 16 * MINUTE)


def test_failures_that_are_far_apart_do_not_add_up() -> None:
    tries = Tries()
    for n in range(20):
        tries = after_failure(tries, NOON + n * 4 * MINUTE)
    assert tries.locked_until is None


def test_each_lock_is_twice_as_long_up_to_four_hours() -> None:
    tries, now, minutes = Tries(), NOON, []
    for _ in range(8):
        tries = fail(tries, now, MAX_FAILURES)
        assert tries.locked_until is not None
        minutes.append(round((tries.locked_until - now) / MINUTE))
        now = tries.locked_until
    assert minutes == [15, 30, 60, 120, 240, 240, 240, 240]


def test_a_quiet_day_makes_everything_forgotten() -> None:
    tries = fail(Tries(), NOON, MAX_FAILURES)
    assert tries.locked_until is not None
    later = tries.locked_until + timedelta(hours=24)
    again = fail(tries, later, MAX_FAILURES)
    assert again.locks == 1


def test_a_thousand_locks_do_not_overflow() -> None:
    tries = after_failure(Tries(failures=4, since=NOON, locks=1000), NOON)
    assert tries.locked_until == NOON + timedelta(hours=4)


def strangers(failures: int) -> Tries:
    tries = Tries()
    for _ in range(failures):
        tries = counted(tries, NOON)
    return tries


def test_strangers_wait_for_one_another_once_somebody_guesses_and_never_for_long() -> None:
    assert wait_s(strangers(STRANGERS_FAILURES - 1), Tries(), NOON) == 0
    many = strangers(100 * STRANGERS_FAILURES)
    assert many.locked_until is None
    assert wait_s(many, Tries(), NOON) == PACE.total_seconds()
    assert wait_s(many, Tries(), NOON + PACE) == 0
    assert wait_s(many, Tries(last=NOON), NOON + PACE) == (PACE_FROM_ONE_PLACE - PACE).total_seconds()
    assert wait_s(many, Tries(last=NOON), NOON + PACE_FROM_ONE_PLACE) == 0
    assert wait_s(many, Tries(last=NOON), NOON + WINDOW) == 0
