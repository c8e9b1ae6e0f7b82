"""Wrong passwords are counted by name and place. What was counted by name alone is forgotten: it lasts a day at most."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.drop_index("ix_sign_in_tries_touched_at", "sign_in_tries")
    op.drop_table("sign_in_tries")
    op.create_table(
        "sign_in_tries",
        sa.Column("username_hash", sa.String(64), nullable=False),
        sa.Column("place", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT),
        sa.Column("locks", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("last_at", MOMENT),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("username_hash", "place", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_touched_at", "sign_in_tries", ["touched_at"])


def downgrade() -> None:
    op.drop_index("ix_sign_in_tries_touched_at", "sign_in_tries")
    op.drop_table("sign_in_tries")
    op.create_table(
        "sign_in_tries",
        sa.Column("username_hash", sa.String(64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT),
        sa.Column("locks", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("touched_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("username_hash", name="pk_sign_in_tries"),
    )
    op.create_index("ix_sign_in_tries_touched_at", "sign_in_tries", ["touched_at"])
