"""Finds and erases what SQL holds of people. Every erasure is one transaction together with its line in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from desk.conversations import Owner, Sender
from desk.conversations.tables import ConversationRow, HandoffEventRow, HandoffMarkRow, HandoffRow, MessageRow
from desk.handoff.store import CallbackState
from desk.handoff.tables import CallbackRow, NoteRow
from desk.orders import tables as order_tables
from desk.orders.digits import normal_phone
from desk.orders.order import OPEN_STATUSES, EventKind
from desk.recordings import RecordingState
from desk.recordings.tables import recordings
from desk.seats import AuditLog
from desk.seats.tables import knowledge_feedback
from desk.wechat.tables import WechatCitizenRow, WechatJobRow

Clock = Callable[[], datetime]

# Stands where an order's words stood.
ERASED = "（内容已按规定清除）"
# Done in one go, so that nobody else waits long for the database.
BATCH = 200
# Shorter ones stand in too many texts by chance.
MENTION_MIN_DIGITS = 7

_conversations, _messages, _marks, _handoffs, _events, _callbacks, _notes, _wechat, _wechat_jobs = (
    cast(Table, row.__table__)
    for row in (
        ConversationRow, MessageRow, HandoffMarkRow, HandoffRow, HandoffEventRow, CallbackRow, NoteRow,
        WechatCitizenRow, WechatJobRow,
    )
)  # fmt: skip
_orders = order_tables.orders
_c, _o, _k = _conversations.c, _orders.c, _callbacks.c

# An erased conversation has no token: nobody can open it, and nothing of it has to be erased again.
_HELD = _c.token_hash != ""
_NOT_WITH_PEOPLE = _c.owner.in_((Owner.BOT.value, Owner.CLOSED.value))
_OPEN_ORDER = _o.status.in_([status.value for status in OPEN_STATUSES])
_OPEN_CALLBACK = _k.state.in_((CallbackState.OPEN.value, CallbackState.TAKEN.value))
# Columns of an order that tell who somebody is, or hold somebody's words. What remains is the kind of matter and where
# roughly it was.
_ORDER_WORDS: Mapping[str, str | None] = {
    "title": ERASED, "description": ERASED, "appeal": "", "event_time": "", "place_community": "",
    "place_detail": "", "subject": "", "caller_name": "", "caller_title": "", "phone": "", "callback_phone": "", "query_code": None,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FoundOrder:
    number: str
    open: bool


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is held of a citizen. `served`: conversations that people have in hand at this moment. `mentioned`: other
    conversations in which the number was only written; whose they are a person has to judge."""

    conversations: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    orders: tuple[FoundOrder, ...] = ()
    callbacks: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many were erased with a conversation."""

    messages: int
    callbacks: int
    notes: int


def utc_now() -> datetime:
    return datetime.now(UTC)


class ErasureStore:
    """Thread-safe: share one. Blocks. Safe with several processes: what two begin, one does."""

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock
        self._audit = AuditLog(engine, clock)

    # -- finding --

    def find_phone(self, phone: str) -> Found:
        """Everything of the line with this number, in whatever spelling; nothing without digits."""
        number = normal_phone(phone)
        if not number:
            return Found()
        with self._engine.connect() as connection:
            orders = connection.execute(
                select(_o.number, _o.status, _o.conversation_id)
                .where(or_(_o.phone == number, _o.callback_phone == number))
                .order_by(_o.number)
            ).all()
            callbacks = connection.execute(
                select(_k.id, _k.conversation_id).where(_k.phone == number).order_by(_k.id)
            ).all()
            lines = connection.scalars(select(_c.id).where(_c.caller_phone == number)).all()
            ids = {*lines, *(row.conversation_id for row in (*orders, *callbacks))}
            more = self._orders_of(connection, ids) if ids else ()
            known = {row.number for row in orders}
            found = [_found_order(row) for row in orders] + [one for one in more if one.number not in known]
            return self._found(connection, ids, found, [row.id for row in callbacks], number)

    def find_conversation(self, conversation_id: str) -> Found:
        """A conversation, its orders and its callbacks; nothing if there is none of this id."""
        with self._engine.connect() as connection:
            callbacks = connection.scalars(select(_k.id).where(_k.conversation_id == conversation_id)).all()
            orders = self._orders_of(connection, [conversation_id])
            return self._found(connection, [conversation_id], orders, callbacks, "")

    def idle(self, before: datetime, among: Iterable[str] | None = None) -> list[str]:
        """Conversations that ended before this moment and that nothing needs any more, longest idle first, at most BATCH.

        An order or a callback that is still open, people who have it in hand, and a recording that is kept longer keep a
        conversation. `among`: only these.
        """
        query = (
            select(_c.id)
            .where(_HELD, _c.updated_at < before, *self._needless())
            .order_by(_c.updated_at, _c.id)
            .limit(BATCH)
        )
        if among is not None:
            query = query.where(_c.id.in_(list(among)))
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def gone(self, among: Iterable[str]) -> list[str]:
        """Those of these conversations that were erased, or that there never were."""
        wanted = list(among)
        with self._engine.connect() as connection:
            held = set(connection.scalars(select(_c.id).where(_c.id.in_(wanted), _HELD)))
        return [one for one in wanted if one not in held]

    def finished_orders(self, before: datetime) -> list[str]:
        """Orders that are done and were last changed before this moment, oldest first, at most BATCH."""
        query = (
            select(_o.number)
            .where(_o.updated_at < before, ~_OPEN_ORDER, _o.description != ERASED)
            .order_by(_o.updated_at, _o.number)
            .limit(BATCH)
        )
        with self._engine.connect() as connection:
            return list(connection.scalars(query))

    def count_finished_callbacks(self, before: datetime) -> int:
        with self._engine.connect() as connection:
            query = select(func.count()).select_from(_callbacks).where(*self._finished(before))
            return int(connection.scalar(query) or 0)

    # -- erasing --

    def erase_conversation(self, conversation_id: str, by: str, why: str = "") -> Counts | None:
        """Its words, numbers, notes, marks and callbacks. None: it was erased before, there is none, or people have it
        in hand; nothing was changed then. Afterwards it is closed: an answer that is in work is dropped."""
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(_conversations)
                .where(_c.id == conversation_id, _HELD, _NOT_WITH_PEOPLE)
                .values(
                    token_hash="", owner=Owner.CLOSED.value, epoch=_c.epoch + 1, caller_phone=None,
                    called_number=None, origin=None, rating_comment=None, calling_since=None, turn_holder=None, turn_until=None,
                )
            )  # fmt: skip
            if not changed.rowcount:
                return None
            counts = Counts(
                messages=self._delete(connection, _messages, conversation_id),
                callbacks=self._delete(connection, _callbacks, conversation_id),
                notes=self._delete(connection, _notes, conversation_id),
            )
            for table in (_marks, _wechat, _wechat_jobs):
                self._delete(connection, table, conversation_id)
            empty: dict[str, Any] = {"detail": {}}
            connection.execute(
                update(_handoffs)
                .where(_handoffs.c.conversation_id == conversation_id)
                .values(note="", **empty)
            )
            connection.execute(
                update(_events).where(_events.c.conversation_id == conversation_id).values(**empty)
            )
            feedback = knowledge_feedback.c.conversation_id == conversation_id
            connection.execute(update(knowledge_feedback).where(feedback).values(comment=""))
            self._note(
                connection, by, "conversation_erased", "conversation", conversation_id, why, vars(counts)
            )
        return counts

    def erase_order(self, number: str, by: str, why: str = "") -> bool:
        """Its caller and all its words; False: it was erased before, or there is none."""
        now = self._clock()
        with self._engine.begin() as connection:
            version = connection.scalar(
                update(_orders)
                .where(_o.number == number, _o.description != ERASED)
                .values(**_ORDER_WORDS, version=_o.version + 1)
                .returning(_o.version)
            )
            if version is None:
                return False
            for table in (order_tables.order_field_sources, order_tables.order_remarks):
                connection.execute(delete(table).where(table.c.order_number == number))
            events = order_tables.order_events
            # The one change that the journal knows: what people wrote goes, who did what and when stays.
            connection.execute(
                update(events)
                .where(events.c.order_number == number, events.c.kind != EventKind.HURRIED.value)
                .values(note="")
            )
            connection.execute(
                insert(events).values(
                    order_number=number,
                    seq=version,
                    kind=EventKind.ERASED.value,
                    actor=by[:64],
                    at=now,
                    note="",
                )
            )
            self._note(connection, by, "order_erased", "order", number, why, {})
        return True

    def erase_callback(self, callback_id: str, by: str, why: str = "") -> bool:
        """False: there is none any more."""
        with self._engine.begin() as connection:
            if not connection.execute(delete(_callbacks).where(_k.id == callback_id)).rowcount:
                return False
            self._note(connection, by, "callback_erased", "callback", callback_id, why, {})
        return True

    def erase_finished_callbacks(self, before: datetime, by: str) -> int:
        """Those that were done, or given up, before this moment, at most BATCH."""
        wanted = select(_k.id).where(*self._finished(before)).limit(BATCH)
        with self._engine.begin() as connection:
            count = int(connection.execute(delete(_callbacks).where(_k.id.in_(wanted))).rowcount)
            if count:
                self._note(connection, by, "callbacks_erased", "callback", "", "", {"count": count})
        return count

    # -- inside --

    def _found(
        self,
        connection: Connection,
        ids: Iterable[str],
        orders: Iterable[FoundOrder],
        callbacks: Iterable[str],
        number: str,
    ) -> Found:
        wanted = list(ids)
        rows = connection.execute(
            select(_c.id, _c.owner).where(_c.id.in_(wanted), _HELD).order_by(_c.created_at)
        ).all()
        free = (Owner.BOT.value, Owner.CLOSED.value)
        mentioned: list[str] = []
        if len(number) >= MENTION_MIN_DIGITS:
            said = _messages.c.text.contains(number, autoescape=True)
            query = select(_messages.c.conversation_id).where(
                said, _messages.c.sender == Sender.CITIZEN.value, _messages.c.conversation_id.not_in(wanted)
            )
            mentioned = sorted(set(connection.scalars(query)))
        return Found(
            conversations=tuple(row.id for row in rows),
            served=tuple(row.id for row in rows if row.owner not in free),
            orders=tuple(orders),
            callbacks=tuple(callbacks),
            mentioned=tuple(mentioned),
        )

    def _orders_of(self, connection: Connection, conversation_ids: Iterable[str]) -> list[FoundOrder]:
        query = (
            select(_o.number, _o.status)
            .where(_o.conversation_id.in_(list(conversation_ids)), _o.description != ERASED)
            .order_by(_o.number)
        )
        return [_found_order(row) for row in connection.execute(query)]

    def _needless(self) -> list[ColumnElement[bool]]:
        kept = and_(
            recordings.c.conversation_id == _c.id,
            recordings.c.state != RecordingState.DELETED.value,
            recordings.c.keep_until > self._clock(),
        )
        unfinished = and_(_handoffs.c.conversation_id == _c.id, _handoffs.c.state != "done")
        return [
            _NOT_WITH_PEOPLE,
            ~exists().where(unfinished),
            ~exists().where(and_(_k.conversation_id == _c.id, _OPEN_CALLBACK)),
            ~exists().where(and_(_o.conversation_id == _c.id, _OPEN_ORDER)),
            ~exists().where(kept),
        ]

    def _finished(self, before: datetime) -> list[ColumnElement[bool]]:
        return [~_OPEN_CALLBACK, func.coalesce(_k.done_at, _k.created_at) < before]

    def _delete(self, connection: Connection, table: Table, conversation_id: str) -> int:
        wanted = delete(table).where(table.c.conversation_id == conversation_id)
        return int(connection.execute(wanted).rowcount)

    def _note(
        self,
        connection: Connection,
        by: str,
        action: str,
        subject_type: str,
        subject_id: str,
        why: str,
        detail: Mapping[str, Any],
    ) -> None:
        told = {**detail, "why": why} if why else dict(detail)
        self._audit.write_in(connection, by, action, subject_type, subject_id, told)


def _found_order(row: Any) -> FoundOrder:
    return FoundOrder(number=row.number, open=row.status in {status.value for status in OPEN_STATUSES})
