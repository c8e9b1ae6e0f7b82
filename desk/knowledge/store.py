"""The articles in SQL: every change makes a version, every transaction bumps the collection's revision."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, Select, delete, select, update
from sqlalchemy.orm import Session

from desk.knowledge.article import Article, Status, article_from_dict
from desk.knowledge.errors import KnowledgeError
from desk.knowledge.tables import ArticleRow, CollectionRow, VersionRow

# Rows are read and written in slices of this size, so that 100,000 articles fit into bounded memory and SQL variables.
SLICE = 500


def _utc_now() -> datetime:
    return datetime.now(UTC)


class KnowledgeStore:
    """Reads and writes one collection of articles. Thread-safe: each call is one transaction."""

    def __init__(
        self, engine: Engine, collection: str = "main", now: Callable[[], datetime] = _utc_now
    ) -> None:
        self._engine = engine
        self.collection = collection
        self._now = now

    def revision(self) -> int:
        """Grows with every change of the collection; 0 if there is no such collection."""
        with self._engine.connect() as connection:
            statement = select(CollectionRow.revision).where(CollectionRow.name == self.collection)
            return connection.execute(statement).scalar_one_or_none() or 0

    def put_all(self, articles: Iterable[Article], by: str, keep_edited_by_others: bool = False) -> int:
        """Store articles in one transaction (all or none). Unchanged ones make no version.

        Args:
            by: who did it; kept with each version.
            keep_edited_by_others: leave an article alone whose newest version somebody else than `by` wrote.

        Returns:
            How many articles were new or changed.
        """
        changed = 0
        with Session(self._engine) as session, session.begin():
            collection = self._lock_collection(session)
            batch: list[Article] = []
            for article in articles:
                batch.append(article)
                if len(batch) == SLICE:
                    changed += self._put_slice(session, batch, by, keep_edited_by_others)
                    batch = []
            changed += self._put_slice(session, batch, by, keep_edited_by_others)
            if changed:
                collection.revision += 1
        return changed

    def put(self, article: Article, by: str) -> bool:
        """Store one article; False if it already was exactly this."""
        return self.put_all([article], by) == 1

    def set_status(self, article_id: str, status: Status, by: str) -> Article:
        """Move an article on in its life.

        Raises:
            KnowledgeError: no such article.
            IllegalStatus: no such step.
        """
        article = self.get(article_id)
        if article is None:
            raise KnowledgeError(f"no article {article_id!r} in {self.collection!r}")
        moved = article.with_status(status)
        self.put(moved, by)
        return moved

    def remove_all_but(self, keep: set[str], by: str) -> int:
        """Withdraw articles that `by` wrote last and that are not in `keep` (they left the shipped folder)."""
        stale = []
        for article_id, author in self._authors().items():
            if author == by and article_id not in keep:
                article = self.get(article_id)
                if article is not None and article.status is not Status.WITHDRAWN:
                    stale.append(replace(article, status=Status.WITHDRAWN))
        return self.put_all(stale, by) if stale else 0

    def get(self, article_id: str) -> Article | None:
        """The newest version of an article, whatever its status."""
        with self._engine.connect() as connection:
            content = connection.execute(
                self._newest().where(ArticleRow.article_id == article_id)
            ).scalar_one_or_none()
        return article_from_dict(dict(content)) if content is not None else None

    def history(self, article_id: str) -> list[tuple[int, datetime, str, Article]]:
        """All versions, oldest first: number, time, author, article."""
        statement = (
            select(VersionRow)
            .where(VersionRow.collection == self.collection, VersionRow.article_id == article_id)
            .order_by(VersionRow.version)
        )
        with Session(self._engine) as session:
            rows = session.scalars(statement).all()
            return [(r.version, r.created_at, r.created_by, article_from_dict(dict(r.content))) for r in rows]

    def all(self, status: Status | None = None) -> list[Article]:
        """The newest version of every article, by id."""
        statement = self._newest().order_by(ArticleRow.article_id)
        if status is not None:
            statement = statement.where(ArticleRow.status == status.value)
        with self._engine.connect() as connection:
            rows = connection.execution_options(yield_per=SLICE).execute(statement)
            return [article_from_dict(dict(content)) for (content,) in rows]

    def drop(self) -> None:
        """Delete the whole collection with its history (test sets; never the collection citizens are answered from)."""
        if self.collection == "main":
            raise KnowledgeError("the main collection is never dropped; withdraw its articles instead")
        with Session(self._engine) as session, session.begin():
            for table in (VersionRow, ArticleRow):
                session.execute(delete(table).where(table.collection == self.collection))
            # Keep counting the revision: an index on disk is named by it and must not take new articles for old.
            session.execute(
                update(CollectionRow)
                .where(CollectionRow.name == self.collection)
                .values(revision=CollectionRow.revision + 1)
            )

    def _newest(self) -> Select[Any]:
        return (
            select(VersionRow.content)
            .join(
                ArticleRow,
                (ArticleRow.collection == VersionRow.collection)
                & (ArticleRow.article_id == VersionRow.article_id)
                & (ArticleRow.version == VersionRow.version),
            )
            .where(ArticleRow.collection == self.collection)
        )

    def _authors(self) -> dict[str, str]:
        statement = (
            select(ArticleRow.article_id, VersionRow.created_by)
            .join(
                VersionRow,
                (ArticleRow.collection == VersionRow.collection)
                & (ArticleRow.article_id == VersionRow.article_id)
                & (ArticleRow.version == VersionRow.version),
            )
            .where(ArticleRow.collection == self.collection)
        )
        with self._engine.connect() as connection:
            return {article_id: author for article_id, author in connection.execute(statement)}

    def _lock_collection(self, session: Session) -> CollectionRow:
        # FOR UPDATE serialises two importers on PostgreSQL; SQLite has one writer anyway.
        row = session.get(CollectionRow, self.collection, with_for_update=True)
        if row is None:
            row = CollectionRow(name=self.collection, revision=0)
            session.add(row)
            session.flush()
        return row

    def _put_slice(
        self, session: Session, articles: list[Article], by: str, keep_edited_by_others: bool
    ) -> int:
        if not articles:
            return 0
        ids = [article.id for article in articles]
        present = {
            row.article_id: (row, version)
            for row, version in session.execute(
                select(ArticleRow, VersionRow)
                .join(
                    VersionRow,
                    (ArticleRow.collection == VersionRow.collection)
                    & (ArticleRow.article_id == VersionRow.article_id)
                    & (ArticleRow.version == VersionRow.version),
                )
                .where(ArticleRow.collection == self.collection, ArticleRow.article_id.in_(ids))
            )
        }
        changed, now = 0, self._now()
        versions = []
        for article in articles:
            row, newest = present.get(article.id, (None, None))
            if newest is not None and newest.content_hash == article.content_hash():
                continue
            if newest is not None and keep_edited_by_others and newest.created_by != by:
                continue
            number = (row.version if row is not None else 0) + 1
            if row is None:
                row = ArticleRow(collection=self.collection, article_id=article.id)
                session.add(row)
            row.version, row.status, row.updated_at = number, article.status.value, now
            versions.append(
                VersionRow(
                    collection=self.collection,
                    article_id=article.id,
                    version=number,
                    content=article.to_dict(),
                    content_hash=article.content_hash(),
                    created_by=by,
                    created_at=now,
                )
            )
            changed += 1
        # The article rows first: versions refer to them.
        session.flush()
        session.add_all(versions)
        session.flush()
        # Bound memory in large imports: written rows need no further tracking.
        for version in versions:
            session.expunge(version)
        return changed
