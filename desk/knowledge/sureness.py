"""How sure it is that an article is meant: whether it may be told, has to be asked for first, or is no answer. Pure.

A score alone does not say it. A long story scores less than five words although both are clear, an article that lies
far ahead of the next one is meant also at a low score, and one that has none of the question's words seldom is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

# Whether it can be meant at all: the shape was found by logistic regression over stored questions, each against all others
# with its article and without it; the weights were rounded and the bound set on everyday questions (ADR 0035), and once more
# on 70 of another hand: asked back about, the right article is told in brief, and lost where nothing is said.
USUAL_CHARS = 15
COVERED, LENGTH = 0.05, 0.08
POSSIBLE = 0.015
# Whether it may be told: logistic regression over tests/data/knowledge_everyday.tsv, so much of each beside a score of 1, the
# bound where 2 of 100 of them are told another matter. tests/data/knowledge_kept.tsv is for measuring only.
SURE_COVERED, SURE_LENGTH, LEAD, LIKELY = 0.08, 0.13, 1.07, 0.1
# Of a question whose vector is not known, that much is supposed.
USUALLY = 0.5
SURE = 0.170
# A lead says no more than that, and a rival that is ahead in one of both orders no more than this.
LEAD_MAX, LEAD_MIN = 0.1, -0.06


@dataclass(frozen=True)
class Evidence:
    """What is known of the best article: its score, the share of the question's words that it has, how far it is before
    the next one of another matter (below 0 where another one scores more), how long the question is, and how likely the
    article is meant by its meaning (None without vectors)."""

    score: float
    covered: float
    lead: float
    chars: int
    likely: float | None = None

    def possible(self, min_score: float) -> bool:
        """Whether the article, or one that scores nearly as much, can be what is asked for at all."""
        weight = self.score + COVERED * self.covered + LENGTH * self._length
        return weight >= min_score + POSSIBLE

    def sure(self, min_score: float) -> bool:
        """Whether it may be told without asking."""
        lead = LEAD * max(LEAD_MIN, min(self.lead, LEAD_MAX))
        weight = self.score + SURE_COVERED * self.covered + SURE_LENGTH * self._length + lead
        likely = USUALLY if self.likely is None else self.likely
        return weight + LIKELY * likely >= min_score + SURE

    @property
    def _length(self) -> float:
        return math.log(max(self.chars, 1) / USUAL_CHARS)
