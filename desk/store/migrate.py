"""Brings the database to the schema of this code. Migrations live in the `migrations/` folder of the checkout."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

ROOT = Path(__file__).resolve().parents[2]

# Any number will do, as long as nothing else in the database locks the same one.
_POSTGRESQL_LOCK = 12345_2026


class MigrationError(Exception):
    """The database and this code do not fit together. `str()` is one line an operator can act on."""


def upgrade(engine: Engine) -> None:
    """Apply what is missing; nothing if the schema is current.

    All or nothing, and safe when several processes start at once: one migrates, the others wait.

    Raises:
        MigrationError: the database was made by a newer version of the product.
    """
    if current(engine) == newest():
        return
    config = _config()
    try:
        with locked(engine) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except CommandError as error:
        raise MigrationError(
            f"the database has the schema {current(engine)}, which this version does not know; "
            "update the product or point MINSHENG_DATABASE_URL to another database"
        ) from error


def current(engine: Engine) -> str | None:
    """The revision that the database has; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that this code wants."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def load_tables() -> None:
    """Import every room's `tables.py`, so that `Base.metadata` is complete."""
    for path in sorted((ROOT / "desk").glob("*/tables.py")):
        importlib.import_module(f"desk.{path.parent.name}.tables")


@contextmanager
def locked(engine: Engine) -> Iterator[Connection]:
    """One transaction that no second migration can enter. Commits at the end."""
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_POSTGRESQL_LOCK})")
        else:
            # Python's driver opens no transaction before CREATE TABLE: without this a killed migration would stay
            # half done.
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    return config
