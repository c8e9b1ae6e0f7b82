"""Which pictures belong to an order: those that its citizen sent in its conversation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from desk.conversations import ConversationStore, SentPicture
from desk.orders.order import Order
from gateway.backends.orders import Orders
from gateway.pictures.keeping import Pictures
from gateway.runtime.blocking import Blocking


async def pictures_of(
    store: ConversationStore, blocking: Blocking, pictures: Pictures, orders: Orders, order: Order
) -> list[SentPicture]:
    """Oldest first, those alone whose file is kept. Raises what the stores raise."""
    if not order.conversation_id:
        return []
    read = blocking.read
    sent = await read(store.pictures, order.conversation_id)
    if not sent:
        return []
    siblings = await read(orders.find_by_conversation, order.conversation_id)
    begun = {one.number: one.created_at for one in siblings}
    mine = [one for one in sent if owner_of(one.at, begun) == order.number]
    return [one for one in mine if await pictures.find(one.id) is not None]


def owner_of(sent_at: datetime, begun: dict[str, datetime]) -> str:
    """The number of the order that a picture belongs to: the next one that was registered after it, else the last; "" where
    there is none."""
    later = sorted((at, number) for number, at in begun.items() if at >= sent_at)
    if later:
        return later[0][1]
    return max(((at, number) for number, at in begun.items()), default=(None, ""))[1]


def pictures_json(pictures: Iterable[SentPicture]) -> dict[str, Any]:
    return {"pictures": [{"id": one.id, "at": one.at.isoformat()} for one in pictures]}
