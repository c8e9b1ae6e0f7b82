"""An empty database with the whole schema, as an operator would make it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from desk.store import migrate
from desk.store.engine import open_engine


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    migrate.upgrade(engine)
    yield engine
    engine.dispose()
