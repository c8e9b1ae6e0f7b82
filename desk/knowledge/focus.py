"""Finds the part of an article that answers a question. Pure after construction."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from desk.knowledge.analysis import Analyzer
from desk.knowledge.article import Article
from desk.knowledge.aspects import Aspect, asked_in, telling_words
from desk.knowledge.excerpts import excerpt, spoken
from desk.knowledge.sections import Passage, Section, cut

# Names the article as a whole, as a heading names a section.
WHOLE = "全文"
# A chat answer fits on a telephone's screen without scrolling: a section alone; the nearest passage after the article
# in short; a section and what else was asked.
CHAT_CHARS, NEAREST_CHARS, TOTAL_CHARS = 120, 70, 170

# One step of several answers no question alone: who asks how to get a new card hears that the old one is blocked first.
_STEP = re.compile("第[一二三四五六七]步")

# Weights and thresholds: chosen on the consultations of the simulated citizens and on tests/data/section_questions.tsv.
# Weight of a heading or passage that fits what is asked; a passage that only hints at it counts half.
WEIGHT_HEADED, WEIGHT_TOLD, HINTED = 0.4, 0.45, 0.4
# Weight of the question's words when found in the passage, in the heading, anywhere in the section.
WEIGHT_WORDS, WEIGHT_HEADING, WEIGHT_SECTION = 1.0, 0.9, 0.35
# Weight of a question that holds the heading itself (急救, 加装路灯).
WEIGHT_NAMED = 0.8
# A word of the title is in the question because of the matter, not the section (and tells nothing if nothing else is
# asked). A word that the whole article lacks only makes the others less certain.
TITLE_DISCOUNT, UNKNOWN = 0.3, 0.2
# Below the first bound no section fits better than the others: tell the article in short. From the other two on a
# section answers alone, spoken and in chat; in between, the article in short precedes it.
MIN_SCORE, SURE_SPOKEN, SURE = 0.3, 0.6, 0.8
# Share of the best score that a passage of another section needs to be added: with an aspect still open, and without.
ALSO, NEARLY = 0.4, 0.8


@dataclass(frozen=True)
class Part:
    """The part of an article that is told. `heading` is empty for the article in short; `others` names the other
    sections.

    `untold` names what was asked and stands nowhere in the article.
    """

    heading: str
    text: str
    spoken: str
    others: tuple[str, ...] = ()
    untold: str = ""
    score: float = 0.0


@dataclass(frozen=True)
class _Candidate:
    section: int
    passage: Passage
    score: float
    fits: bool


class Focus:
    """Thread-safe. Words and the table of aspects decide: sentence vectors of the passages were measured and found
    nothing that these two do not find."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._terms = lru_cache(maxsize=4096)(self._terms_of)

    def find(self, question: str, article: Article) -> Part:
        """The part that answers the question; the article in short if it asks for nothing in particular."""
        sections = cut(article.body)
        asked = asked_in(self._analyzer.normalise(question))
        ranked = self._rank(question, asked, article, sections)
        if not ranked or ranked[0].score < MIN_SCORE:
            return short(article, untold=_untold(asked, article))
        best = ranked[0]
        section = sections[best.section]
        best_first = [candidate.passage for candidate in ranked if candidate.section == best.section]
        text, speech = excerpt(section, best_first, CHAT_CHARS), spoken(section, best_first)
        heading = section.heading
        one_of_several = _STEP.match(section.heading) and not any(aspect.figure for aspect in asked)
        if article.voice and (best.score < SURE or one_of_several):
            # Half sure: tell the article in short, then the part that comes nearest to the question.
            nearest = excerpt(section, best_first, NEAREST_CHARS)
            heading, text = "", f"{article.voice}\n\n{_headed(section, nearest)}"
            speech = article.voice if best.score < SURE_SPOKEN else speech
        else:
            more = self._besides(asked, ranked, text)
            if more is not None:
                text += f"\n\n{_headed(sections[more.section], more.passage.text)}"
        untold = "" if best.fits else _untold(asked, article)
        return Part(heading, text, speech, _names(sections, heading), untold, best.score)

    def _besides(self, asked: tuple[Aspect, ...], ranked: list[_Candidate], text: str) -> _Candidate | None:
        """A passage of another section that answers nearly as well, or answers what else was asked; None if nothing
        is left."""
        best = ranked[0]
        missing = [a for a in asked if a.weight >= 0.8 and not a.told.search(text)]
        for candidate in ranked[1:]:
            passage = candidate.passage
            if candidate.section == best.section or passage.opens_list:
                continue
            if len(text) + len(passage.text) > TOTAL_CHARS:
                continue
            answers = any(aspect.told.search(passage.text) for aspect in missing)
            if candidate.score >= (ALSO if answers else NEARLY) * best.score:
                return candidate
        return None

    def _rank(
        self, question: str, asked: tuple[Aspect, ...], article: Article, sections: tuple[Section, ...]
    ) -> list[_Candidate]:
        passages = [
            (number, passage) for number, section in enumerate(sections) for passage in section.passages
        ]
        if not passages:
            return []
        of_title = TITLE_DISCOUNT if asked else 0.0
        weights = self._weights(question, article, [f"{s.heading} {s.text}" for s in sections], of_title)
        named = [self._names(section.heading, question, article) for section in sections]
        found = []
        for number, passage in passages:
            section = sections[number]
            fit, fits = _fit(asked, section, passage)
            score = (
                fit
                + WEIGHT_WORDS * self._overlap(weights, passage.text)
                + WEIGHT_HEADING * self._overlap(weights, section.heading)
                + WEIGHT_SECTION * self._overlap(weights, section.text)
                + WEIGHT_NAMED * named[number]
            )
            found.append(_Candidate(number, passage, round(score, 4), fits))
        return sorted(found, key=lambda candidate: -candidate.score)

    def _names(self, heading: str, question: str, article: Article) -> bool:
        """Whether the question says every word of a heading that asks nothing itself; words of the title do not count."""
        clean = self._analyzer.normalise(heading)
        if asked_in(clean):
            return False
        words = {word for word in self._analyzer.analyze(clean).words if len(word) > 1}
        return bool(words - self._terms(article.title)) and words <= self._terms(question)

    def _weights(
        self, question: str, article: Article, texts: list[str], of_title: float
    ) -> dict[str, float]:
        """How much each term of the question tells about where its answer stands. Sums up to one, or is empty."""
        title = self._terms(article.title)
        frequency = Counter(term for text in texts for term in self._terms(text))
        weights = {
            term: (of_title if term in title else 1.0)
            * math.log(1 + len(texts) / (1 + frequency[term]))
            * (1.5 if len(term) > 1 else 0.3)
            for term in self._terms(telling_words(self._analyzer.normalise(question)))
        }
        # A word that the article lacks says nothing about where the answer stands.
        total = sum(w * (1.0 if frequency[term] else UNKNOWN) for term, w in weights.items())
        return {term: weight / total for term, weight in weights.items()} if total else {}

    def _overlap(self, weights: dict[str, float], text: str) -> float:
        terms = self._terms(text)
        return sum(weight for term, weight in weights.items() if term in terms)

    def _terms_of(self, text: str) -> frozenset[str]:
        analysis = self._analyzer.analyze(text)
        return frozenset((*analysis.words, *analysis.chars))


def short(article: Article, untold: str = "") -> Part:
    """The article in one or two sentences, with the names of all its sections."""
    sections = cut(article.body)
    return Part("", article.spoken, article.spoken, _names(sections, ""), untold)


def whole(article: Article) -> Part:
    """The whole article; spoken, still its first sentences."""
    return Part(WHOLE, article.body or article.spoken, article.spoken)


def section_named(article: Article, heading: str) -> Part | None:
    """The whole of one section; None if there is no section of that name."""
    sections = cut(article.body)
    for section in sections:
        if section.heading == heading:
            return Part(heading, section.text, spoken(section, section.passages), _names(sections, heading))
    return None


def _headed(section: Section, text: str) -> str:
    if not section.heading:
        return text
    return f"**{section.heading}**：" + ("\n" if text.startswith(("- ", "1.")) else "") + text


def _names(sections: tuple[Section, ...], without: str) -> tuple[str, ...]:
    return tuple(s.heading for s in sections if s.heading and s.heading != without)


def _fit(asked: tuple[Aspect, ...], section: Section, passage: Passage) -> tuple[float, bool]:
    """How well a passage fits the aspects, and whether it tells the first of them."""
    fits = [
        aspect.weight
        * (
            WEIGHT_HEADED * bool(aspect.headed.search(section.heading))
            + WEIGHT_TOLD * _tells(aspect, passage.text)
        )
        for aspect in asked
    ]
    told = not asked or bool(asked[0].told.search(passage.text))
    best = sorted(fits, reverse=True)
    return (best[0] + 0.5 * sum(best[1:2]) if best else 0.0), told


def _tells(aspect: Aspect, text: str) -> float:
    if aspect.told.search(text):
        return 1.0
    return HINTED if aspect.hinted is not None and aspect.hinted.search(text) else 0.0


def _untold(asked: tuple[Aspect, ...], article: Article) -> str:
    """The figure that was asked for, if the article has it nowhere."""
    said = f"{article.body} {article.voice}"
    return next((aspect.name for aspect in asked if aspect.figure and not _tells(aspect, said)), "")
