"""Citizens of a WeChat account, what of their conversations was brought to them, and files that are still to be fetched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "wechat_citizens",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("openid", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("heard_at", MOMENT, nullable=False),
        sa.Column("delivered_seq", sa.Integer(), nullable=False),
        sa.Column("delivered_parts", sa.Integer(), nullable=False),
        sa.Column("hold_until", MOMENT),
        sa.Column("claim_token", sa.String(32)),
        sa.Column("claim_until", MOMENT),
        sa.Column("due_at", MOMENT),
        sa.Column("passive_id", sa.String(64)),
        sa.Column("passive_text", sa.Text()),
        sa.Column("passive_at", MOMENT),
        sa.PrimaryKeyConstraint("key", name="pk_wechat_citizens"),
    )
    op.create_index("ix_wechat_citizens_conversation_id", "wechat_citizens", ["conversation_id"])
    op.create_index("ix_wechat_citizens_due_at", "wechat_citizens", ["due_at"])
    op.create_table(
        "wechat_jobs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("media_id", sa.String(256), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("taken_until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_wechat_jobs"),
    )
    op.create_index("ix_wechat_jobs_conversation_id", "wechat_jobs", ["conversation_id"])
    op.create_index("ix_wechat_jobs_taken_until", "wechat_jobs", ["taken_until"])


def downgrade() -> None:
    op.drop_table("wechat_jobs")
    op.drop_table("wechat_citizens")
