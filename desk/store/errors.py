"""What an error of SQL means to whoever waits: the database is away, or it refuses what it was given.

Only the first may be tried again: what is refused once is refused every time, and would hold up all that waits behind it.
"""

from __future__ import annotations

from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    DBAPIError,
    InterfaceError,
    OperationalError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

# PostgreSQL's code of a server that only reads: a standby, or one that an operator has locked.
READ_ONLY = "25006"


def is_away(error: BaseException) -> bool:
    """It cannot be reached, is locked, full or read-only, answers too late, or is broken: later it may take the same."""
    if isinstance(error, PoolTimeout | TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    # `DatabaseError` itself, without a kind: SQLite says so of a file that is no database.
    return (
        error.connection_invalidated
        or getattr(error.orig, "sqlstate", None) == READ_ONLY
        or isinstance(error, OperationalError | InterfaceError)
        or type(error) is DatabaseError
    )


def is_refused(error: BaseException) -> bool:
    """It will never take these values: too long, out of range, not text."""
    if isinstance(error, DBAPIError):
        return isinstance(error, DataError)
    # Numbers and texts that do not even reach it: told by SQLite's driver, or while a value is made ready.
    cause = error.orig if isinstance(error, StatementError) else error
    return isinstance(cause, OverflowError | UnicodeError)
