"""Seats' verdicts on the articles that the console showed them. Operators read them to mend the knowledge."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, Integer, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite

from desk.privacy import mask_text
from desk.seats.audit import utc_now
from desk.seats.tables import knowledge_feedback

Clock = Callable[[], datetime]
COMMENT_MAX_CHARS = 500


class Verdict(StrEnum):
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, kw_only=True)
class Feedback:
    at: datetime
    user_id: str
    article_id: str
    conversation_id: str
    query_hash: str
    verdict: Verdict
    comment: str


@dataclass(frozen=True, kw_only=True)
class ArticleVerdicts:
    article_id: str
    up: int
    down: int


def hash_query(query: str) -> str:
    """A hash by which equal questions are counted; the citizen's words are not kept beside a seat's name."""
    return hashlib.sha256(" ".join(query.lower().split()).encode()).hexdigest() if query.strip() else ""


class KnowledgeFeedback:
    """Thread-safe: share one. Blocks."""

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock
        self._insert: Any = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert

    def add(
        self,
        user_id: str,
        article_id: str,
        conversation_id: str,
        verdict: Verdict,
        *,
        query: str = "",
        comment: str = "",
    ) -> None:
        """Store a verdict. It replaces the seat's earlier one on this article in this conversation."""
        row = {
            "at": self._clock(),
            "user_id": user_id,
            "article_id": article_id,
            "conversation_id": conversation_id,
            "query_hash": hash_query(query),
            "verdict": verdict.value,
            "comment": mask_text(comment.strip()[:COMMENT_MAX_CHARS]),
        }
        with self._engine.begin() as connection:
            connection.execute(
                self._insert(knowledge_feedback)
                .values(**row)
                .on_conflict_do_update(
                    index_elements=["user_id", "article_id", "conversation_id"],
                    set_={key: row[key] for key in ("at", "query_hash", "verdict", "comment")},
                )
            )

    def of_article(self, article_id: str, limit: int = 100) -> tuple[Feedback, ...]:
        """Newest first."""
        c = knowledge_feedback.c
        query = (
            select(knowledge_feedback)
            .where(c.article_id == article_id)
            .order_by(c.at.desc(), c.id.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return tuple(
                Feedback(
                    **{key: row[key] for key in Feedback.__dataclass_fields__ if key != "verdict"},
                    verdict=Verdict(row["verdict"]),
                )
                for row in connection.execute(query).mappings()
            )

    def worst(self, limit: int = 50) -> tuple[ArticleVerdicts, ...]:
        """Articles with thumbs down, most of them first."""
        c = knowledge_feedback.c
        down = func.sum(cast(c.verdict == Verdict.DOWN.value, Integer))
        up = func.sum(cast(c.verdict == Verdict.UP.value, Integer))
        query = (
            select(c.article_id, up.label("up"), down.label("down"))
            .group_by(c.article_id)
            .having(down > 0)
            .order_by(down.desc(), c.article_id)
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return tuple(ArticleVerdicts(**row) for row in connection.execute(query).mappings())
