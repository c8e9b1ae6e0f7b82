from __future__ import annotations

from gateway.runtime.breaker import CircuitBreaker


def test_failures_in_a_row_open_it_and_one_success_does_not_let_them_add_up() -> None:
    breaker = CircuitBreaker(failures=2, open_s=30)
    breaker.failed(0)
    breaker.succeeded()
    breaker.failed(1)
    assert breaker.allows(1)
    breaker.failed(2)
    assert not breaker.allows(3)
    assert breaker.is_open(3)


def test_after_a_while_exactly_one_may_try() -> None:
    breaker = CircuitBreaker(failures=1, open_s=30)
    breaker.failed(0)
    assert not breaker.allows(29.9)
    assert [breaker.allows(30) for _ in range(3)] == [True, False, False]
    breaker.succeeded()
    assert breaker.allows(31) and breaker.allows(31)


def test_it_stays_open_longer_each_time_up_to_a_limit() -> None:
    breaker = CircuitBreaker(failures=1, open_s=30, longest_s=100)
    now, waits = 0.0, []
    for _ in range(5):
        breaker.failed(now)
        start = now
        while not breaker.allows(now):
            now += 1
        waits.append(now - start)
    assert waits == [30, 60, 100, 100, 100]


def test_a_trial_that_nobody_waited_for_may_be_made_again() -> None:
    breaker = CircuitBreaker(failures=1, open_s=30)
    breaker.failed(0)
    assert breaker.allows(31)
    breaker.abandoned()
    assert breaker.allows(31)
