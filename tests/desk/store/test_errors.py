"""A database that is away is told from one that refuses what it was given, by errors that real ones raise."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy
from sqlalchemy import Engine, insert
from sqlalchemy.exc import SQLAlchemyError

from desk.conversations import ConversationStore
from desk.conversations.tables import ConversationRow
from desk.store.engine import open_engine
from desk.store.errors import is_away, is_refused
from tests.conftest import free_port


def error_of(engine: Engine, statement: sqlalchemy.Executable) -> Exception:
    with pytest.raises((SQLAlchemyError, OverflowError)) as caught, engine.begin() as connection:
        connection.execute(statement)
    return caught.value


def test_what_is_out_of_reach_of_a_column_is_refused(engine: Engine) -> None:
    store = ConversationStore(engine)
    conversation, _token, _greeting = store.create("web")
    row = ConversationRow.__table__
    change = sqlalchemy.update(row).where(row.c.id == conversation.id).values(epoch=2**70)  # type: ignore[arg-type]
    error = error_of(engine, change)
    assert (is_away(error), is_refused(error)) == (False, True)


@pytest.mark.postgres
def test_postgresql_refuses_what_is_too_long(postgres_server: str) -> None:
    engine = open_engine(f"postgresql+psycopg://minsheng@{postgres_server}/postgres")
    error = error_of(engine, sqlalchemy.text("SELECT CAST('x' AS integer)"))
    assert (is_away(error), is_refused(error)) == (False, True)
    engine.dispose()


def test_a_broken_rule_is_neither(engine: Engine) -> None:
    ConversationStore(engine).create("web", conversation_id="c1")
    error = error_of(engine, insert(ConversationRow).values(id="c1"))
    assert (is_away(error), is_refused(error)) == (False, False)


def test_nobody_at_the_address_is_away() -> None:
    engine = open_engine(f"postgresql+psycopg://minsheng@127.0.0.1:{free_port()}/postgres")
    error = error_of(engine, sqlalchemy.text("SELECT 1"))
    assert (is_away(error), is_refused(error)) == (True, False)


def test_a_locked_or_broken_file_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desk.store.engine.SQLITE_BUSY_TIMEOUT_MS", 10)
    path = tmp_path / "one.db"
    holder, other = open_engine(f"sqlite:///{path}"), open_engine(f"sqlite:///{path}")
    with holder.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x INTEGER)")
        connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        locked = error_of(other, sqlalchemy.text("INSERT INTO t VALUES (2)"))
    assert is_away(locked)
    holder.dispose()
    other.dispose()
    for file in tmp_path.iterdir():
        file.write_bytes(b"this is no database" * 500)
    broken = open_engine(f"sqlite:///{path}")
    assert is_away(error_of(broken, sqlalchemy.text("SELECT 1 FROM t")))
    broken.dispose()
