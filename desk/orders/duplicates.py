"""Whether a new order tells of the same trouble as one that the caller already has open. Pure rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from desk.orders.order import NewOrder, Order

# The three signs add up to 1. Category and place alone, or place and a like description, are enough; category and
# a like description are enough only when the places do not contradict each other.
_CATEGORY, _PLACE, _TEXT = 0.3, 0.35, 0.35
LIKELY = 0.5
# Two tellings of one trouble share a third of their character pairs or more; strangers' texts seldom a tenth.
_TEXT_NONE, _TEXT_FULL = 0.08, 0.4
_TEXT_ALIKE = 0.5


@dataclass(frozen=True, kw_only=True)
class Duplicate:
    """An open order that may be about the same thing. `score` 0 to 1; `reasons` in Chinese, for people."""

    order: Order
    score: float
    reasons: tuple[str, ...]


def likely_duplicates(new_order: NewOrder, own_open_orders: Iterable[Order]) -> tuple[Duplicate, ...]:
    """The caller's open orders that are likely the same matter, the likeliest first.

    A confidential order of another conversation is never among them: whoever types a phone number must not learn
    that its owner reported something.
    """
    found = []
    for order in own_open_orders:
        if order.confidential and order.conversation_id != new_order.conversation_id:
            continue
        if (order.conversation_id, order.draft_id) == (new_order.conversation_id, new_order.draft_id):
            continue
        duplicate = _compare(new_order, order)
        if duplicate is not None and duplicate.score >= LIKELY:
            found.append(duplicate)
    return tuple(sorted(found, key=lambda duplicate: -duplicate.score))


def _compare(new_order: NewOrder, order: Order) -> Duplicate | None:
    place = _place_likeness(new_order, order)
    if place is None:
        return None
    category = _category_likeness(new_order, order)
    text = _text_likeness(_story(new_order), _story(order))
    reasons = []
    if category == 1:
        reasons.append("诉求分类相同")
    if place == 1:
        reasons.append("地点相同")
    elif place:
        reasons.append("地点相近")
    if text >= _TEXT_ALIKE:
        reasons.append("描述相近")
    score = round(_CATEGORY * category + _PLACE * place + _TEXT * text, 3)
    return Duplicate(order=order, score=score, reasons=tuple(reasons))


def _category_likeness(one: NewOrder, other: NewOrder) -> float:
    if one.category_code and one.category_code == other.category_code:
        return 1.0
    if one.category_path and one.category_path[:1] == other.category_path[:1]:
        return 0.5
    return 0.0


def _place_likeness(one: NewOrder, other: NewOrder) -> float | None:
    """1 the same door or community, 0.5 the same street, 0 unknown; None if the places contradict each other."""
    for part in ("place_district", "place_street", "place_community"):
        left, right = getattr(one, part), getattr(other, part)
        if left and right and left != right:
            return None
    left, right = one.place_detail, other.place_detail
    if left and right:
        if left == right or left in right or right in left:
            return 1.0
        doors, other_doors = re.findall(r"\d+", left), re.findall(r"\d+", right)
        same_beginning = left[:2] == right[:2]
        if doors and other_doors and doors[0] != other_doors[0] and not one.place_community:
            return None
        if same_beginning:
            return 0.75
    if one.place_community and one.place_community == other.place_community:
        return 1.0
    if one.place_street and one.place_street == other.place_street:
        return 0.5
    return 0.0


def _story(order: NewOrder) -> str:
    return f"{order.title}{order.description}{order.subject}"


def _text_likeness(one: str, other: str) -> float:
    """Shared character pairs of the shorter text, stretched so that everyday overlap counts nothing."""
    left, right = _pairs(one), _pairs(other)
    if not left or not right:
        return 0.0
    share = len(left & right) / min(len(left), len(right))
    return min(1.0, max(0.0, (share - _TEXT_NONE) / (_TEXT_FULL - _TEXT_NONE)))


def _pairs(text: str) -> set[str]:
    kept = [char for char in text if char.isalnum()]
    return {first + second for first, second in zip(kept, kept[1:], strict=False)}
