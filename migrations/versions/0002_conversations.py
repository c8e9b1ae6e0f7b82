"""Conversations, their messages, and the marks that ask for a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("owner", sa.String(16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("rating_score", sa.Integer()),
        sa.Column("rating_comment", sa.Text()),
        sa.Column("rated_at", MOMENT),
        sa.Column("turn_holder", sa.String(64)),
        sa.Column("turn_until", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_created_at", "conversations", ["created_at"])
    op.create_table(
        "messages",
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sender", sa.String(8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("speech", sa.Text()),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("quick_replies", sa.JSON(none_as_null=True)),
        sa.Column("card", sa.JSON(none_as_null=True)),
        sa.Column("message_id", sa.String(64)),
        sa.Column("payload", sa.Text()),
        sa.Column("reply_to", sa.Integer()),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.Column("answered_by", sa.Integer()),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name="pk_messages"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_messages_conversation_id_conversations"
        ),
        sa.UniqueConstraint("conversation_id", "message_id", name="uq_messages_conversation_id"),
    )
    waiting = sa.text("sender = 'citizen' AND answered_at IS NULL")
    op.create_index(
        "ix_messages_unanswered",
        "messages",
        ["conversation_id", "seq"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "handoff_marks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_handoff_marks"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_handoff_marks_conversation_id_conversations"
        ),
    )
    op.create_index("ix_handoff_marks_conversation_id", "handoff_marks", ["conversation_id"])
    op.create_index("ix_handoff_marks_open", "handoff_marks", ["resolved_at", "at"])


def downgrade() -> None:
    for table in ("handoff_marks", "messages", "conversations"):
        op.drop_table(table)
