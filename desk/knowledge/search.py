"""Searching and answering from the published articles that are in force today.

One `KnowledgeSearch` a process and collection. It looks at the collection's revision every few seconds; a changed
collection is indexed by one process (file lock) and opened by all, while the old index goes on answering.
"""

from __future__ import annotations

import logging
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from filelock import FileLock
from sqlalchemy import Engine

from desk.knowledge.analysis import Analyzer
from desk.knowledge.article import Article, Status
from desk.knowledge.coverage import Coverage
from desk.knowledge.embedding import Embedder, Vectors, embed_cached, open_embedder
from desk.knowledge.focus import WHOLE, Focus, Part, section_named, whole
from desk.knowledge.follow_up import WEAK, FollowUps, Rival
from desk.knowledge.index import FORMAT, Index, Source, build
from desk.knowledge.particulars import ASKED_SO, of_a_particular
from desk.knowledge.store import KnowledgeStore
from desk.knowledge.sureness import Evidence
from desk.settings import ROOT, WORDS_FILE, Settings
from desk.store.engine import open_engine

logger = logging.getLogger(__name__)

REVISION_CHECK_S = 2.0
# How many articles an answer is chosen from.
CONSIDERED = 6
# From this score on the citizen asked in the words of a stored question.
IN_THE_VERY_WORDS = 0.97
# How much it counts that an article has a section for what is asked, and what such a section scores at most. Chosen on
# tests/data/section_questions.tsv: 72 right and 7 asked back of 80, without it 67 and 11.
SECTION_COUNTS, SECTION_CERTAIN = 0.05, 1.5
# Weight, among near articles, of the share of the question's words that an article has. Chosen on the same questions.
COVERAGE_COUNTS = 0.05
# If the best is not sure, articles as near as this are offered besides, so many in all.
AROUND, ASKED_ABOUT = 0.06, 3
# The highest score and the nearest article may differ; within so many margins that is a tie.
DISAGREED = 2
# After an answer a new matter has to be named or found clearly.
STRAYS_BELOW, STRAYS_COVERED = 0.55, 0.4
# Hits beyond the wanted ones, since some found articles may not be in force today.
SPARE_HITS = 10
# Questions whose hits are kept until the articles change; they belong to turns that are being answered now.
REMEMBERED = 32
QUERY_MAX_CHARS = 5000


class Outcome(StrEnum):
    FOUND = "found"
    AMBIGUOUS = "ambiguous"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Hit:
    """One article that fits. `score` lies between 0 and 1 and is comparable between queries; `likely` is the probability
    that it is meant rather than another one, as far as the meaning tells."""

    id: str
    title: str
    score: float
    department: str
    voice: str
    body: str
    source: str
    effective_to: date | None
    likely: float | None = None


@dataclass(frozen=True)
class Answer:
    """What to say to a question: the article and the part of it that answers, or candidates to choose from, or nothing
    good enough."""

    outcome: Outcome
    article: Hit | None
    candidates: tuple[Hit, ...]
    part: Part | None = None


@dataclass(frozen=True, eq=False)
class _Loaded:
    revision: int
    index: Index
    articles: dict[str, Article]
    coverage: Coverage


class KnowledgeSearch:
    """Searches one collection. Thread-safe; blocking, so call it off the event loop.

    Args:
        folder: where indexes lie; shared by all processes of one var folder.
        today: the day on which articles must be in force.
        min_score, tie_margin: see `answer`.
    """

    def __init__(
        self,
        engine: Engine,
        folder: Path,
        *,
        collection: str = "main",
        analyzer: Analyzer,
        embedder: Embedder | None,
        today: Callable[[], date],
        min_score: float,
        tie_margin: float,
        check_every_s: float = REVISION_CHECK_S,
    ) -> None:
        self._engine = engine
        self._folder = folder / re.sub(r"[^\w-]", "_", collection)
        self._store = KnowledgeStore(engine, collection)
        self._analyzer = analyzer
        self._focus = Focus(analyzer)
        self._follow_ups = FollowUps(analyzer)
        self._embedder = embedder
        self._today = today
        self._min_score = min_score
        self._tie_margin = tie_margin
        self._check_every_s = check_every_s
        self._checked_at = -1e9
        self._loaded: _Loaded | None = None
        self._loading = threading.Lock()
        # One turn asks several times: is it known, is it ambiguous, what is told.
        self._remembered = lru_cache(maxsize=REMEMBERED)(self._search)

    def search(self, query: str, top: int = 3) -> list[Hit]:
        """The best articles in force, best first; fewer (or none) where fewer share anything with the query."""
        return list(self._remembered(self._current(), self._today(), query, top))

    def _search(self, loaded: _Loaded, today: date, query: str, top: int) -> tuple[Hit, ...]:
        query = self._analyzer.repair(query[:QUERY_MAX_CHARS])
        analysis = self._analyzer.analyze(query)
        if not analysis.chars:
            return ()
        vector: Vectors | None = None
        if self._embedder is not None and loaded.index.has_vectors:
            vector = self._embedder.embed([self._analyzer.normalise(query)])[0]
        likely = loaded.index.likely(vector)
        hits: list[Hit] = []
        for found in loaded.index.search(analysis, vector, top + SPARE_HITS):
            article = loaded.articles[loaded.index.article_ids[found.article]]
            if article.in_force(today):
                chance = float(likely[found.article]) if likely is not None else None
                hits.append(_hit(article, found.score, chance))
                if len(hits) == top:
                    break
        return tuple(hits)

    def answer(self, query: str, *, topic: str = "", section: str = "", about: str = "") -> Answer:
        """Decide what to do with a question.

        The best article answers if no other is closer than `tie_margin` and it is sure enough (`sureness`); near ties, and
        what is not sure beside the next best, are to be clarified (at most three). What can hardly be meant at all, by
        `min_score`, is no answer: nothing fits, with the nearest candidates for whoever wants to see them.

        Args:
            topic: id of the article told just before: a short question goes on about it (几天, 那我没有居住证咋办).
            section: the part that is wanted: a heading, or `WHOLE`. Empty: what the question asks for.
            about: id of the article that is meant, where the citizen chose it: only its part is looked for.
        """
        hits = self.search(query, CONSIDERED)
        chosen = self._in_force(about) if about else None
        if chosen is not None:
            hit = next((hit for hit in hits if hit.id == chosen.id), None) or _hit(chosen, 0.0)
            return self._found(query, hit, hits, section)
        told = self._in_force(topic) if topic and not section else None
        meant = self._still_about(told, query, hits) if told is not None else None
        if meant is not None:
            return self._found(query, meant, hits, section)
        if not hits or not self._is_answer(query, hits[0]) or (told and self._strays(query, hits[0])):
            return Answer(Outcome.NOTHING, None, tuple(hits))
        # The exact words of an article's question leave no doubt, however near a sister article lies.
        if hits[0].score >= IN_THE_VERY_WORDS:
            return self._found(query, hits[0], hits, section)
        ranked = self._ranked(query, hits)
        choice = self._choice(query, ranked, topic)
        if len(choice) > 1:
            return Answer(Outcome.AMBIGUOUS, None, tuple(choice[:ASKED_ABOUT]))
        return self._found(query, choice[0], hits, section)

    def _is_answer(self, query: str, hit: Hit) -> bool:
        """Whether the article can be about the question at all."""
        if hit.score < ASKED_SO and of_a_particular(self._analyzer.normalise(query)):
            return False
        return self._evidence(query, hit, 0.0).possible(self._min_score)

    def _evidence(self, query: str, hit: Hit, lead: float) -> Evidence:
        chars = len(self._analyzer.normalise(query))
        return Evidence(hit.score, self._coverage(query, hit), lead, chars, hit.likely)

    def _strays(self, query: str, hit: Hit) -> bool:
        """Whether a question after an answer would lead to a matter that it hardly names: 本科加几分, after an answer
        about the household register, is not about points of a driving licence."""
        covered = self._coverage(query, hit)
        return hit.score < STRAYS_BELOW and covered < STRAYS_COVERED

    def _coverage(self, query: str, hit: Hit) -> float:
        loaded = self._current()
        return loaded.coverage.of(self._analyzer.repair(query[:QUERY_MAX_CHARS]), loaded.articles[hit.id])

    def _ranked(self, query: str, hits: list[Hit]) -> list[tuple[float, Hit]]:
        """The hits by nearness to the question, best first; of two sister articles the one that covers the aspect is
        nearer."""
        question = self._analyzer.repair(query[:QUERY_MAX_CHARS])
        loaded = self._current()

        def nearness(hit: Hit) -> float:
            article = loaded.articles[hit.id]
            part = self._focus.find(question, article)
            covered = COVERAGE_COUNTS * loaded.coverage.of(question, article)
            return hit.score + SECTION_COUNTS * min(part.score, SECTION_CERTAIN) + covered

        return sorted(((nearness(hit), hit) for hit in hits), key=lambda pair: -pair[0])

    def _choice(self, query: str, ranked: list[tuple[float, Hit]], topic: str) -> list[Hit]:
        """The articles to choose from; a single one if there is no doubt."""
        nearest, best = ranked[0]
        scores_most = max(ranked, key=lambda pair: pair[1].score)[1]
        ties = [
            hit
            for near, hit in ranked
            if nearest - near < self._tie_margin * (DISAGREED if hit is scores_most else 1)
        ]
        choice = _real_choice(ties, topic)
        if len(choice) > 1 or choice[0].id == topic:
            return choice
        others = [(near, hit.score) for near, hit in ranked if hit.title != best.title]
        # It has to lead by score and by rank; if the two disagree, it is not sure.
        lead = min((min(nearest - near, best.score - score) for near, score in others), default=best.score)
        if self._evidence(query, best, lead).sure(self._min_score):
            return choice
        around = [hit for near, hit in ranked if nearest - near < AROUND]
        return _real_choice(around if len(around) > 1 else [hit for _, hit in ranked[:2]], topic)

    def _still_about(self, told: Article, query: str, hits: list[Hit]) -> Hit | None:
        """The article told before, or a sister of it, if the question continues; None for a new matter."""
        if self._follow_ups.goes_on(query, told, _rivals(hits)):
            return next((hit for hit in hits if hit.id == told.id), _hit(told, 0.0))
        if not self._follow_ups.asks(query) or (hits and hits[0].score >= WEAK):
            return None
        together = self.search(f"{told.title} {query}", 4)
        sister = self._follow_ups.sister(query, told, _rivals(together))
        return next((hit for hit in together if hit.id == sister and hit.score >= self._min_score), None)

    def _found(self, query: str, hit: Hit, hits: list[Hit], section: str) -> Answer:
        article = self._current().articles[hit.id]
        part = whole(article) if section == WHOLE else section_named(article, section) if section else None
        if part is None:
            part = self._focus.find(self._analyzer.repair(query[:QUERY_MAX_CHARS]), article)
        return Answer(Outcome.FOUND, hit, tuple(hits), part)

    def _in_force(self, article_id: str) -> Article | None:
        article = self._current().articles.get(article_id)
        return article if article is not None and article.in_force(self._today()) else None

    def is_indexed(self) -> bool:
        """Whether the index of the present revision lies ready, so that opening it takes no time."""
        return (self._index_folder(self._store.revision()) / "meta.json").exists()

    def refresh(self) -> None:
        """Look at the revision now instead of within a few seconds."""
        self._checked_at = -1e9
        self._current()

    def _current(self) -> _Loaded:
        loaded = self._loaded
        if loaded is not None and time.monotonic() - self._checked_at < self._check_every_s:
            return loaded
        if loaded is None:
            with self._loading:
                if self._loaded is None:
                    self._loaded = self._load(self._store.revision())
                    self._checked_at = time.monotonic()
                return self._loaded
        # One thread refreshes; the others go on with the old index.
        if self._loading.acquire(blocking=False):
            try:
                revision = self._store.revision()
                if revision != loaded.revision:
                    self._loaded = self._load(revision)
                    # Cached hits would keep the old index in memory.
                    self._remembered.cache_clear()
                self._checked_at = time.monotonic()
            finally:
                self._loading.release()
        return self._loaded or loaded

    def _load(self, revision: int) -> _Loaded:
        started = time.monotonic()
        # Articles that are published today or later; whether one is in force is asked at each query.
        published = {a.id: a for a in self._store.all(Status.PUBLISHED)}
        folder = self._index_folder(revision)
        folder.parent.mkdir(parents=True, exist_ok=True)
        index = self._index(folder, published)
        if not self._knows(index.article_ids, published):
            # The index belongs to another database that had the same revision.
            shutil.rmtree(folder, ignore_errors=True)
            index = self._index(folder, published)
        # The articles may have changed since the revision was read; the next look finds out.
        missing = [a for a in index.article_ids if a not in published]
        if missing:
            published |= {a: article for a in missing if (article := self._store.get(a)) is not None}
        seconds = round(time.monotonic() - started, 2)
        logger.info(
            "knowledge index loaded: %d articles, revision %d, %s s", len(published), revision, seconds
        )
        return _Loaded(revision, index, published, Coverage(self._analyzer, index.rarity))

    def _index(self, folder: Path, published: dict[str, Article]) -> Index:
        """The index on disk, built where there is none."""
        if not (folder / "meta.json").exists():
            with FileLock(folder.parent / "build.lock"):
                if not (folder / "meta.json").exists():
                    self._build(folder, published)
                    _forget_old(folder)
        return Index(folder)

    def _knows(self, indexed: Iterable[str], published: dict[str, Article]) -> bool:
        """Whether the database has the articles of an index, published or withdrawn meanwhile."""
        return all(one in published or self._store.get(one) is not None for one in indexed)

    def _index_folder(self, revision: int) -> Path:
        embedder = self._embedder.name if self._embedder is not None else "none"
        return self._folder / f"{revision}-{FORMAT}-{embedder}"

    def _build(self, folder: Path, articles: dict[str, Article]) -> None:
        sources = [Source(a.id, unit_texts(a), f"{a.title} {a.spoken}") for a in articles.values()]
        vectors = None
        if self._embedder is not None:
            texts = [self._analyzer.normalise(text) for source in sources for text in source.texts]
            wholes = [self._analyzer.normalise(source.whole) for source in sources]
            vectors = (
                embed_cached(self._engine, self._embedder, texts),
                embed_cached(self._engine, self._embedder, wholes),
            )
        build(folder, self._analyzer, sources, vectors)


def unit_texts(article: Article) -> list[str]:
    """The texts an article can be found by: title, questions, wordings, and its keywords together."""
    texts = [article.title, *article.questions, *article.wordings]
    if article.keywords:
        texts.append(" ".join(article.keywords))
    return list(dict.fromkeys(texts))


def _rivals(hits: list[Hit]) -> list[Rival]:
    return [Rival(hit.id, hit.title, hit.score) for hit in hits]


def _real_choice(ties: list[Hit], told: str) -> list[Hit]:
    """The ties that are about different matters. The article told just before is no alternative to itself: it is
    what is meant if it comes first, and left out else."""
    if ties[0].id == told:
        return ties[:1]
    choice: list[Hit] = []
    for hit in ties:
        if hit.id != told and all(hit.title != one.title for one in choice):
            choice.append(hit)
    return choice


def _hit(article: Article, score: float, likely: float | None = None) -> Hit:
    return Hit(
        id=article.id,
        title=article.title,
        score=round(float(np.clip(score, 0.0, 1.0)), 4),
        department=article.department,
        voice=article.spoken,
        body=article.body,
        source=article.source,
        effective_to=article.effective_to,
        likely=likely,
    )


def _forget_old(newest: Path, keep: int = 2) -> None:
    """Older indexes may still be open in another process (their files stay mapped); keep the last ones."""
    folders = sorted(
        (p for p in newest.parent.iterdir() if p.is_dir()), key=lambda p: p.stat().st_mtime, reverse=True
    )
    for old in folders[keep:]:
        if old != newest:
            shutil.rmtree(old, ignore_errors=True)


def open_search(
    settings: Settings,
    collection: str = "main",
    engine: Engine | None = None,
    embedding: bool = True,
    embedder: Embedder | None = None,
) -> KnowledgeSearch:
    """A search over a collection with the shipped lexicon, synonyms and (if wanted and loadable) sentence vectors, by
    `embedder` or the shipped one."""
    if embedder is None and embedding and settings.knowledge_embedding:
        embedder = open_embedder()
    zone = ZoneInfo(settings.timezone)
    return KnowledgeSearch(
        engine or open_engine(settings.effective_database_url),
        settings.var_dir / "index",
        collection=collection,
        analyzer=Analyzer(ROOT / "data" / "lexicon", ROOT / "data" / "synonyms.txt", WORDS_FILE),
        embedder=embedder,
        today=lambda: datetime.now(zone).date(),
        min_score=settings.knowledge_min_score,
        tie_margin=settings.knowledge_tie_margin,
    )
