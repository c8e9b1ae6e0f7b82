"""The rules by which a process counts as hung. Pure: answers and time in, a verdict out."""

from __future__ import annotations

# A busy process may miss a question or two; a citizen's turn is over after half of this.
HUNG_AFTER_S = 90.0
# However long each took: a keeper that had no time to ask must not blame its process.
HUNG_AFTER_QUESTIONS = 3
# A start may be slow, on a machine that does other work besides; one that takes many times as long will never end.
START_PATIENCE = 3


class Pulse:
    """The pulse of one process, from its start to its end. Times are seconds of one clock."""

    def __init__(self, begun_s: float, starts_within_s: float) -> None:
        self._heard_s = begun_s
        self._patience_s = START_PATIENCE * starts_within_s
        self._missed = 0

    def answered(self, now_s: float) -> None:
        self._heard_s, self._patience_s, self._missed = now_s, HUNG_AFTER_S, 0

    def missed(self) -> None:
        """A check went unanswered."""
        self._missed += 1

    def silent_s(self, now_s: float) -> float:
        return now_s - self._heard_s

    def hung(self, now_s: float) -> bool:
        return self._missed >= HUNG_AFTER_QUESTIONS and self.silent_s(now_s) >= self._patience_s
