"""An order store on each database, with a clock that tests move by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from desk.orders import tables as t
from desk.orders.limits import OrderLimits
from desk.orders.store import OrderStore
from desk.store.base import Base
from desk.store.engine import open_engine


class HandClock:
    """Stands still until it is moved. Starts on Sunday 2026-11-22 at 12:00 in Shanghai."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **parts: float) -> None:
        self.now += timedelta(**parts)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    order_tables = [table for table in Base.metadata.sorted_tables if table.name.startswith("order")]
    assert t.orders in order_tables
    Base.metadata.create_all(engine, tables=order_tables)
    yield engine
    Base.metadata.drop_all(engine, tables=order_tables)
    engine.dispose()


@pytest.fixture
def store(engine: Engine, clock: HandClock) -> OrderStore:
    return OrderStore(engine, OrderLimits(), clock)
