"""Brings the articles that lie in data/knowledge into the database at start, without undoing what ops edited there."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine

from desk.knowledge.importer import read_articles
from desk.knowledge.store import KnowledgeStore

SHIPPED_BY = "shipped"


def import_shipped(engine: Engine, folder: Path) -> int:
    """Import or update the shipped articles; those removed from the folder are withdrawn. Idempotent.

    Returns:
        How many articles changed.

    Raises:
        ImportRefused: a file is wrong; nothing was imported.
    """
    articles = read_articles(folder)
    store = KnowledgeStore(engine)
    changed = store.put_all(articles, SHIPPED_BY, keep_edited_by_others=True)
    return changed + store.remove_all_but({article.id for article in articles}, SHIPPED_BY)
