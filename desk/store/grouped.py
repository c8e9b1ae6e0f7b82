"""Small writes of one process under one commit, so that SQLite syncs the disk once for all of them.

A busy desk writes more often than a disk can sync. `WriteGroups` runs what waits, in order, in one thread and one
transaction; each piece of work opens and ends its own transactions as always (`engine.begin()`), which are savepoints in
there: one that fails takes nothing with it. The futures are resolved after the commit, so what they tell is on disk; if
the commit fails they all fail. Several processes take turns by a lock on a file, which the kernel hands over at once,
instead of SQLite's own sleeping and trying again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection, QueuePool, StaticPool

T = TypeVar("T")

# A group ends after so much work, or so long: other processes wait for their turn meanwhile.
GROUP_MAX = 64
GROUP_S = 0.05


class _Savepoints(sqlite3.Connection):
    """Inside a group, to commit and to roll back end a savepoint and begin the next one."""

    def open_group(self) -> None:
        self.execute("BEGIN IMMEDIATE")
        self.execute("SAVEPOINT work")

    def close_group(self) -> None:
        """The one real commit."""
        super().commit()

    def commit(self) -> None:
        self.execute("RELEASE work")
        self.execute("SAVEPOINT work")

    def rollback(self) -> None:
        # Some errors (a full disk) end the whole transaction, and the savepoint with it.
        if self.in_transaction:
            self.execute("ROLLBACK TO work")


class _Here(threading.local):
    """Whose group this thread works in. Of the thread, because stores ask their engine for a connection, and there is
    no other way to tell it."""

    pool: StaticPool | None = None


_here = _Here()


class GroupPool(QueuePool):
    """The pool of a SQLite file: work inside a group gets the group's connection, whatever engine it uses."""

    # It logs what SQLAlchemy's own pools log. Named after this module, it would speak as loud as we do, and with its
    # arguments, which `desk.logs` takes from foreign loggers only.
    _sqla_logger_namespace = "sqlalchemy.pool.GroupPool"

    def connect(self) -> PoolProxiedConnection:
        return super().connect() if _here.pool is None else _here.pool.connect()


@dataclass(frozen=True)
class _Work:
    run: Callable[[], Any]
    future: Future[Any]


@dataclass(frozen=True)
class _Outcome:
    future: Future[Any]
    result: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


class WriteGroups:
    """Share one a process and database. `connect` opens a connection of the given class to the SQLite file `database`."""

    def __init__(
        self,
        database: Path,
        dialect: Dialect,
        connect: Callable[[type[sqlite3.Connection]], sqlite3.Connection],
    ) -> None:
        self._writers = database.with_name(f"{database.name}-writers")
        self._dialect = dialect
        self._connect = connect
        self._waiting: SimpleQueue[_Work | None] = SimpleQueue()
        self._connection: _Savepoints | None = None
        self._thread = threading.Thread(target=self._run_forever, name="writes", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Run it in its turn, together with what waits beside it. Work that is cancelled before its turn is not done."""
        future: Future[T] = Future()
        self._waiting.put(_Work(work, future))
        return future

    def close(self) -> None:
        """Finishes what waits. Nothing may be submitted afterwards."""
        self._waiting.put(None)
        self._thread.join()

    def _run_forever(self) -> None:
        while (first := self._waiting.get()) is not None:
            for outcome in self._run_group(first):
                outcome.tell()
        self._forget_connection()

    def _run_group(self, first: _Work) -> list[_Outcome]:
        outcomes: list[_Outcome] = []
        begun: list[_Work] = []
        try:
            with self._turn():
                connection = self._open()
                connection.open_group()
                for work in self._together(first):
                    if work.future.set_running_or_notify_cancel():
                        begun.append(work)
                        outcomes.append(_outcome(work, connection))
                connection.close_group()
        except (sqlite3.Error, OSError) as error:
            self._forget_connection()
            if not begun and first.future.set_running_or_notify_cancel():
                begun.append(first)
            failed = OperationalError("a group of writes", None, error)
            return [_Outcome(work.future, error=failed) for work in begun]
        return outcomes

    def _together(self, first: _Work) -> Iterator[_Work]:
        until = time.monotonic() + GROUP_S
        yield first
        for _ in range(GROUP_MAX - 1):
            if time.monotonic() >= until:
                return
            try:
                work = self._waiting.get_nowait()
            except Empty:
                return
            if work is None:
                # The end, after this group.
                self._waiting.put(None)
                return
            yield work

    def _open(self) -> _Savepoints:
        if self._connection is None:
            connection = self._connect(_Savepoints)
            assert isinstance(connection, _Savepoints)
            self._connection = connection
            _here.pool = StaticPool(lambda: cast(DBAPIConnection, connection), dialect=self._dialect)
        return self._connection

    def _forget_connection(self) -> None:
        """What is in doubt is rolled back, and the next group begins with a new connection."""
        connection, self._connection, _here.pool = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """The kernel wakes who waits at once, and lets go for who died. A writer that does not know of the file (a command,
        the actions) still meets SQLite's own lock."""
        file = os.open(self._writers, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            os.close(file)


def _outcome(work: _Work, connection: _Savepoints) -> _Outcome:
    """Raises sqlite3.Error when the whole group is lost."""
    try:
        result = work.run()
    except BaseException as error:
        if not connection.in_transaction:
            raise sqlite3.OperationalError("the transaction of the group is gone") from error
        connection.rollback()
        return _Outcome(work.future, error=error)
    return _Outcome(work.future, result=result)
