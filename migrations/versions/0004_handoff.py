"""Handoffs with their journal, callbacks, the seats' private notes, and who wrote a seat's message."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN = sa.text("state <> 'done'")


def upgrade() -> None:
    op.add_column("messages", sa.Column("author", sa.String(16)))
    op.create_table(
        "handoffs",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("skill", sa.String(32), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("requested_seq", sa.Integer(), nullable=False),
        sa.Column("queued_at", MOMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("seat_id", sa.String(16)),
        sa.Column("wanted_seat", sa.String(16)),
        sa.Column("accepted_at", MOMENT),
        sa.Column("first_reply_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("wrapped_at", MOMENT),
        sa.Column("requeued", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(64)),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("ended_by", sa.String(16)),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handoffs"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_handoffs_conversation_id_conversations"
        ),
    )
    op.create_index("ix_handoffs_conversation_id", "handoffs", ["conversation_id"])
    op.create_index("ix_handoffs_requested_at", "handoffs", ["requested_at"])
    op.create_index("ix_handoffs_seat_id", "handoffs", ["seat_id"])
    op.create_index(
        "uq_handoffs_open", "handoffs", ["conversation_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_handoffs_open", "handoffs", ["state"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "handoff_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handoff_id", sa.String(32)),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("actor", sa.String(16), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_handoff_events"),
        sa.ForeignKeyConstraint(["handoff_id"], ["handoffs.id"], name="fk_handoff_events_handoff_id_handoffs"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_handoff_events_conversation_id_conversations"
        ),
    )
    for column in ("handoff_id", "conversation_id", "at"):
        op.create_index(f"ix_handoff_events_{column}", "handoff_events", [column])
    op.create_table(
        "callbacks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("seat_id", sa.String(16)),
        sa.Column("done_at", MOMENT),
        sa.Column("result", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_callbacks"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_callbacks_conversation_id_conversations"
        ),
    )
    op.create_index("ix_callbacks_conversation_id", "callbacks", ["conversation_id"])
    op.create_index("ix_callbacks_state", "callbacks", ["state", "created_at"])
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("author", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name="fk_notes_conversation_id_conversations"
        ),
    )
    op.create_index("ix_notes_conversation_id", "notes", ["conversation_id"])


def downgrade() -> None:
    for table in ("notes", "callbacks", "handoff_events", "handoffs"):
        op.drop_table(table)
    op.drop_column("messages", "author")
