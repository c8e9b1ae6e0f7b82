"""An order as its own citizen sees it on the order page. Nothing that happens inside the offices, and no names. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.orders.number import format_number
from desk.orders.order import EventKind, Order, OrderStatus
from desk.orders.view import caller_phone, local_iso

CITIZEN = "citizen"
_TOLD = (OrderStatus.ANSWERED, OrderStatus.REJECTED)


def own_line(order: Order, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """One line of the list. Of a confidential order only the frame: somebody may be looking over a shoulder."""
    return {
        "number": format_number(order.number),
        "type": order.type.label,
        "title": "" if order.confidential else order.title,
        "status": order.status.value,
        "status_label": order.status.label,
        "open": order.status.is_open,
        "late": order.status.is_open and now > order.due_at,
        "confidential": order.confidential,
        "created_at": local_iso(order.created_at, zone),
        "due_at": local_iso(order.due_at, zone),
    }


def own_order(order: Order, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """The whole order (with its history), and what may be done with it: `remark`, `hurry`, `withdraw`, `rate`. Of a
    confidential one the answer is shown, too: it is what its citizen comes for."""
    secret = order.confidential
    return own_line(order, now, zone) | {
        "description": "" if secret else order.description,
        "appeal": "" if secret else order.appeal,
        "place": "" if secret else order.place,
        "department": order.department,
        "phone": caller_phone(order),
        "steps": _steps(order, zone),
        "answer": _answer(order),
        "remarks": [
            {"text": remark.text, "at": local_iso(remark.at, zone)}
            for remark in order.remarks
            if remark.by == CITIZEN and not secret
        ],
        "hurry_count": order.hurry_count,
        "rating": order.rating,
        "may": _may(order),
    }


def _steps(order: Order, zone: ZoneInfo) -> list[dict[str, str]]:
    """Where the order has been, oldest first; of the citizen's own acts those that the office hears of."""
    steps: list[dict[str, str]] = []
    for event in order.history:
        match event.kind:
            case EventKind.CREATED | EventKind.STATUS if event.to_status is not None:
                label = event.to_status.label
            case EventKind.HURRIED:
                label = "催办"
            case EventKind.REMARK if event.by == CITIZEN:
                label = "补充情况"
            case EventKind.RATED:
                label = "评价"
            case _:
                continue
        steps.append({"label": label, "at": local_iso(event.at, zone)})
    return steps


def _answer(order: Order) -> str:
    """What an office wrote for the citizen, the newest; empty if there is nothing yet."""
    if order.status not in (*_TOLD, OrderStatus.CLOSED):
        return ""
    notes = [one.note for one in order.history if one.kind is EventKind.STATUS and one.to_status in _TOLD]
    return next((note for note in reversed(notes) if note), "")


def _may(order: Order) -> list[str]:
    may = []
    if order.status.is_open or order.status is OrderStatus.ANSWERED:
        may.append("remark")
    if order.status.is_open:
        may += ["hurry", "withdraw"]
    if order.status.is_answered:
        may.append("rate")
    return may
