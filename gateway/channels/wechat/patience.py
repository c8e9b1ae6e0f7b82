"""How long a request of WeChat waits for its words. Pure; times are seconds of one clock.

As long as the bot keeps up, waiting is best: the answer to the request costs nothing of the quota. Once it does not, requests
that wait only pile up, each of them to be answered with nothing after 4.3 s; then they are answered at once and the words go by
the API.
"""

from __future__ import annotations

from collections import deque

# The request is answered after this at the latest; the rest of WeChat's five seconds is for the way there and back.
ANSWER_WITHIN_S = 4.3
# While the bot is behind: what it has ready, and what a second gateway knows of a copy, is there by then.
HURRIED_S = 0.5
# So many requests wait only where each waits for many before it: the bot answers about twenty a second.
WAITING_MAX = 20
# One slow turn is one slow turn; after so many that were waited for in vain, others need not find out again so soon.
IN_VAIN, BEHIND_S = 3, 5.0


class Patience:
    """`begin` for each request, then `end` with what it was given."""

    def __init__(self, within_s: float = ANSWER_WITHIN_S) -> None:
        self._within_s = within_s
        self._waiting = 0
        self._in_vain: deque[float] = deque(maxlen=IN_VAIN)

    def begin(self, now_s: float) -> float:
        """So long this request may wait, in seconds."""
        patient = self._waiting < WAITING_MAX and not self._behind(now_s)
        self._waiting += 1
        return self._within_s if patient else min(HURRIED_S, self._within_s)

    def end(self, given_s: float, in_vain: bool, now_s: float) -> None:
        self._waiting -= 1
        if in_vain and given_s >= self._within_s:
            self._in_vain.append(now_s)

    def _behind(self, now_s: float) -> bool:
        return len(self._in_vain) == IN_VAIN and now_s - self._in_vain[0] < BEHIND_S
