"""Measures how much of a question an article covers: if it lacks a rare word, another matter is meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from desk.knowledge.analysis import STOPWORDS, Analyzer
from desk.knowledge.article import Article
from desk.knowledge.aspects import matter_of, telling_words

# A word that stands only in the answer, not in title or questions, may be there incidentally.
IN_ANSWER = 0.6
# Articles whose words are kept; an answer is chosen from a handful.
KEPT = 2048


class Coverage:
    """Thread-safe.

    Args:
        rarity: weight of a word, the larger the fewer texts have it (`Index.rarity`).
    """

    def __init__(self, analyzer: Analyzer, rarity: Callable[[str], float]) -> None:
        self._analyzer = analyzer
        self._rarity = rarity
        self._words_of = lru_cache(maxsize=KEPT)(self._words_of_article)

    def of(self, question: str, article: Article) -> float:
        """The share of the question's words, weighted by rarity, that the article has: 0 to 1."""
        words = self._named(question)
        asked, told = self._words_of(article)
        weights = {word: self._rarity(word) for word in words}
        have = sum(w * (1.0 if t in asked else IN_ANSWER if t in told else 0.0) for t, w in weights.items())
        total = sum(weights.values())
        return have / total if total else 0.0

    def _named(self, question: str) -> Iterable[str]:
        clean = telling_words(matter_of(self._analyzer.normalise(question)))
        words = dict.fromkeys(self._analyzer.analyze(clean).words)
        return [word for word in words if len(word) > 1 and word not in STOPWORDS]

    def _words_of_article(self, article: Article) -> tuple[frozenset[str], frozenset[str]]:
        asked = (article.title, *article.questions, *article.keywords)
        # `normalise` cuts long texts, so go line by line.
        told = (*article.body.splitlines(), article.voice)
        return self._together(asked), self._together(told)

    def _together(self, texts: Iterable[str]) -> frozenset[str]:
        return frozenset(word for text in texts for word in self._analyzer.analyze(text).words)
