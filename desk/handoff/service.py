"""The acts of a handoff, for the gateway: SQL first, then the queue, then the events that say so.

Every act is right without Redis (nobody is offered anything then) and right when the process dies between its steps:
`tick` mends the queue from SQL. So the gateway calls `tick` once a second in every process, and publishes what the
acts and the tick return.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

from desk.conversations import ConversationStore, Handoff, HandoffRequest, Owner, Turnover
from desk.conversations.store import Clock, utc_now
from desk.handoff.estimate import Admission
from desk.handoff.events import Event, Place
from desk.handoff.queue import Queue
from desk.handoff.routing import Rules
from desk.handoff.seat import SeatState, SeatView
from desk.handoff.store import Callback, HandoffStore

P = ParamSpec("P")
T = TypeVar("T")


class Blocking(Protocol):
    """Runs blocking work off the event loop; gateway/blocking.py is one."""

    async def read(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...


@dataclass(frozen=True, kw_only=True)
class Done:
    """What an act left behind. `turnover.changed` is False where it was done already; then there are no events."""

    turnover: Turnover
    events: tuple[Event, ...]

    @property
    def handoff(self) -> Handoff:
        return self.turnover.handoff

    @property
    def owner(self) -> Owner:
        return self.turnover.owner

    @property
    def epoch(self) -> int:
        return self.turnover.epoch


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Everything on the desk now, from SQL, with the queue's view of the seats (empty while Redis is away)."""

    waiting: tuple[Turnover, ...]
    serving: tuple[Turnover, ...]
    wrap_up: tuple[Turnover, ...]
    offers: Mapping[str, str]
    seats: tuple[SeatView, ...]
    places: Mapping[str, Place]


class HandoffService:
    """Share one a process. Acts raise ConversationNotFound, ConversationClosed, NotTheOwner (nothing was done) and
    whatever `blocking` raises when the database is away; never QueueUnavailable unless said."""

    def __init__(
        self,
        queue: Queue,
        conversations: ConversationStore,
        handoffs: HandoffStore,
        blocking: Blocking,
        rules: Rules,
        clock: Clock = utc_now,
    ) -> None:
        raise NotImplementedError

    async def request(
        self,
        conversation_id: str,
        request: HandoffRequest,
        *,
        actor: str = "citizen",
        epoch: int | None = None,
    ) -> Done:
        """BOT -> WAITING outside a turn of the bot (a button, a failure, a recovery)."""
        raise NotImplementedError

    async def requested(self, turnover: Turnover) -> Done:
        """Queue what `append_reply` (AnswerResult.turnover) or `append_citizen` (Appended.reopened) has stored."""
        raise NotImplementedError

    async def accept(self, handoff_id: str, seat_id: str) -> Done:
        """Take what was offered. Raises OfferGone if it is not offered to this seat (any more)."""
        raise NotImplementedError

    async def decline(self, handoff_id: str, seat_id: str, reason: str = "") -> tuple[Event, ...]:
        raise NotImplementedError

    async def transfer(
        self,
        conversation_id: str,
        actor: str,
        epoch: int,
        *,
        skill: str | None = None,
        wanted_seat: str | None = None,
        note: str = "",
        lead: bool = False,
    ) -> Done:
        raise NotImplementedError

    async def take_over(self, conversation_id: str, seat_id: str, epoch: int | None) -> Done:
        """By a lead, from a seat, the queue or the bot. Who may is for the caller to check."""
        raise NotImplementedError

    async def give_back(self, conversation_id: str, seat_id: str, epoch: int, why: str = "returned") -> Done:
        """A seat puts a conversation back at the head of the queue."""
        raise NotImplementedError

    async def to_bot(
        self,
        conversation_id: str,
        actor: str,
        epoch: int | None = None,
        *,
        note: str = "",
        lead: bool = False,
    ) -> Done:
        """SEAT | WAITING -> BOT. `actor` `citizen`: the page's "take the bot back" (while waiting only)."""
        raise NotImplementedError

    async def end(self, conversation_id: str, seat_id: str, epoch: int) -> Done:
        raise NotImplementedError

    async def wrap(
        self,
        conversation_id: str,
        seat_id: str,
        *,
        outcome: str | None,
        tags: Sequence[str] = (),
        note: str = "",
        to_bot: bool = False,
    ) -> Done:
        raise NotImplementedError

    async def leave(self, conversation_id: str) -> Done:
        """WAITING -> CLOSED, because the citizen said so. (A closed page alone leaves nobody's place.)"""
        raise NotImplementedError

    async def close(self, conversation_id: str, actor: str, why: str = "") -> tuple[Event, ...]:
        raise NotImplementedError

    async def callback(
        self, conversation_id: str, phone: str, wish: str, note: str = "", due_at: datetime | None = None
    ) -> tuple[Callback, tuple[Event, ...]]:
        """Keep a wish to be called back; whose the conversation is does not change."""
        raise NotImplementedError

    async def set_seat(self, state: SeatState) -> tuple[Event, ...]:
        """A seat's status, skills, capacity; counts as a heartbeat. Raises QueueUnavailable."""
        raise NotImplementedError

    async def heartbeat(self, seat_id: str) -> bool:
        """Keeps the seat present and thereby its conversations its own. False: the queue has no state of the seat
        (Redis was flushed): send `set_seat` again. Raises QueueUnavailable."""
        raise NotImplementedError

    async def seats(self) -> tuple[SeatView, ...]:
        """Raises QueueUnavailable."""
        raise NotImplementedError

    async def picture(self) -> Picture:
        raise NotImplementedError

    async def place(self, conversation_id: str) -> Place | None:
        """None if it does not wait; position only as far as SQL knows while Redis is away."""
        raise NotImplementedError

    async def admission(self, local: datetime, skill: str = "") -> Admission:
        """May somebody be queued now? `local` is the city's time. Without Redis: as with seats online."""
        raise NotImplementedError

    async def tick(self) -> tuple[Event, ...]:
        """Mend the queue from SQL, expire offers, take conversations from vanished seats, make offers.

        Safe in several processes at once. Returns what this process is to publish; nothing while Redis is away.
        """
        raise NotImplementedError

    async def dispatch(self) -> tuple[Event, ...]:
        """Only make offers; every act that could matter has done it already."""
        raise NotImplementedError
