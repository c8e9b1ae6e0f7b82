"""A request waits for its words while the bot keeps up, and is let go at once while it does not."""

from __future__ import annotations

from gateway.channels.wechat.patience import (
    ANSWER_WITHIN_S,
    BEHIND_S,
    HURRIED_S,
    IN_VAIN,
    WAITING_MAX,
    Patience,
)


def test_a_request_waits_as_long_as_wechat_allows_while_few_wait() -> None:
    patience = Patience()
    given = [patience.begin(0.0) for _ in range(WAITING_MAX)]
    assert set(given) == {ANSWER_WITHIN_S}
    assert patience.begin(0.0) == HURRIED_S, "one too many"
    for one in given:
        patience.end(one, in_vain=False, now_s=1.0)
    assert patience.begin(1.0) == ANSWER_WITHIN_S


def waited_in_vain(patience: Patience, times: int, at_s: float) -> None:
    for given_s in [patience.begin(at_s - ANSWER_WITHIN_S) for _ in range(times)]:
        patience.end(given_s, in_vain=True, now_s=at_s)


def test_some_who_waited_in_vain_spare_the_others_for_a_while_and_one_does_not() -> None:
    patience = Patience()
    waited_in_vain(patience, 1, at_s=5.0)
    assert patience.begin(5.0) == ANSWER_WITHIN_S
    waited_in_vain(patience, IN_VAIN - 1, at_s=6.0)
    assert patience.begin(6.0) == HURRIED_S
    assert patience.begin(5.0 + BEHIND_S) == ANSWER_WITHIN_S


def test_a_hurried_request_that_got_nothing_says_nothing_of_the_bot() -> None:
    """Else nobody would ever wait again."""
    patience = Patience()
    waited_in_vain(patience, IN_VAIN, at_s=5.0)
    for at_s in (6.0, 7.0, 8.0, 9.0):
        patience.end(patience.begin(at_s), in_vain=True, now_s=at_s + HURRIED_S)
    assert patience.begin(5.0 + BEHIND_S) == ANSWER_WITHIN_S
