"""Dependencies of the console's routes: the parts, who is signed in, and a conversation that he may see."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from desk.conversations import Conversation
from desk.seats import SignedIn
from gateway.errors import Refused
from gateway.seats.parts import SeatParts
from gateway.services import Services

Id = Annotated[str, Path(max_length=64)]


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def seats_of(request: Request) -> SeatParts:
    return services_of(request).seats


Needed = Annotated[Services, Depends(services_of)]
Seats = Annotated[SeatParts, Depends(seats_of)]


async def readable(
    services: Services, seats: SeatParts, found: SignedIn, conversation_id: str
) -> Conversation:
    """A conversation that this user may read: his own, one that he served, an earlier one of a citizen whom he is
    serving now, or any for a lead. What is not his own is written down.

    Raises ConversationNotFound, Refused (403), StoreUnavailable.
    """
    conversation = await services.blocking.read(services.store.get, conversation_id)
    if await _may_read(seats, found, conversation_id):
        return conversation
    await services.blocking.write(
        seats.accounts.audit.write, found.user.id, "conversation_read", "conversation", conversation_id
    )
    return conversation


async def own(services: Services, seats: SeatParts, found: SignedIn, conversation_id: str) -> Conversation:
    """A conversation in which this user may write (orders, notes, pictures): his own, or any for a lead.

    Raises ConversationNotFound, Refused (403), StoreUnavailable.
    """
    await seats.acts.may_write(found.user, conversation_id)
    return await services.blocking.read(services.store.get, conversation_id)


async def _may_read(seats: SeatParts, found: SignedIn, conversation_id: str) -> bool:
    try:
        return await seats.acts.may_read(found.user, conversation_id)
    except Refused:
        # Perhaps it belongs to the story of somebody whom he is serving at this moment.
        mine = [
            item["conversation"] for item in seats.picture.items.values() if item["seat"] == found.user.id
        ]
        for one in mine:
            if conversation_id in await seats.orders.related(one):
                return False
        raise
