"""How an order is shown: the citizen's card, and the operators' view with personal data masked unless revealed."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.orders.number import format_number
from desk.orders.order import EventKind, NewOrder, Order
from desk.privacy.mask import mask_address, mask_name, mask_phone, mask_text

# What stands for a caller who asked to be kept secret.
SECRET = "保密"


# What is left of a masked telephone or identity number.
_MASKED_NUMBER = re.compile(r"[0-9A-Za-z]*\*{4,}[0-9A-Za-z]*")


def hidden_text(words: str, order: NewOrder) -> str:
    """Free text as others may see it. In a confidential order not even the last digits of a number are left: with
    the order's number they would open it."""
    if not order.confidential:
        return mask_text(words)
    for known in (order.caller_name, order.phone, order.callback_phone):
        words = words.replace(known, SECRET) if len(known) > 1 else words
    return _MASKED_NUMBER.sub(SECRET, mask_text(words))


def order_card(order: Order, zone: ZoneInfo) -> dict[str, str]:
    """The `order_card` of docs/protocol.md, for the citizen's own screen; of a confidential order only the frame."""
    secret = order.confidential
    return {
        "number": format_number(order.number),
        "type": order.type.label,
        "title": hidden_text(order.title, order) if secret else order.title,
        "status": order.status.label,
        "place": mask_address(order.place) if secret else order.place,
        "due_at": local_iso(order.due_at, zone),
        "phone": caller_phone(order),
    }


def first_card(order: Order, zone: ZoneInfo) -> dict[str, str]:
    """The card at registration, which alone tells the query code."""
    return order_card(order, zone) | {"code": order.query_code}


def caller_phone(order: NewOrder) -> str:
    return SECRET if order.confidential else mask_phone(order.phone)


def caller_name(order: NewOrder) -> str:
    """王* with the title that the caller gave, or 保密."""
    return SECRET if order.confidential else mask_name(order.caller_name) + order.caller_title


def local_iso(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def order_line(order: Order, zone: ZoneInfo) -> dict[str, Any]:
    """One order of a list, for operators. Never more than masked."""
    return {
        "number": format_number(order.number),
        "type": order.type.value,
        "status": order.status.value,
        "urgency": order.urgency.value,
        "title": hidden_text(order.title, order),
        "category_code": order.category_code,
        "category_path": list(order.category_path),
        "department": order.department,
        "district": order.place_district,
        "street": order.place_street,
        "channel": order.channel,
        "conversation_id": order.conversation_id,
        "caller": caller_name(order),
        "phone": caller_phone(order),
        "confidential": order.confidential,
        "reply_wanted": order.reply_wanted,
        "duplicate_of": format_number(order.duplicate_of) if order.duplicate_of else "",
        "hurry_count": order.hurry_count,
        "rating": order.rating,
        "created_at": local_iso(order.created_at, zone),
        "due_at": local_iso(order.due_at, zone),
    }


def order_view(order: Order, zone: ZoneInfo, *, revealed: bool = False) -> dict[str, Any]:
    """One whole order, for operators.

    `revealed=True` shows everything; pass it only for an order that came from `OrderStore.reveal`, which writes
    down who looked. Otherwise the caller is masked (保密 if confidential) and free text is masked as well.
    """

    def text(words: str) -> str:
        return words if revealed else hidden_text(words, order)

    view = order_line(order, zone)
    if revealed:
        view |= {"title": order.title, "caller": order.caller_name + order.caller_title, "phone": order.phone}
        # For who has made sure of the caller in another way and wants to tell them again.
        view |= {"query_code": order.query_code}
    hidden_place = order.confidential and not revealed
    if revealed:
        callback = order.callback_phone
    else:
        callback = SECRET if order.confidential and order.callback_phone else mask_phone(order.callback_phone)
    return view | {
        "revealed": revealed,
        "description": text(order.description),
        "appeal": text(order.appeal),
        "event_time": order.event_time,
        "community": "****" if hidden_place and order.place_community else order.place_community,
        "place_detail": mask_address(order.place_detail) if hidden_place else order.place_detail,
        "subject": text(order.subject),
        "callback_phone": callback,
        "remarks": [
            {"text": text(remark.text), "by": remark.by, "at": local_iso(remark.at, zone)}
            for remark in order.remarks
        ],
        "history": [
            {
                "seq": event.seq,
                "kind": event.kind.value,
                "by": event.by,
                "at": local_iso(event.at, zone),
                "from": event.from_status.value if event.from_status else None,
                "to": event.to_status.value if event.to_status else None,
                # A hurry's note is a code of ours, the others are people's words.
                "note": event.note if event.kind is EventKind.HURRIED else text(event.note),
            }
            for event in order.history
        ],
        "sources": {
            name: {
                "turn": source.turn,
                "span": list(source.span) if source.span else None,
                "confidence": source.confidence,
                "origin": source.origin.value,
            }
            for name, source in sorted(order.sources.items())
        },
    }
