"""Messages say what they ask the citizen for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("expecting", sa.String(16)))


def downgrade() -> None:
    op.drop_column("messages", "expecting")
