"""Which orders the citizen of this conversation may have: those that they have proved, those that they wrote here, and those
of the number that their call is announced with. A number that somebody only says is no proof."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions.ports import Parts
from desk.orders.drafting.turn import Turn
from desk.orders.errors import OrderNotFound
from desk.orders.order import Order
from desk.orders.proof import Asker, is_own


def asker_of(parts: Parts, tracker: Tracker, turn: Turn) -> Asker:
    return Asker(
        conversation_id=tracker.sender_id,
        origin=parts.origin(tracker.sender_id),
        line_phone=turn.line_phone,
    )


def own_orders(parts: Parts, tracker: Tracker, turn: Turn) -> list[Order]:
    """The orders that are known to be the citizen's own, each once. Without remarks and history, but of proved ones."""
    found = {order.number: order for order in parts.orders.find_by_conversation(tracker.sender_id)}
    if turn.line_phone:
        asker = asker_of(parts, tracker, turn)
        for order in parts.orders.find_open_by_phone(turn.line_phone):
            if is_own(order, asker):
                found[order.number] = order
    for number in tracker.get_slot("proved_orders") or []:
        if number not in found:
            try:
                found[number] = parts.orders.get(number)
            except OrderNotFound:
                continue
    return list(found.values())
