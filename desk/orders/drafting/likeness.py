"""Whether a draft tells of the same trouble as an order that the caller already has open."""

from __future__ import annotations

from collections.abc import Iterable

from desk.orders.drafting.draft import Draft
from desk.orders.order import NewOrder, Order

# Share of common character pairs. Two tellings of one trouble by the same person mostly have 0.3 and more,
# different troubles below 0.15; the same place lowers the bar, no place raises it.
SAME_PLACE = 0.2
NO_PLACE = 0.45


def likeness(one: str, other: str) -> float:
    """Jaccard index of character pairs, 0 to 1."""
    left, right = _pairs(one), _pairs(other)
    return len(left & right) / len(left | right) if left and right else 0.0


def _pairs(text: str) -> set[str]:
    kept = [char for char in text if char.isalnum()]
    return {a + b for a, b in zip(kept, kept[1:], strict=False)}


def is_same_trouble(draft: Draft, order: NewOrder, category_code: str = "") -> bool:
    alike = likeness(draft.get("description"), order.description)
    place = draft.place
    parts = [part for part in (place.community, place.road + place.number) if part]
    near = any(part in order.place for part in parts)
    if near and ((category_code and category_code == order.category_code) or alike >= SAME_PLACE):
        return True
    if near and draft.get("subject") and draft.get("subject") == order.subject:
        return True
    return not (parts and order.place) and alike >= NO_PLACE


def find_duplicate(draft: Draft, own_open_orders: Iterable[Order], category_code: str = "") -> Order | None:
    """The caller's own open order about the same thing. Confidential orders are never offered: whoever types a
    phone number must not learn that its owner reported somebody."""
    for order in own_open_orders:
        if (
            not order.confidential
            and order.draft_id != draft.draft_id
            and is_same_trouble(draft, order, category_code)
        ):
            return order
    return None
