"""Writes in groups: on disk before anybody hears of them, each for itself, and fewer syncs."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError, OperationalError

from desk.store.engine import open_engine, open_write_groups
from desk.store.grouped import WriteGroups


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY, filler TEXT)"))
    yield engine
    engine.dispose()


@pytest.fixture
def groups(engine: Engine) -> Iterator[WriteGroups]:
    groups = open_write_groups(engine)
    assert groups is not None
    yield groups
    groups.close()


class Gate:
    """Work that holds the group until everything else that belongs into it waits."""

    def __init__(self, groups: WriteGroups) -> None:
        self._go = threading.Event()
        self._begun = threading.Event()
        groups.submit(self._hold)
        assert self._begun.wait(30)

    def _hold(self) -> None:
        self._begun.set()
        assert self._go.wait(30)

    def open(self) -> None:
        self._go.set()


def insert(engine: Engine, number: int, filler: str = "") -> Callable[[], int]:
    def work() -> int:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO t VALUES (:n, :f)"), {"n": number, "f": filler})
        return number

    return work


def numbers(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return list(connection.execute(text("SELECT n FROM t ORDER BY n")).scalars())


def test_what_a_future_tells_is_committed(engine: Engine, groups: WriteGroups, tmp_path: Path) -> None:
    assert groups.submit(insert(engine, 1)).result(30) == 1
    other = sqlite3.connect(tmp_path / "a.db")
    assert other.execute("SELECT n FROM t").fetchall() == [(1,)]
    other.close()


def test_what_waits_together_is_committed_at_once(
    engine: Engine, groups: WriteGroups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.store.grouped.GROUP_S", 60.0)
    gate = Gate(groups)
    futures = [groups.submit(insert(engine, n)) for n in range(20)]
    seen = groups.submit(lambda: (numbers(engine), seen_by_others(tmp_path)))
    gate.open()
    assert [future.result(30) for future in futures] == list(range(20))
    assert seen.result(30) == (list(range(20)), [])
    assert seen_by_others(tmp_path) == list(range(20))


def seen_by_others(tmp_path: Path) -> list[int]:
    other = sqlite3.connect(tmp_path / "a.db")
    found = [row[0] for row in other.execute("SELECT n FROM t ORDER BY n")]
    other.close()
    return found


def test_one_that_fails_takes_nothing_with_it(engine: Engine, groups: WriteGroups) -> None:
    def half() -> None:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO t VALUES (7, '')"))
            raise ValueError("halfway")

    gate = Gate(groups)
    good, bad, double, after = (
        groups.submit(work) for work in (insert(engine, 1), half, insert(engine, 1), insert(engine, 2))
    )
    gate.open()
    assert (good.result(30), after.result(30)) == (1, 2)
    assert isinstance(bad.exception(30), ValueError)
    assert isinstance(double.exception(30), IntegrityError)
    assert numbers(engine) == [1, 2]


def test_what_was_committed_before_the_work_failed_stays(engine: Engine, groups: WriteGroups) -> None:
    """As without a group: each `begin` is a transaction of its own."""

    def twice() -> None:
        insert(engine, 1)()
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO t VALUES (2, '')"))
            connection.rollback()
        insert(engine, 3)()
        raise ValueError

    assert isinstance(groups.submit(twice).exception(30), ValueError)
    assert numbers(engine) == [1, 3]


def test_when_the_disk_is_full_the_whole_group_hears_of_it_and_the_next_one_works(
    engine: Engine, groups: WriteGroups
) -> None:
    def fill() -> None:
        with engine.connect() as connection:
            connection.execute(text("PRAGMA max_page_count = 1"))
        insert(engine, 2, "x" * 100_000)()

    gate = Gate(groups)
    first, full = groups.submit(insert(engine, 1)), groups.submit(fill)
    gate.open()
    told = [first.exception(30), full.exception(30)]
    assert isinstance(told[1], OperationalError)
    # Either only the statement failed, or SQLite gave up the transaction: what is told is what is there.
    assert numbers(engine) == ([1] if told[0] is None else [])
    assert groups.submit(lambda: None).exception(30) is None


def test_a_group_that_cannot_begin_fails_and_the_next_one_works(
    engine: Engine, groups: WriteGroups, tmp_path: Path
) -> None:
    groups.submit(insert(engine, 1)).result(30)
    stranger = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    assert isinstance(groups.submit(insert(engine, 2)).exception(30), OperationalError)
    stranger.execute("ROLLBACK")
    stranger.close()
    assert groups.submit(insert(engine, 3)).result(30) == 3
    assert numbers(engine) == [1, 3]


def test_what_is_cancelled_before_its_turn_is_not_done(engine: Engine, groups: WriteGroups) -> None:
    gate = Gate(groups)
    given_up, kept = groups.submit(insert(engine, 1)), groups.submit(insert(engine, 2))
    assert given_up.cancel()
    gate.open()
    assert kept.result(30) == 2
    with pytest.raises(CancelledError):
        given_up.result(30)
    assert numbers(engine) == [2]


def test_another_engine_of_the_same_file_joins_the_group(
    engine: Engine, groups: WriteGroups, tmp_path: Path
) -> None:
    """Else it would wait for the lock that its own group holds."""
    second = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    gate = Gate(groups)
    one, two = groups.submit(insert(engine, 1)), groups.submit(insert(second, 2))
    gate.open()
    assert (one.result(30), two.result(30)) == (1, 2)
    second.dispose()


def test_processes_take_turns_and_lose_nothing(engine: Engine, groups: WriteGroups, tmp_path: Path) -> None:
    second = open_engine(f"sqlite:///{tmp_path / 'a.db'}")
    others = open_write_groups(second)
    assert others is not None
    futures = []
    for n in range(100):
        futures += [groups.submit(insert(engine, 2 * n)), others.submit(insert(second, 2 * n + 1))]
    assert sorted(future.result(60) for future in futures) == list(range(200))
    assert numbers(engine) == list(range(200))
    others.close()
    second.dispose()


def test_memory_and_other_databases_need_no_groups() -> None:
    engine = open_engine("sqlite://")
    assert open_write_groups(engine) is None
    engine.dispose()
