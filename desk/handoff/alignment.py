"""Makes the queue follow SQL after a change of hands, and words the events that tell of it."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import datetime
from typing import TypeVar

from desk.conversations import Owner, Turnover
from desk.handoff.entry import Offer, entry_of, lease_of
from desk.handoff.errors import QueueUnavailable
from desk.handoff.events import Event, HandoffEnded, OfferWithdrawn, OwnerChanged, Withdrawn
from desk.handoff.queue import Queue

T = TypeVar("T")


async def align(queue: Queue, turnover: Turnover, now: datetime, avoid: Sequence[str] = ()) -> list[Event]:
    """Make the queue follow SQL after a turnover; `avoid`: seats to be asked last. Raises QueueUnavailable."""
    conversation_id = turnover.handoff.conversation_id
    offer: Offer | None = None
    if turnover.owner is Owner.WAITING:
        await queue.put(entry_of(turnover), now, avoid)
    elif turnover.seat_id is not None:
        offer = await queue.lease(lease_of(turnover, turnover.seat_id), now)
    else:
        offer = await queue.take_out(conversation_id, turnover.epoch)
    if offer is None or offer.seat_id == turnover.seat_id:
        return []
    return [withdrawn(offer, Withdrawn.TAKEN if turnover.seat_id else Withdrawn.LEFT)]


async def unless_away(step: Awaitable[T]) -> T | None:
    """None while Redis is away."""
    try:
        return await step
    except QueueUnavailable:
        return None


def withdrawn(offer: Offer, why: Withdrawn) -> OfferWithdrawn:
    return OfferWithdrawn(
        handoff_id=offer.handoff_id, conversation_id=offer.conversation_id, seat_id=offer.seat_id, why=why
    )


def owner_changed(turnover: Turnover) -> OwnerChanged:
    return OwnerChanged(
        conversation_id=turnover.handoff.conversation_id,
        owner=turnover.owner,
        epoch=turnover.epoch,
        seat=turnover.seat_id,
    )


def ended(turnover: Turnover) -> HandoffEnded:
    return HandoffEnded(handoff=turnover.handoff, seat_id=turnover.from_seat)
