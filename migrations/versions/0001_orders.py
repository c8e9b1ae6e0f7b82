"""Work orders, their journal, remarks, field sources, daily numbers and guarded look-ups."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# UtcDateTime of the code; a migration stays what it was when the code moves on.
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.String(64), nullable=False),
        sa.Column("draft_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("urgency", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("appeal", sa.Text(), nullable=False),
        sa.Column("event_time", sa.String(200), nullable=False),
        sa.Column("place_district", sa.String(100), nullable=False),
        sa.Column("place_street", sa.String(100), nullable=False),
        sa.Column("place_community", sa.String(100), nullable=False),
        sa.Column("place_detail", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("category_code", sa.String(32), nullable=False),
        sa.Column("category_path", sa.JSON(), nullable=False),
        sa.Column("department", sa.String(100), nullable=False),
        sa.Column("caller_name", sa.String(100), nullable=False),
        sa.Column("caller_title", sa.String(20), nullable=False),
        sa.Column("phone", sa.String(32), nullable=False),
        sa.Column("callback_phone", sa.String(32), nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("reply_wanted", sa.Boolean(), nullable=False),
        sa.Column("hurry_count", sa.Integer(), nullable=False),
        sa.Column("hurried_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_orders"),
        sa.UniqueConstraint("conversation_id", "draft_id", name="uq_orders_conversation_id"),
    )
    for column in ("phone", "callback_phone", "status", "created_at"):
        op.create_index(f"ix_orders_{column}", "orders", [column])
    op.create_table(
        "order_field_sources",
        sa.Column("order_number", sa.String(12), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("span_start", sa.Integer()),
        sa.Column("span_end", sa.Integer()),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("order_number", "field", name="pk_order_field_sources"),
        sa.ForeignKeyConstraint(
            ["order_number"], ["orders.number"], name="fk_order_field_sources_order_number_orders"
        ),
    )
    op.create_table(
        "order_remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.String(12), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_order_remarks"),
        sa.ForeignKeyConstraint(["order_number"], ["orders.number"], name="fk_order_remarks_order_number_orders"),
    )
    op.create_index("ix_order_remarks_order_number", "order_remarks", ["order_number"])
    op.create_table(
        "order_events",
        sa.Column("order_number", sa.String(12), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("from_status", sa.String(16)),
        sa.Column("to_status", sa.String(16)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("order_number", "seq", name="pk_order_events"),
        sa.ForeignKeyConstraint(["order_number"], ["orders.number"], name="fk_order_events_order_number_orders"),
    )
    op.create_table(
        "order_numbers",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_order_numbers"),
    )
    op.create_table(
        "order_lookups",
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_order_lookups"),
    )


def downgrade() -> None:
    for table in (
        "order_lookups", "order_numbers", "order_events", "order_remarks", "order_field_sources", "orders",
    ):  # fmt: skip
        op.drop_table(table)
