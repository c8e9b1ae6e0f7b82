"""Tables of users, their sign-ins, wrong passwords, the audit log and the seats' verdicts on knowledge.

`audit` is append-only: rows are added, never changed (the migration adds triggers that see to it).
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from desk.store.base import Base
from desk.store.times import UtcDateTime

users = Table(
    "users",
    Base.metadata,
    Column("id", String(16), primary_key=True),
    Column("username", String(32), nullable=False),
    Column("display_name", String(64), nullable=False),
    # NULL for people who never talk with citizens; a badge is unique, NULL may repeat.
    Column("badge", String(12)),
    Column("password_hash", String(255), nullable=False),
    Column("role", String(16), nullable=False),
    Column("skills", JSON, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Unique("username"),
    Unique("badge"),
)

# Keyed by username, not by user, so that a name that nobody has behaves like any other.
sign_in_tries = Table(
    "sign_in_tries",
    Base.metadata,
    # SHA-256, because people type their password into the wrong field.
    Column("username_hash", String(64), primary_key=True),
    # SHA-256 of an address, a known device or a sign-in; empty: all strangers together.
    Column("place", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("since", UtcDateTime),
    Column("locks", Integer, nullable=False),
    Column("locked_until", UtcDateTime),
    Column("last_at", UtcDateTime),
    Column("touched_at", UtcDateTime, nullable=False),
    Index(None, "touched_at"),
)

sign_ins = Table(
    "sign_ins",
    Base.metadata,
    # SHA-256 of the cookie: whoever reads the database cannot act for a user.
    Column("token_hash", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("address", String(64), nullable=False),
    Column("user_agent", String(200), nullable=False),
)

audit = Table(
    "audit",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    # A user id, or `cli:` and the name on the machine.
    Column("actor", String(64), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject_type", String(32), nullable=False),
    Column("subject_id", String(64), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("address", String(64), nullable=False),
    Index(None, "at"),
    Index(None, "actor"),
    Index("ix_audit_subject", "subject_type", "subject_id"),
)

knowledge_feedback = Table(
    "knowledge_feedback",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("article_id", String(100), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("query_hash", String(64), nullable=False),
    Column("verdict", String(8), nullable=False),
    Column("comment", Text, nullable=False),
    Unique("user_id", "article_id", "conversation_id"),
    Index(None, "article_id"),
    Index(None, "at"),
)
