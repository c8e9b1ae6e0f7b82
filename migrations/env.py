"""Runs migrations on a connection that the caller gives, or (from the command line) on the database of the settings."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from desk.settings import load_settings
from desk.store.base import Base
from desk.store.engine import open_engine
from desk.store.migrate import load_tables, locked


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        # SQLite can alter a table only by copying it.
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    _run(given)
elif context.is_offline_mode():
    raise SystemExit("migrations run on a live database only")
else:
    # Only `alembic revision --autogenerate` compares with the tables; loading every room takes seconds.
    load_tables()
    engine = open_engine(load_settings().effective_database_url)
    with locked(engine) as connection:
        _run(connection)
    engine.dispose()
