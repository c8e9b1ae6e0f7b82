"""Dependencies of the console's routes: the parts, and the conversations that whoever is signed in may see."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from desk.conversations import Conversation
from gateway.network import address_of
from gateway.seats.parts import SeatParts
from gateway.seats.reading import Part, Reading
from gateway.seats.sign_in import Admitted
from gateway.services import Services

Id = Annotated[str, Path(max_length=64)]


def services_of(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


def seats_of(request: Request) -> SeatParts:
    return services_of(request).seats


Needed = Annotated[Services, Depends(services_of)]
Seats = Annotated[SeatParts, Depends(seats_of)]


class Reader:
    """Whoever is signed in, from where. What they read of others' conversations is written down and masked: see
    `gateway.seats.reading`."""

    def __init__(self, request: Request, found: Admitted) -> None:
        self.user = found.user
        self.token_hash = found.token_hash
        self.address = address_of(request)
        self._readings = seats_of(request).readings

    async def read(self, conversation_id: str, what: str) -> Reading:
        """Raises ConversationNotFound, Refused (403), StoreUnavailable."""
        return await self._readings.read(self.user, conversation_id, what, self.address)

    async def write(self, conversation_id: str, what: str, part: Part = "messages") -> Reading:
        """For what belongs to whoever may write in it: their own, or any for a lead. Raises as `read` does."""
        return await self._readings.write(self.user, conversation_id, what, self.address, part=part)

    async def reveal(self, conversation_id: str, what: str, why: str) -> Conversation:
        """Write down that something masked is looked at. Raises as `read` does."""
        return await self._readings.reveal(self.user, conversation_id, what, why, self.address)


AsReader = Annotated[Reader, Depends()]
