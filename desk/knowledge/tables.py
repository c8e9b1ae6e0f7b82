"""Tables of the knowledge room. A version is never changed; an article points to its newest one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, DateTime, ForeignKeyConstraint, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from desk.store.base import Base


class CollectionRow(Base):
    """A named set of articles. `revision` grows with every change, so that a search knows when to look again."""

    __tablename__ = "knowledge_collections"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, default=0)


class ArticleRow(Base):
    """The present state of an article; its content lies in the version that `version` names."""

    __tablename__ = "knowledge_articles"
    __table_args__ = (
        ForeignKeyConstraint(["collection"], ["knowledge_collections.name"]),
        Index("ix_knowledge_articles_collection_status", "collection", "status"),
    )

    collection: Mapped[str] = mapped_column(String(64), primary_key=True)
    article_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(16))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class VersionRow(Base):
    """One version of an article, as JSON: who wrote what, when. Append-only."""

    __tablename__ = "knowledge_versions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["collection", "article_id"], ["knowledge_articles.collection", "knowledge_articles.article_id"]
        ),
    )

    collection: Mapped[str] = mapped_column(String(64), primary_key=True)
    article_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    content: Mapped[dict[str, object]] = mapped_column(JSON)
    content_hash: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class VectorRow(Base):
    """Cache of sentence vectors by text and model: a rebuild of the index computes only what is new."""

    __tablename__ = "knowledge_vectors"

    text_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)
