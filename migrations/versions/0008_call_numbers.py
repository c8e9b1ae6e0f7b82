"""Which number a call came from, and which one it dialled."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("caller_phone", sa.String(32)))
    op.add_column("conversations", sa.Column("called_number", sa.String(32)))
    op.create_index("ix_conversations_caller_phone", "conversations", ["caller_phone"])


def downgrade() -> None:
    op.drop_index("ix_conversations_caller_phone", "conversations")
    with op.batch_alter_table("conversations") as table:
        table.drop_column("called_number")
        table.drop_column("caller_phone")
