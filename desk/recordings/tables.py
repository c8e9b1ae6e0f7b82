"""The catalogue of recordings. A row stays when its recording is deleted: that it was deleted has to be provable."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from desk.store.base import Base
from desk.store.times import UtcDateTime

recordings = Table(
    "recordings",
    Base.metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", String(32), ForeignKey("conversations.id"), nullable=False, index=True),
    # Below the folder of recordings.
    Column("path", String(80), nullable=False),
    # Which master key opens it.
    Column("key_id", String(16), nullable=False),
    Column("state", String(12), nullable=False),
    Column("trouble", String(12)),
    Column("began_at", UtcDateTime, nullable=False, index=True),
    Column("length_ms", Integer, nullable=False),
    Column("bytes", Integer, nullable=False),
    # [[seq, ms], ...]: when which message began to sound.
    Column("cues", JSON, nullable=False),
    Column("keep_until", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
    Column("deleted_by", String(64)),
    Index("ix_recordings_state_keep_until", "state", "keep_until"),
)
