"""Tables of handoffs, their journal, callbacks and the seats' private notes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from desk.store.base import Base
from desk.store.times import UtcDateTime

_OPEN = text("state <> 'done'")


class HandoffRow(Base):
    __tablename__ = "handoffs"
    __table_args__ = (
        # The database itself refuses a second open handoff of a conversation.
        Index("uq_handoffs_open", "conversation_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        # What the queue and the seats' loads are rebuilt from, every second: only what is open is in there.
        Index("ix_handoffs_open", "state", sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(32), ForeignKey("conversations.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text)
    # "" is everybody's.
    skill: Mapped[str] = mapped_column(String(32))
    priority: Mapped[int]
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # The last message at that time.
    requested_seq: Mapped[int]
    # When it entered the queue this time; later than requested_at after a transfer or a lost seat.
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    seat_id: Mapped[str | None] = mapped_column(String(16), index=True)
    # Who should get it first: the seat of last time, or the one it was transferred to.
    wanted_seat: Mapped[str | None] = mapped_column(String(16))
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_reply_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wrapped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    requeued: Mapped[int]
    outcome: Mapped[str | None] = mapped_column(String(64))
    tags: Mapped[list[str]] = mapped_column(JSON)
    ended_by: Mapped[str | None] = mapped_column(String(16))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class HandoffEventRow(Base):
    """The journal: rows are only ever added."""

    __tablename__ = "handoff_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    # NULL: asked for a callback without ever having been in the queue.
    handoff_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("handoffs.id"), index=True)
    conversation_id: Mapped[str] = mapped_column(String(32), ForeignKey("conversations.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(24))
    actor: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[int]
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class CallbackRow(Base):
    __tablename__ = "callbacks"
    __table_args__ = (Index("ix_callbacks_state", "state", "created_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(32), ForeignKey("conversations.id"), index=True)
    phone: Mapped[str] = mapped_column(String(32))
    # In the citizen's words: 明天上午.
    wish: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seat_id: Mapped[str | None] = mapped_column(String(16))
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    result: Mapped[str | None] = mapped_column(Text)


class NoteRow(Base):
    """Private: no citizen ever sees one."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(32), ForeignKey("conversations.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
