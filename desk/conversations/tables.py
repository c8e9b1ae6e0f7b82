"""Tables of conversations, messages, handoff marks, handoffs and their journal.

Handoffs are here because every change of owner writes them in the transaction that changes the conversation's row.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from desk.store.base import Base
from desk.store.times import UtcDateTime

_OPEN = text("state <> 'done'")


class ConversationRow(Base):
    __tablename__ = "conversations"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    # SHA-256 of the citizen's token in hexadecimal: whoever reads the database cannot speak for a citizen.
    token_hash: Mapped[str] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(16))
    owner: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[int]
    last_seq: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rating_score: Mapped[int | None]
    rating_comment: Mapped[str | None] = mapped_column(Text)
    rated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The lease of a turn, used only while Redis is away (see gateway/turns/turn_lock.py).
    turn_holder: Mapped[str | None] = mapped_column(String(64))
    turn_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Calls only, where the exchange has told them: the number that called, digits in one spelling, and the one it dialled.
    caller_phone: Mapped[str | None] = mapped_column(String(32), index=True)
    called_number: Mapped[str | None] = mapped_column(String(32))
    # Conversations of pages only: since when their citizen is on the line; NULL: not on the line, the conversation is a chat.
    calling_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Hash of the address or the calling number that opened it; by it wrong proofs of ownership are counted.
    origin: Mapped[str | None] = mapped_column(String(32), index=True)


class MessageRow(Base):
    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("conversation_id", "message_id"),
        # Only what waits is in there, so that finding it again costs nothing however long the log grows.
        Index(
            "ix_messages_unanswered",
            "conversation_id",
            "seq",
            sqlite_where=text("sender = 'citizen' AND answered_at IS NULL"),
            postgresql_where=text("sender = 'citizen' AND answered_at IS NULL"),
        ),
    )

    conversation_id: Mapped[str] = mapped_column(String(32), ForeignKey("conversations.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sender: Mapped[str] = mapped_column(String(8))
    text: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(String(16))
    # NULL: as `text`.
    speech: Mapped[str | None] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))
    quick_replies: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    card: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    message_id: Mapped[str | None] = mapped_column(String(64))
    payload: Mapped[str | None] = mapped_column(Text)
    reply_to: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Citizen messages only: when the answer was complete, and the seq whose replies are the answer (its own, or that
    # of a later message which was answered together with it). NULL with a time: nobody had to answer.
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[int | None]
    # Seat messages only: the user id of the seat who wrote it.
    author: Mapped[str | None] = mapped_column(String(16))
    # Spoken messages that were cut off only: what of `speech` the caller heard; empty: nothing.
    heard: Mapped[str | None] = mapped_column(Text)
    # What the message asks the citizen for; NULL: nothing.
    expecting: Mapped[str | None] = mapped_column(String(16))


class HandoffMarkRow(Base):
    __tablename__ = "handoff_marks"
    __table_args__ = (Index("ix_handoff_marks_open", "resolved_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(String(32), ForeignKey("conversations.id"), index=True)
    reason: Mapped[str] = mapped_column(String(32))
    note: Mapped[str] = mapped_column(Text)
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


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
