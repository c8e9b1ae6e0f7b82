"""What a caller heard of a message that was cut off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("heard", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("messages") as table:
        table.drop_column("heard")
