"""Dependencies of the console's routes: what they use, by name, and the conversations that whoever is signed in may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import Depends, Path, Request

from desk.conversations import Conversation, ConversationStore
from desk.handoff.store import HandoffStore
from desk.seats import Accounts
from desk.settings import Settings
from gateway.backends.categories import CategoryBackend
from gateway.backends.orders import OrderBackend
from gateway.console.acts import SeatActs
from gateway.console.picture import QueuePicture
from gateway.console.queries import ConsoleQueries
from gateway.console.reading import ConversationReading, Part, Readings
from gateway.console.seat_orders import SeatOrders
from gateway.console.sign_in import Admitted
from gateway.handoff.people import People
from gateway.pictures.keeping import Pictures
from gateway.runtime.blocking import Blocking
from gateway.runtime.installed import the
from gateway.sockets.network import address_of

Store = Annotated[ConversationStore, the(ConversationStore)]
InThreads = Annotated[Blocking, the(Blocking)]
HandoffRecords = Annotated[HandoffStore, the(HandoffStore)]
Queries = Annotated[ConsoleQueries, the(ConsoleQueries)]
Seats = Annotated[People, the(People)]
Acts = Annotated[SeatActs, the(SeatActs)]
Orders = Annotated[SeatOrders, the(SeatOrders)]
AllOrders = Annotated[OrderBackend, the(OrderBackend)]
Categories = Annotated[CategoryBackend, the(CategoryBackend)]
Shown = Annotated[QueuePicture, the(QueuePicture)]
KeptPictures = Annotated[Pictures, the(Pictures)]
Zone = Annotated[ZoneInfo, the(ZoneInfo)]
Configured = Annotated[Settings, the(Settings)]

Id = Annotated[str, Path(max_length=64)]


class Reader:
    """Whoever is signed in, from where. What they read of others' conversations is written down and masked: see
    `gateway.console.reading`."""

    def __init__(
        self, found: Admitted, address: str, readings: Readings, accounts: Accounts, blocking: Blocking
    ) -> None:
        self.user = found.user
        self.token_hash = found.token_hash
        self.address = address
        self._readings = readings
        self._accounts = accounts
        self._blocking = blocking

    async def read(self, conversation_id: str, what: str) -> ConversationReading:
        """Raises ConversationNotFound, Refused (403), StoreUnavailable."""
        return await self._readings.read(self.user, conversation_id, what, self.address)

    async def write(self, conversation_id: str, what: str, part: Part = "messages") -> ConversationReading:
        """For what belongs to whoever may write in it: their own, or any for a lead. Raises as `read` does."""
        return await self._readings.write(self.user, conversation_id, what, self.address, part=part)

    async def reveal(self, conversation_id: str, what: str, why: str) -> Conversation:
        """Write down that something masked is looked at. Raises as `read` does."""
        return await self._readings.reveal(self.user, conversation_id, what, why, self.address)

    async def note(self, action: str, kind: str, subject: str, detail: Mapping[str, Any]) -> None:
        """A line of the audit log about something of `kind` (`order`, `callback`, `recording`). Raises StoreUnavailable."""
        await self._blocking.write(
            self._accounts.audit.write, self.user.id, action, kind, subject, detail, self.address
        )


async def reader_of(
    request: Request,
    found: Admitted,
    readings: Annotated[Readings, the(Readings)],
    accounts: Annotated[Accounts, the(Accounts)],
    blocking: InThreads,
) -> Reader:
    return Reader(found, address_of(request), readings, accounts, blocking)


AsReader = Annotated[Reader, Depends(reader_of)]
