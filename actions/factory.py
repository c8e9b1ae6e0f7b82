"""Builds the real parts once, when the first action runs: Rasa builds actions with no arguments, and a mere import
must not open a database."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from actions.ports import Answer, Article, Judgement, JudgePort, KnowledgePort, Parts, Told
from desk.conversations import ConversationStore
from desk.handoff.triggers import Thresholds
from desk.orders.limits import OrderLimits
from desk.orders.proof import TryBounds
from desk.orders.store import OrderStore
from desk.settings import ROOT, Settings, load_settings
from desk.store.engine import open_engine

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def parts() -> Parts:
    settings = load_settings()
    zone = ZoneInfo(settings.timezone)
    engine = open_engine(settings.effective_database_url)
    limits = OrderLimits.from_settings(settings)
    return Parts(
        orders=OrderStore(engine, limits, bounds=TryBounds.from_settings(settings)),
        knowledge=Knowledge(settings, engine),
        judge=Judge(settings),
        clock=lambda: datetime.now(zone),
        zone=zone,
        city=settings.city,
        thresholds=Thresholds.of(settings),
        limits=limits,
        origin=ConversationStore(engine).origin,
    )


# At start the server waits this long for what loads slowly, then serves without: orders need no index.
WARM_WAIT_S = 60.0


def warm() -> None:
    """Build the parts and wait until the first citizen would not have to, at most `WARM_WAIT_S` seconds."""
    built = parts()
    deadline = time.monotonic() + WARM_WAIT_S
    for part in (built.knowledge, built.judge):
        if isinstance(part, Knowledge | Judge) and not part.ready(max(deadline - time.monotonic(), 0.1)):
            logger.warning("serving before everything is loaded", extra={"part": type(part).__name__})


# The first search loads the index, and builds it where the articles have changed, which can take minutes. A citizen
# waits no longer than this, in seconds; the gateway gives a whole turn twelve.
KNOWLEDGE_WAIT_S = 6.0


class Knowledge(KnowledgePort):
    """The knowledge search of the desk, opened in the background as soon as the parts are built."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="knowledge")
        self._opening: Future[Any] = self._worker.submit(_open_search, settings, engine)

    def ready(self, wait_s: float) -> bool:
        """Whether the index is open, after waiting at most so many seconds. Trouble with it is told by `answer`."""
        done, _ = wait([self._opening], wait_s)
        return bool(done)

    def answer(self, query: str, *, topic: str = "", section: str = "", about: str = "") -> Answer:
        """Raises TimeoutError while the index is still being built, and whatever opening it raised."""
        search = self._opening.result(KNOWLEDGE_WAIT_S)
        found = search.answer(query, topic=topic, section=section, about=about)
        article = getattr(found, "article", None)
        return Answer(
            outcome=str(found.outcome),  # type: ignore[arg-type]
            article=_article(article) if article is not None else None,
            candidates=tuple(_article(hit) for hit in getattr(found, "candidates", ()) or ()),
            told=_told(found.part) if getattr(found, "part", None) is not None else None,
            score=float(getattr(article, "score", 0.0)),
        )


def _open_search(settings: Settings, engine: Engine) -> Any:
    from desk.knowledge import open_search

    search = open_search(settings, engine=engine)
    search.answer("公积金怎么提取")  # Loads or builds the index now, not in a citizen's turn.
    return search


def _article(hit: Any) -> Article:
    def read(name: str) -> str:
        value = getattr(hit, name, None)
        return "" if value is None else str(value)

    return Article(
        id=read("id"),
        title=read("title"),
        department=read("department"),
        voice=read("voice"),
        body=read("body"),
        source=read("source"),
        effective_to=read("effective_to"),
    )


def _told(part: Any) -> Told:
    return Told(part.heading, part.text, part.spoken, part.others, part.untold)


class Judge(JudgePort):
    """Category and urgency. An order without a category is worse than one with, and far better than none: trouble
    with the classifier is logged and leaves the fields empty."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._classifier: Any = None
        # Loading takes seconds the first time: not in the turn that registers somebody's order.
        self._loading = threading.Thread(
            target=self.judge, args=("help", "停水"), name="category", daemon=True
        )
        self._loading.start()

    def ready(self, wait_s: float) -> bool:
        """Whether loading has ended, well or not, after waiting at most so many seconds."""
        self._loading.join(wait_s)
        return not self._loading.is_alive()

    def judge(self, order_type: str, text: str) -> Judgement:
        try:
            return self._judge(order_type, text)
        except Exception as error:
            logger.error("category classifier failed", extra={"error": type(error).__name__})
            return Judgement()

    def _judge(self, order_type: str, text: str) -> Judgement:
        from desk.orders.category import load_or_train

        if self._classifier is None:
            self._classifier = load_or_train(ROOT / "data", self._settings.var_dir)
        found = self._classifier.classify(text)
        # Praise and suggestions speak of trouble only to thank for its end.
        calm = order_type in ("praise", "suggest", "consult")
        return Judgement(
            code=str(found.code),
            path=tuple(found.path),
            department=str(found.department),
            confidence=float(found.confidence),
            urgency="normal" if calm else found.urgency.value,
        )
