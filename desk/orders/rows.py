"""Between records and rows: what a new order must fulfil, and how rows become orders again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from sqlalchemy import RowMapping

from desk.orders.digits import normal_phone
from desk.orders.errors import BadOrder
from desk.orders.number import find_number
from desk.orders.order import (
    EventKind,
    FieldSource,
    NewOrder,
    Order,
    OrderEvent,
    OrderStatus,
    OrderType,
    Origin,
    Remark,
    Urgency,
)

# In characters. The texts are bounded like a citizen's message (5,000) twice over: a form joins several turns.
MAX_CHARS: Mapping[str, int] = {
    "conversation_id": 64, "draft_id": 64, "channel": 16, "title": 200, "description": 10_000, "appeal": 10_000,
    "event_time": 200, "place_district": 100, "place_street": 100, "place_community": 100, "place_detail": 500,
    "subject": 200, "category_code": 32, "department": 100, "caller_name": 100, "caller_title": 20, "phone": 32,
    "callback_phone": 32,
}  # fmt: skip
REQUIRED = ("conversation_id", "draft_id", "channel", "title", "description")
REMARK_MAX_CHARS = 2000

# PostgreSQL takes no NUL, UTF-8 no lone surrogates; the other control characters only serve to disturb terminals.
_UNSTORABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The text without characters that cannot be stored or shown, and without space around it."""
    return _UNSTORABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def order_values(new_order: NewOrder) -> dict[str, Any]:
    """The columns that a new order brings along, cleaned. Raises BadOrder."""
    values: dict[str, Any] = {}
    for column, most in MAX_CHARS.items():
        text = clean_text(getattr(new_order, column))
        if column in ("phone", "callback_phone"):
            text = normal_phone(text)
        if not text and column in REQUIRED:
            raise BadOrder(column, "must not be empty")
        if len(text) > most:
            raise BadOrder(column, f"{len(text)} characters, at most {most}")
        values[column] = text
    values.update(
        type=OrderType(new_order.type).value,
        urgency=Urgency(new_order.urgency).value,
        category_path=[clean_text(name) for name in new_order.category_path],
        confidential=new_order.confidential,
        reply_wanted=new_order.reply_wanted,
        duplicate_of=find_number(new_order.duplicate_of),
    )
    return values


def source_rows(number: str, sources: Mapping[str, FieldSource]) -> list[dict[str, Any]]:
    """Rows of `order_field_sources`. Raises BadOrder for a field that orders do not have."""
    known = {field.name for field in fields(NewOrder)}
    rows = []
    for name, source in sources.items():
        if name not in known:
            raise BadOrder(name, "sources names a field that orders do not have")
        start, end = source.span if source.span is not None else (None, None)
        rows.append(
            {
                "order_number": number,
                "field": name,
                "turn": source.turn,
                "span_start": start,
                "span_end": end,
                "confidence": source.confidence,
                "origin": Origin(source.origin).value,
            }
        )
    return rows


def order_of(
    row: RowMapping,
    sources: Iterable[RowMapping] = (),
    remarks: Iterable[RowMapping] = (),
    events: Iterable[RowMapping] = (),
) -> Order:
    values = {name: row[name] for name in MAX_CHARS}
    return Order(
        **values,
        number=row["number"],
        status=OrderStatus(row["status"]),
        type=OrderType(row["type"]),
        urgency=Urgency(row["urgency"]),
        category_path=tuple(row["category_path"]),
        confidential=row["confidential"],
        reply_wanted=row["reply_wanted"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        due_at=row["due_at"],
        query_code=row["query_code"] or "",
        duplicate_of=row["duplicate_of"] or "",
        hurry_count=row["hurry_count"],
        hurried_at=row["hurried_at"],
        rating=row["rating"],
        sources={source["field"]: _source_of(source) for source in sources},
        remarks=tuple(Remark(text=remark["text"], by=remark["actor"], at=remark["at"]) for remark in remarks),
        history=tuple(event_of(event) for event in events),
    )


def event_of(row: RowMapping) -> OrderEvent:
    return OrderEvent(
        seq=row["seq"],
        kind=EventKind(row["kind"]),
        by=row["actor"],
        at=row["at"],
        from_status=OrderStatus(row["from_status"]) if row["from_status"] else None,
        to_status=OrderStatus(row["to_status"]) if row["to_status"] else None,
        note=row["note"],
    )


def _source_of(row: RowMapping) -> FieldSource:
    start, end = row["span_start"], row["span_end"]
    return FieldSource(
        turn=row["turn"],
        origin=Origin(row["origin"]),
        span=None if start is None or end is None else (start, end),
        confidence=row["confidence"],
    )
