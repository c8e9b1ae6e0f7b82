"""Shared by the tests of the command line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from desk.store import migrate
from desk.store.engine import open_engine


@pytest.fixture
def engine(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    monkeypatch.setenv("MINSHENG_DATABASE_URL", database_url)
    engine = open_engine(database_url)
    migrate.upgrade(engine)
    yield engine
    engine.dispose()
