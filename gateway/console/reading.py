"""Who reads what of a conversation, how much of it in clear, and what is written down about it.

Whose conversation it is reads it as it was said, and so does whoever has to: the third in its talk, the seat who calls
the citizen back. Everybody else only looks: a lead, a seat who served it once, one who serves the same citizen now.
For them personal data are masked until they ask to see them (`reveal`). Every reading of another's conversation is in
the audit log with what was read and from which address, before it is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from desk.conversations import Conversation, ConversationStore
from desk.privacy import mask_card, mask_text
from desk.seats import Accounts, User
from gateway.console.acts import Reads, SeatActs
from gateway.console.picture import QueuePicture
from gateway.console.seat_orders import SeatOrders
from gateway.errors import Refused
from gateway.runtime.blocking import Blocking

# How long what was revealed stays so; the audit line of it is the only record, so that every gateway knows.
REVEALED_FOR = timedelta(hours=1)
REVEAL = "reveal"
# Of a frame or message: running text in which personal data may stand.
_TEXTS = ("text", "speech", "heard")

Part = Literal["messages", "order"]


@dataclass(frozen=True, kw_only=True)
class ConversationReading:
    """A conversation that may be read. `own`: it is the reader's now; `clear`: personal data need not be masked."""

    conversation: Conversation
    own: bool
    clear: bool


class Readings:
    """Share one a process. Methods raise ConversationNotFound, Refused (403), StoreUnavailable."""

    def __init__(
        self,
        store: ConversationStore,
        acts: SeatActs,
        orders: SeatOrders,
        picture: QueuePicture,
        accounts: Accounts,
        blocking: Blocking,
    ) -> None:
        self._store = store
        self._acts = acts
        self._orders = orders
        self._picture = picture
        self._accounts = accounts
        self._blocking = blocking

    async def read(
        self, user: User, conversation_id: str, what: str, address: str, *, part: Part = "messages"
    ) -> ConversationReading:
        """Any conversation that this user may read. `what` goes into the audit line; `part` is what has to be revealed
        before it is shown in clear."""
        return await self._noted(
            user, await self._reads(user, conversation_id), conversation_id, what, address, part
        )

    async def look(self, user: User, conversation_id: str, address: str) -> ConversationReading:
        """As `read`, for a console that follows it live; not for the story of whoever is being served."""
        reads = await self._acts.may_read(user, conversation_id)
        return await self._noted(user, reads, conversation_id, "live", address, "messages")

    async def write(
        self, user: User, conversation_id: str, what: str, address: str, *, part: Part = "messages"
    ) -> ConversationReading:
        """As `read`, for what belongs to whoever may write: orders, notes, recordings."""
        reads = await self._acts.may_write(user, conversation_id)
        return await self._noted(user, reads, conversation_id, what, address, part)

    async def reveal(
        self, user: User, conversation_id: str, what: str, why: str, address: str
    ) -> Conversation:
        """Written down before anything is shown; `messages` and `order` stay in clear for REVEALED_FOR."""
        reading = await self.read(user, conversation_id, REVEAL, address)
        await self._blocking.write(
            self._accounts.audit.write,
            user.id,
            REVEAL,
            "conversation",
            conversation_id,
            {"what": what, "why": why},
            address,
        )
        return reading.conversation

    async def _noted(
        self, user: User, reads: Reads, conversation_id: str, what: str, address: str, part: Part
    ) -> ConversationReading:
        conversation = await self._blocking.read(self._store.get, conversation_id)
        if reads is Reads.OWN:
            return ConversationReading(conversation=conversation, own=True, clear=True)
        await self._blocking.write(
            self._accounts.audit.write,
            user.id,
            "conversation_read",
            "conversation",
            conversation_id,
            {"what": what},
            address,
        )
        clear = reads is Reads.TASK or await self._is_revealed(user, conversation_id, part)
        return ConversationReading(conversation=conversation, own=False, clear=clear)

    async def _is_revealed(self, user: User, conversation_id: str, part: Part) -> bool:
        def lines() -> bool:
            found = self._accounts.audit.read(
                actor=user.id,
                action=REVEAL,
                subject=("conversation", conversation_id),
                since=datetime.now(UTC) - REVEALED_FOR,
            )
            return any(line.detail.get("what") == part for line in found)

        return await self._blocking.read(lines)

    async def _reads(self, user: User, conversation_id: str) -> Reads:
        try:
            return await self._acts.may_read(user, conversation_id)
        except Refused:
            # Perhaps it belongs to the story of somebody whom they are serving at this moment.
            mine = [one["conversation"] for one in self._picture.items.values() if one["seat"] == user.id]
            for one in mine:
                if conversation_id in await self._orders.related(one):
                    return Reads.LOOK
            raise


def masked_message(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message (`message_json`) for whoever only looks; `masked` says that something is covered."""
    shown = masked_texts(message)
    if message.get("card") is not None:
        shown["card"] = mask_card(message["card"])
    shown["quick_replies"] = [
        {**reply, "text": mask_text(str(reply["text"]))} for reply in message.get("quick_replies", ())
    ]
    return shown | {"masked": True} if shown != dict(message) else shown


def masked_texts(frame: Mapping[str, Any]) -> dict[str, Any]:
    """A frame or note with its running text masked."""
    return {
        key: mask_text(value) if key in _TEXTS and isinstance(value, str) else value
        for key, value in frame.items()
    }


def masked_frame(frame: Mapping[str, Any]) -> dict[str, Any]:
    """A frame of an open conversation, or a note about it, for whoever only looks."""
    match frame["type"]:
        case "message":
            return {**frame, "message": masked_message(frame["message"])}
        case "note" | "whisper":
            return {**frame, "note": masked_texts(frame["note"])}
        case _:
            return masked_texts(frame)
