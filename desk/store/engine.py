"""Opens the SQL database. SQLite gets WAL, foreign keys and a bounded wait for locks. Whatever the door, what is written is
text that every database can hold (desk/store/storable.py)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from desk.store.grouped import GroupPool, WriteGroups
from desk.store.storable import storable, storable_json

# A writer that waits longer than this would keep a citizen waiting too; the caller handles the error instead.
SQLITE_BUSY_TIMEOUT_MS = 3000


def open_engine(url: str) -> Engine:
    """A pooled engine for SQLite (file or memory) or PostgreSQL. Creates the folder of a SQLite file."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(
            url,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=20,
            pool_timeout=5,
            hide_parameters=True,
            json_serializer=_json,
        )
        _clean_what_is_written(engine)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    connect_args = {"check_same_thread": False, "timeout": SQLITE_BUSY_TIMEOUT_MS / 1000}
    more: dict[str, Any] = {"poolclass": GroupPool} if _is_file(parsed) else {}
    engine = create_engine(
        url, connect_args=connect_args, hide_parameters=True, json_serializer=_json, **more
    )
    _clean_what_is_written(engine)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        _configure(connection)

    return engine


def open_write_groups(engine: Engine) -> WriteGroups | None:
    """For writing to a SQLite file from many tasks at once; None for other databases, which need no such thing."""
    if engine.dialect.name != "sqlite" or not _is_file(engine.url):
        return None
    database = Path(str(engine.url.database))

    def connect(kind: type[sqlite3.Connection]) -> sqlite3.Connection:
        connection = sqlite3.connect(
            database,
            SQLITE_BUSY_TIMEOUT_MS / 1000,
            isolation_level=None,
            check_same_thread=False,
            factory=kind,
        )
        _configure(connection)
        return connection

    return WriteGroups(database, engine.dialect, connect)


def _json(value: Any) -> str:
    return json.dumps(storable_json(value))


def _clean_what_is_written(engine: Engine) -> None:
    """The last line behind all doors (actions, imports, commands). What is looked for is cleaned alike, and so found."""

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def _before(
        _connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, executemany: bool
    ) -> tuple[str, Any]:
        if executemany:
            return statement, [_storable_row(row) for row in parameters]
        return statement, _storable_row(parameters)


def _storable_row(row: Any) -> Any:
    if isinstance(row, Mapping):
        return {key: storable(value) if isinstance(value, str) else value for key, value in row.items()}
    return tuple(storable(value) if isinstance(value, str) else value for value in row)


def _is_file(url: URL) -> bool:
    return bool(url.database) and url.database != ":memory:"


def _configure(connection: DBAPIConnection | sqlite3.Connection) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: an order number that was read out must survive a power cut (WAL with NORMAL may lose the last commits).
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_TIMEOUT_MS}")
    cursor.close()
