"""The database for a command: opened, checked for the right schema, closed again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from cli.commands.errors import CommandError
from desk.settings import Settings
from desk.store import migrate
from desk.store.engine import open_engine


@contextmanager
def opened(settings: Settings, *, migrated: bool = False) -> Iterator[Engine]:
    """An engine on the product's database.

    `migrated`: bring the schema up to date first, as for a command that may be the first one after the installation.

    Raises:
        CommandError: the database cannot be reached or has another schema than this code.
    """
    try:
        engine = open_engine(settings.effective_database_url)
        if migrated:
            migrate.upgrade(engine)
        found, wanted = migrate.current(engine), migrate.newest()
    except migrate.MigrationError as error:
        raise CommandError(str(error)) from error
    except (DBAPIError, OSError) as error:
        cause = str(getattr(error, "orig", error)).strip().splitlines() or [type(error).__name__]
        raise CommandError(f"the database cannot be opened: {cause[0]}") from error
    try:
        if found != wanted:
            raise CommandError(
                f"the database has schema {found or 'none'}, this version needs {wanted}; "
                "`make run` migrates it, or `alembic upgrade head`"
            )
        yield engine
    finally:
        engine.dispose()
