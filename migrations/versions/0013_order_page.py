"""The order page: who has proved what, codes by SMS, and the citizen's mark. Conversations by where they come from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("orders", sa.Column("rating", sa.Integer()))
    op.create_table(
        "order_visits",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name="pk_order_visits"),
    )
    op.create_index("ix_order_visits_expires_at", "order_visits", ["expires_at"])
    op.create_table(
        "order_codes",
        sa.Column("ticket_hash", sa.String(64), nullable=False),
        sa.Column("code", sa.String(6), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("ticket_hash", name="pk_order_codes"),
    )
    op.create_index("ix_order_codes_expires_at", "order_codes", ["expires_at"])
    # All orders of an openid are those of the conversations that came from it.
    op.create_index("ix_conversations_origin", "conversations", ["origin"])


def downgrade() -> None:
    op.drop_index("ix_conversations_origin", "conversations")
    op.drop_index("ix_order_codes_expires_at", "order_codes")
    op.drop_table("order_codes")
    op.drop_index("ix_order_visits_expires_at", "order_visits")
    op.drop_table("order_visits")
    with op.batch_alter_table("orders") as table:
        table.drop_column("rating")
