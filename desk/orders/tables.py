"""The tables of work orders. `order_events` is a journal: rows are added, never changed."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text
from sqlalchemy import UniqueConstraint as Unique

from desk.store.base import Base
from desk.store.times import UtcDateTime

orders = Table(
    "orders",
    Base.metadata,
    Column("number", String(12), primary_key=True),
    # Counts the order's writes; the n-th write also adds the n-th event.
    Column("version", Integer, nullable=False),
    Column("conversation_id", String(64), nullable=False),
    Column("draft_id", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("type", String(16), nullable=False),
    Column("status", String(16), nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("title", String(200), nullable=False),
    Column("description", Text, nullable=False),
    Column("appeal", Text, nullable=False),
    Column("event_time", String(200), nullable=False),
    Column("place_district", String(100), nullable=False),
    Column("place_street", String(100), nullable=False),
    Column("place_community", String(100), nullable=False),
    Column("place_detail", String(500), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("category_code", String(32), nullable=False),
    Column("category_path", JSON, nullable=False),
    Column("department", String(100), nullable=False),
    Column("caller_name", String(100), nullable=False),
    Column("caller_title", String(20), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("callback_phone", String(32), nullable=False),
    Column("confidential", Boolean, nullable=False),
    # What its citizen proves with that it is theirs. NULL: of before there were codes.
    Column("query_code", String(6)),
    # An open order that this one may repeat, for people to merge.
    Column("duplicate_of", String(12)),
    Column("reply_wanted", Boolean, nullable=False),
    Column("hurry_count", Integer, nullable=False),
    Column("hurried_at", UtcDateTime),
    # What its citizen thinks of the answer, 1 to 5; their words are in the journal.
    Column("rating", Integer),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Unique("conversation_id", "draft_id"),
    Index(None, "phone"),
    Index(None, "callback_phone"),
    Index(None, "status"),
    Index(None, "created_at"),
)

order_field_sources = Table(
    "order_field_sources",
    Base.metadata,
    Column("order_number", ForeignKey("orders.number"), primary_key=True),
    Column("field", String(40), primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("span_start", Integer),
    Column("span_end", Integer),
    Column("confidence", Float, nullable=False),
    Column("origin", String(16), nullable=False),
)

order_remarks = Table(
    "order_remarks",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("order_number", ForeignKey("orders.number"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

order_events = Table(
    "order_events",
    Base.metadata,
    Column("order_number", ForeignKey("orders.number"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("from_status", String(16)),
    Column("to_status", String(16)),
    Column("note", Text, nullable=False),
)

order_numbers = Table(
    "order_numbers",
    Base.metadata,
    Column("day", Date, primary_key=True),
    Column("last", Integer, nullable=False),
)

# Wrong proofs of ownership (desk/orders/tries.py). `scope` is the proof and what is counted, such as `tail:order`.
order_tries = Table(
    "order_tries",
    Base.metadata,
    Column("scope", String(24), primary_key=True),
    Column("subject", String(64), primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Index(None, "first_at"),
)

# Who has proved on the order page that orders are theirs (desk/orders/visits.py). Gone some hours later.
order_visits = Table(
    "order_visits",
    Base.metadata,
    # Of the token that the page shows.
    Column("token_hash", String(64), primary_key=True),
    Column("numbers", JSON, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

# One-time codes that were sent to phones (desk/orders/phone_codes.py). Gone some minutes later; the phone itself is not kept.
order_codes = Table(
    "order_codes",
    Base.metadata,
    # Of what the page shows that asked for the code.
    Column("ticket_hash", String(64), primary_key=True),
    Column("code", String(6), nullable=False),
    # What the code opens; empty: no order has this phone, and no code was sent.
    Column("numbers", JSON, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)
