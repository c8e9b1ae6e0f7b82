"""Counts wrong proofs of ownership in SQL: per conversation, per origin, per order and of everybody together."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from desk.orders import tables as t
from desk.orders.errors import TooManyTries
from desk.orders.proof import Asker, Bound, Proof, TryBounds

# A guesser with many addresses leaves many rows; so many old ones go with each try.
_FORGOTTEN_AT_ONCE = 100


def count_try(
    connection: Connection, proof: Proof, number: str, asker: Asker, now: datetime, bounds: TryBounds
) -> None:
    """Count a try as wrong before it is judged, so that tries in parallel cannot slip past a bound. Whoever finds it right
    rolls the transaction back: then it has not counted.

    Raises:
        TooManyTries: one of the counts is full. The transaction is to be rolled back then, too: who is shut out must not
            fill the counts of others.
    """
    count_in(connection, bounds.of(proof, number, asker), now)


def count_in(connection: Connection, counts: Iterable[tuple[str, str, Bound]], now: datetime) -> None:
    """One more in each count (scope, subject, bound), always in the same order of scopes. Raises as `count_try` does."""
    new: Any = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    c = t.order_tries.c
    for scope, subject, bound in counts:
        over = c.first_at <= now - bound.window
        tries, first_at = connection.execute(
            new(t.order_tries)
            .values(scope=scope, subject=subject, tries=1, first_at=now)
            .on_conflict_do_update(
                index_elements=["scope", "subject"],
                set_={
                    "tries": case((over, 1), else_=c.tries + 1),
                    "first_at": case((over, now), else_=c.first_at),
                },
            )
            .returning(c.tries, c.first_at)
        ).one()
        if tries > bound.count:
            raise TooManyTries(scope.partition(":")[2], first_at + bound.window)


def forget_old(connection: Connection, now: datetime, bounds: TryBounds) -> None:
    """Remove counts that are over, some at a time. In a transaction of its own: together with `count_try` it would hold
    locks that another one waits for."""
    c = t.order_tries.c
    longest = max(
        bound.window for _, _, bound in bounds.of(Proof.TAIL, "", Asker(conversation_id="", origin="-"))
    )
    hour = bounds.conversation.window
    old = or_(c.first_at <= now - longest, c.scope.endswith(":conversation") & (c.first_at <= now - hour))
    # What somebody else is counting in at this moment is left alone. (SQLite has one writer, and no such clause.)
    some = select(c.scope, c.subject).where(old).limit(_FORGOTTEN_AT_ONCE).with_for_update(skip_locked=True)
    connection.execute(delete(t.order_tries).where(tuple_(c.scope, c.subject).in_(some)))
