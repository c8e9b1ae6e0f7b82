"""How sure it is that an article is meant: whether it may be told, has to be asked for first, or is no answer. Pure.

A score alone does not say it. A long story scores less than five words although both are clear, an article that lies
far ahead of the next one is meant also at a low score, and one that has none of the question's words seldom is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# The shape was found by logistic regression (is the best article right; is the right one among the best three) over
# stored questions, each against all others with its article and without it, and the weights were then rounded and the
# bounds set on questions that had shaped no article (ADR 0035). tests/data/knowledge_kept.tsv is for measuring only.
USUAL_CHARS = 15
COVERED, LENGTH, LEAD = 0.05, 0.08, 1.3
# A lead says no more than that, and a rival that is ahead in one of both orders no more than this.
LEAD_MAX, LEAD_MIN = 0.1, -0.06
# So much above the least score it can be meant, and needs no asking.
POSSIBLE, SURE = 0.035, 0.09


@dataclass(frozen=True)
class Evidence:
    """What is known of the best article: its score, the share of the question's words that it has, how far it is before
    the next one of another matter (below 0 where another one scores more), and how long the question is."""

    score: float
    covered: float
    lead: float
    chars: int

    def possible(self, min_score: float) -> bool:
        """Whether the article, or one that scores nearly as much, can be what is asked for at all."""
        return self._weight >= min_score + POSSIBLE

    def sure(self, min_score: float) -> bool:
        """Whether it may be told without asking."""
        lead = LEAD * max(LEAD_MIN, min(self.lead, LEAD_MAX))
        return self._weight + lead >= min_score + SURE

    @property
    def _weight(self) -> float:
        return self.score + COVERED * self.covered + LENGTH * math.log(max(self.chars, 1) / USUAL_CHARS)
