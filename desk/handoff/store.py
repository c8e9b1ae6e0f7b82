"""Reads handoffs and their journal; keeps notes and callbacks. Changing owners is desk/conversations/transitions.py."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Engine, Select, Table, bindparam, exists, insert, select, text, update
from sqlalchemy.engine import Connection

from desk.conversations import (
    ConversationNotFound,
    EventKind,
    Handoff,
    HandoffEvent,
    HandoffReason,
    Owner,
    Turnover,
)
from desk.conversations.handoff import CITIZEN, is_call
from desk.conversations.store import Clock, utc_now
from desk.conversations.tables import ConversationRow, HandoffEventRow, HandoffMarkRow, HandoffRow
from desk.conversations.transitions import open_handoff, read_handoff
from desk.handoff.errors import CallbackNotFound
from desk.handoff.tables import CallbackRow, NoteRow

_handoffs = cast(Table, HandoffRow.__table__)
_events = cast(Table, HandoffEventRow.__table__)
_callbacks = cast(Table, CallbackRow.__table__)
_notes = cast(Table, NoteRow.__table__)
_conversations = cast(Table, ConversationRow.__table__)
_h = _handoffs.c
_c = _conversations.c
_k = cast(Table, HandoffMarkRow.__table__).c

# Read every second, so built once.
_OPEN = (
    select(_handoffs, _c.owner, _c.epoch, _c.channel, _c.calling_since)
    .join(_conversations, _c.id == _h.conversation_id)
    # Written out, because a partial index is used only if the condition can be seen to imply its own.
    .where(text("handoffs.state <> 'done'"))
    .order_by(_h.requested_at, _h.id)
)
_OPEN_OF = _OPEN.where(_h.conversation_id == bindparam("b_id"))

# Only of conversations that seats have had; the latest say most about now.
_RECENT = 100


class NoteKind(StrEnum):
    NOTE = "note"
    WHISPER = "whisper"


class CallbackState(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Note:
    """Private; never shown to a citizen. A whisper is a lead's word to the seat."""

    id: int
    conversation_id: str
    at: datetime
    author: str
    kind: NoteKind
    text: str


@dataclass(frozen=True, kw_only=True)
class Callback:
    """A promise to call back. `wish` is in the citizen's words; `due_at` where it could be read as a time."""

    id: str
    conversation_id: str
    phone: str = field(repr=False)
    wish: str
    note: str
    state: CallbackState
    created_at: datetime
    due_at: datetime | None
    seat_id: str | None
    done_at: datetime | None
    result: str | None


@dataclass(frozen=True, kw_only=True)
class MissedEmergency:
    """Danger that was told to the bot while no console was open. `epoch` is the conversation's now."""

    conversation_id: str
    epoch: int
    note: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A journal row on its way to the store, for what changes no owner."""

    handoff_id: str | None
    conversation_id: str
    kind: EventKind
    actor: str
    epoch: int
    detail: Mapping[str, Any] = field(default_factory=dict)


class HandoffStore:
    """Thread-safe: share one. All methods block."""

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def get(self, handoff_id: str) -> Handoff | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(_handoffs).where(_h.id == handoff_id)).first()
        return None if row is None else read_handoff(row._mapping)

    def many(self, handoff_ids: Iterable[str]) -> list[Handoff]:
        return self._handoffs(_h.id.in_(list(handoff_ids)))

    def open_of(self, conversation_id: str) -> Turnover | None:
        """The open handoff of a conversation with its owner and epoch; None if there is none."""
        found = self._open(_OPEN_OF, b_id=conversation_id)
        return found[0] if found else None

    def open(self) -> list[Turnover]:
        """Every open handoff: waiting, serving, wrap-up; oldest first."""
        return self._open(_OPEN)

    def of_conversation(self, conversation_id: str) -> list[Handoff]:
        """All handoffs of a conversation, oldest first."""
        return self._handoffs(_h.conversation_id == conversation_id)

    def since(self, moment: datetime) -> list[Handoff]:
        """All handoffs requested at or after `moment`, oldest first: the day's figures."""
        return self._handoffs(_h.requested_at >= moment)

    def missed_emergencies(self, since: datetime) -> list[MissedEmergency]:
        """Danger told since then for which nobody was called, where the bot still has the conversation; oldest first."""
        called = exists().where(_h.conversation_id == _k.conversation_id, _h.requested_at >= _k.at)
        query = (
            select(_k.conversation_id, _c.epoch, _k.note, _k.at)
            .join(_conversations, _c.id == _k.conversation_id)
            .where(
                _k.resolved_at.is_(None),
                _k.at >= since,
                _k.reason == HandoffReason.EMERGENCY.value,
                _c.owner == Owner.BOT.value,
                ~called,
            )
            .order_by(_k.at)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        # Who told of it twice is called for once, by the last.
        return list({row.conversation_id: MissedEmergency(**row._mapping) for row in rows}.values())

    def handling_times(self) -> list[float]:
        """How long seats had the latest conversations that they ended, in seconds."""
        query = (
            select(_h.accepted_at, _h.ended_at)
            .where(_h.accepted_at.isnot(None), _h.ended_at.isnot(None), _h.ended_by == "seat")
            .order_by(_h.requested_at.desc())
            .limit(_RECENT)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [(row.ended_at - row.accepted_at).total_seconds() for row in rows]

    def history(self, conversation_id: str) -> list[HandoffEvent]:
        """The journal of a conversation, in order."""
        query = select(_events).where(_events.c.conversation_id == conversation_id).order_by(_events.c.id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [HandoffEvent(**{**row._mapping, "kind": EventKind(row.kind)}) for row in rows]

    def enter(self, events: Iterable[Entered]) -> None:
        """Write what changes no owner (offers and refusals) into the journal."""
        now = self._clock()
        rows = [
            {
                "handoff_id": event.handoff_id, "conversation_id": event.conversation_id, "at": now,
                "kind": event.kind.value, "actor": event.actor, "epoch": event.epoch, "detail": dict(event.detail),
            }
            for event in events
        ]  # fmt: skip
        if rows:
            with self._engine.begin() as connection:
                connection.execute(insert(_events), rows)

    def record(
        self, conversation_id: str, kind: EventKind, actor: str, detail: Mapping[str, Any] | None = None
    ) -> None:
        """One journal row under the open handoff, if there is one (observed, whispered, callback_requested)."""
        with self._engine.begin() as connection:
            self._record(connection, conversation_id, kind, actor, detail or {})

    def add_note(self, conversation_id: str, author: str, text: str, kind: NoteKind = NoteKind.NOTE) -> Note:
        """A whisper is journalled too, without its text. Raises ConversationNotFound."""
        now = self._clock()
        with self._engine.begin() as connection:
            if kind is NoteKind.WHISPER:
                self._record(connection, conversation_id, EventKind.WHISPERED, author, {})
            else:
                self._epoch(connection, conversation_id)
            row = connection.execute(
                insert(_notes)
                .values(conversation_id=conversation_id, at=now, author=author, kind=kind.value, text=text)
                .returning(_notes.c.id)
            ).one()
        return Note(id=row.id, conversation_id=conversation_id, at=now, author=author, kind=kind, text=text)

    def notes(self, conversation_id: str) -> list[Note]:
        query = select(_notes).where(_notes.c.conversation_id == conversation_id).order_by(_notes.c.id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [Note(**{**row._mapping, "kind": NoteKind(row.kind)}) for row in rows]

    def add_callback(
        self,
        conversation_id: str,
        phone: str,
        wish: str,
        note: str = "",
        due_at: datetime | None = None,
        actor: str = CITIZEN,
    ) -> Callback:
        """An open callback of the same conversation and phone is changed, not doubled. `actor` is who asked for it: the
        citizen, or the seat that promised it. Raises ConversationNotFound."""
        now = self._clock()
        table = _callbacks
        with self._engine.begin() as connection:
            self._record(connection, conversation_id, EventKind.CALLBACK_REQUESTED, actor, {})
            values = {"wish": wish, "note": note, "due_at": due_at}
            row = connection.execute(
                update(table)
                .where(
                    table.c.conversation_id == conversation_id,
                    table.c.phone == phone,
                    table.c.state == CallbackState.OPEN.value,
                )
                .values(**values)
                .returning(table)
            ).first()
            if row is None:
                row = connection.execute(
                    insert(table)
                    .values(
                        id="k" + secrets.token_hex(12), conversation_id=conversation_id, phone=phone,
                        state=CallbackState.OPEN.value, created_at=now, **values,
                    )
                    .returning(table)
                ).one()  # fmt: skip
        return _callback(row._mapping)

    def callbacks(self, *states: CallbackState) -> list[Callback]:
        """Those with a due time first, earliest first, then by age. No states: all."""
        table = _callbacks
        query = select(table).order_by(table.c.due_at.is_(None), table.c.due_at, table.c.created_at)
        if states:
            query = query.where(table.c.state.in_([state.value for state in states]))
        with self._engine.connect() as connection:
            return [_callback(row._mapping) for row in connection.execute(query).all()]

    def open_callback(self, conversation_id: str) -> Callback | None:
        """The newest callback of a conversation that nobody has taken yet."""
        table = _callbacks
        query = (
            select(table)
            .where(table.c.conversation_id == conversation_id, table.c.state == CallbackState.OPEN.value)
            .order_by(table.c.created_at.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).first()
        return None if row is None else _callback(row._mapping)

    def calls_back(self, seat_id: str, conversation_id: str) -> bool:
        """Whether this seat has taken a callback of the conversation, and not finished it."""
        table = _callbacks
        query = select(table.c.id).where(
            table.c.conversation_id == conversation_id,
            table.c.seat_id == seat_id,
            table.c.state == CallbackState.TAKEN.value,
        )
        with self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def take_callback(self, callback_id: str, seat_id: str) -> Callback:
        """Open -> taken. Raises CallbackNotFound if somebody else was faster."""
        return self._callback_to(callback_id, None, {"state": CallbackState.TAKEN.value, "seat_id": seat_id})

    def finish_callback(self, callback_id: str, seat_id: str, state: CallbackState, result: str) -> Callback:
        """Taken (by this seat) -> done or failed. Raises CallbackNotFound."""
        values = {"state": state.value, "result": result, "done_at": self._clock()}
        return self._callback_to(callback_id, seat_id, values)

    def _callback_to(self, callback_id: str, holder: str | None, values: dict[str, Any]) -> Callback:
        table = _callbacks
        wanted = CallbackState.OPEN if holder is None else CallbackState.TAKEN
        query = update(table).where(table.c.id == callback_id, table.c.state == wanted.value)
        if holder is not None:
            query = query.where(table.c.seat_id == holder)
        with self._engine.begin() as connection:
            row = connection.execute(query.values(**values).returning(table)).first()
        if row is None:
            raise CallbackNotFound(callback_id)
        return _callback(row._mapping)

    def _open(self, query: Select[Any], **given: str) -> list[Turnover]:
        now = self._clock()
        with self._engine.connect() as connection:
            rows = connection.execute(query, given).all()
        return [
            Turnover(
                handoff=read_handoff(row._mapping), owner=Owner(row.owner), epoch=row.epoch,
                seat_id=row.seat_id, channel=row.channel, call=is_call(row.channel, row.calling_since, now),
            )
            for row in rows
        ]  # fmt: skip

    def _handoffs(self, *where: Any) -> list[Handoff]:
        query = select(_handoffs).where(*where).order_by(_h.requested_at, _h.id)
        with self._engine.connect() as connection:
            return [read_handoff(row._mapping) for row in connection.execute(query).all()]

    def _epoch(self, connection: Connection, conversation_id: str) -> int:
        epoch = connection.scalar(select(_c.epoch).where(_c.id == conversation_id))
        if epoch is None:
            raise ConversationNotFound(conversation_id)
        return int(epoch)

    def _record(
        self,
        connection: Connection,
        conversation_id: str,
        kind: EventKind,
        actor: str,
        detail: Mapping[str, Any],
    ) -> None:
        epoch = self._epoch(connection, conversation_id)
        handoff = open_handoff(connection, conversation_id)
        connection.execute(
            insert(_events).values(
                handoff_id=handoff.id if handoff else None, conversation_id=conversation_id, at=self._clock(),
                kind=kind.value, actor=actor, epoch=epoch, detail=dict(detail),
            )
        )  # fmt: skip


def _callback(row: Mapping[Any, Any]) -> Callback:
    return Callback(**{**row, "state": CallbackState(row["state"])})
