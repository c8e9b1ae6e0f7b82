"""What proves that an order is one's own: its query code, and the counts of wrong proofs. Which order one may repeat. Where a
conversation was opened from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("conversations", sa.Column("origin", sa.String(32)))
    op.add_column("orders", sa.Column("query_code", sa.String(6)))
    op.add_column("orders", sa.Column("duplicate_of", sa.String(12)))
    op.create_table(
        "order_tries",
        sa.Column("scope", sa.String(24), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "subject", name="pk_order_tries"),
    )
    op.create_index("ix_order_tries_first_at", "order_tries", ["first_at"])
    # Counts of an hour, by order alone.
    op.drop_table("order_lookups")


def downgrade() -> None:
    op.create_table(
        "order_lookups",
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_order_lookups"),
    )
    op.drop_index("ix_order_tries_first_at", "order_tries")
    op.drop_table("order_tries")
    with op.batch_alter_table("orders") as table:
        table.drop_column("duplicate_of")
        table.drop_column("query_code")
    with op.batch_alter_table("conversations") as table:
        table.drop_column("origin")
