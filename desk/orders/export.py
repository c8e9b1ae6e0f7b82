"""Writes orders as CSV or JSON lines, one after the other, however many there are. Callers are always masked."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from desk.orders.order import Order, OrderStatus, OrderType, Urgency
from desk.orders.store import ANY_ORDER, PAGE_MAX, OrderFilter, OrderStore
from desk.orders.view import order_line

# Column -> heading. What an office sorts and counts by; the story itself stays in `order show`.
COLUMNS = {
    "number": "工单号", "type": "类型", "status": "状态", "urgency": "紧急程度", "title": "标题", "category": "诉求分类",
    "department": "承办单位", "district": "区县", "street": "街道", "channel": "渠道", "caller": "来电人", "phone": "电话",
    "confidential": "保密", "reply_wanted": "需要答复", "hurry_count": "催办次数", "duplicate_of": "可能重复", "created_at": "受理时间", "due_at": "答复时限",
}  # fmt: skip
# A cell that begins like this is run as a formula by Excel, LibreOffice or WPS, also behind spaces.
_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n", "|", "%")


def all_orders(store: OrderStore, filters: OrderFilter = ANY_ORDER) -> Iterator[Order]:
    """Every order that fits, newest first, fetched a page at a time."""
    cursor: str | None = None
    while True:
        page = store.list(filters, PAGE_MAX, cursor)
        yield from page.orders
        cursor = page.next_cursor
        if cursor is None:
            return


def write_csv(orders: Iterable[Order], stream: TextIO, zone: ZoneInfo, *, excel: bool = False) -> int:
    """Write a heading and one row an order; returns the number of orders.

    `stream` must be open with `newline=""`. With `excel` a byte order mark comes first, without which Excel reads
    UTF-8 as another encoding.
    """
    if excel:
        stream.write("\ufeff")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS.values())
    count = 0
    for order in orders:
        line = order_line(order, zone) | {
            "type": OrderType(order.type).label,
            "status": OrderStatus(order.status).label,
            "urgency": Urgency(order.urgency).label,
            "category": "/".join(order.category_path),
            "confidential": "是" if order.confidential else "否",
            "reply_wanted": "是" if order.reply_wanted else "否",
        }
        writer.writerow([guarded(line[column]) for column in COLUMNS])
        count += 1
    return count


def write_jsonl(orders: Iterable[Order], stream: TextIO, zone: ZoneInfo) -> int:
    """Write one JSON object an order and line; returns the number of orders."""
    count = 0
    for order in orders:
        stream.write(json.dumps(order_line(order, zone), ensure_ascii=False) + "\n")
        count += 1
    return count


def guarded(value: Any) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before it."""
    cell = str(value)
    return f"'{cell}" if cell.lstrip(" \u3000\xa0").startswith(_FORMULA_STARTS) else cell
