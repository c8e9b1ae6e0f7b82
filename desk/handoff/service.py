"""The acts of a handoff, for the gateway: SQL first, then the queue, then the events that say so.

Every act is right without Redis (nobody is offered anything then) and right when the process dies between its steps:
`tick` mends the queue from SQL. So each second one of the gateways (`take_turn`) calls `tick`, the others `look`, and all
publish what acts, ticks and looks return.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.conversations import (
    ConversationStore,
    EventKind,
    Handoff,
    HandoffRequest,
    HandoffState,
    NotTheOwner,
    Owner,
    Turnover,
)
from desk.conversations.handoff import CITIZEN
from desk.conversations.store import Clock, utc_now
from desk.handoff.alignment import align, ended, owner_changed, unless_away, withdrawn
from desk.handoff.dispatcher import Blocking, Dispatcher
from desk.handoff.entry import Offer, entry_of
from desk.handoff.errors import OfferGone, QueueUnavailable
from desk.handoff.estimate import Admission, admit, places
from desk.handoff.events import (
    Accepted,
    CallbackAdded,
    Event,
    OfferWithdrawn,
    QueuePlace,
    Requested,
    Requeued,
    SeatsChanged,
    Withdrawn,
)
from desk.handoff.keeper import Keeper
from desk.handoff.queue import Queue, Snapshot
from desk.handoff.routing import Rules
from desk.handoff.seat import SeatState, SeatStatus, SeatView
from desk.handoff.store import Callback, HandoffStore
from desk.store.redis_trouble import PAUSE_S

_HELD = frozenset({Owner.SEAT, Owner.WRAP_UP})


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
    """Everything on the desk now, from SQL, with the queue's offers and seats (none while Redis is away).

    `waiting` is in the order of the queue; `offers` and `places` are by conversation.
    """

    waiting: tuple[Turnover, ...]
    serving: tuple[Turnover, ...]
    wrap_up: tuple[Turnover, ...]
    offers: Mapping[str, Offer]
    seats: tuple[SeatView, ...]
    places: Mapping[str, QueuePlace]


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
        self._queue = queue
        self._conversations = conversations
        self._handoffs = handoffs
        self._blocking = blocking
        self._rules = rules
        self._clock = clock
        self._dispatcher = Dispatcher(queue, handoffs, blocking, rules, clock)
        self._keeper = Keeper(
            queue, conversations, handoffs, blocking, rules=rules, clock=clock, dispatcher=self._dispatcher
        )

    async def request(
        self,
        conversation_id: str,
        request: HandoffRequest,
        *,
        actor: str = CITIZEN,
        epoch: int | None = None,
    ) -> Done:
        """BOT -> WAITING outside a turn of the bot (a button, a failure, a recovery)."""
        turnover = await self._blocking.write(
            self._conversations.request_handoff, conversation_id, request, actor=actor, epoch=epoch
        )
        return await self.requested(turnover)

    async def requested(self, turnover: Turnover) -> Done:
        """Queue what `append_reply` (AnswerResult.turnover) or `append_citizen` (Appended.reopened) has stored.

        The places in the queue are told by the next tick; `place` knows at once.
        """
        handoff = turnover.handoff
        if turnover.from_seat is not None:
            happened: Event = Requeued(handoff=handoff, seat_id=turnover.from_seat, why="citizen_wrote")
        else:
            happened = Requested(handoff=handoff)
        return await self._follow(turnover, happened)

    async def accept(self, handoff_id: str, seat_id: str) -> Done:
        """Take what was offered. Raises OfferGone if it is not offered to this seat (any more)."""
        handoff = await self._blocking.read(self._handoffs.get, handoff_id)
        if handoff is None:
            raise OfferGone(handoff_id)
        conversation_id = handoff.conversation_id
        try:
            claimed = await self._queue.claim(conversation_id, handoff_id, seat_id, self._clock())
        except QueueUnavailable:
            # The offer was real when it reached the screen; SQL still lets only one have it.
            claimed = True
        repeated = handoff.state is HandoffState.SERVING and handoff.seat_id == seat_id
        if not claimed and not repeated:
            raise OfferGone(handoff_id)
        try:
            turnover = await self._blocking.write(self._conversations.accept_handoff, handoff_id, seat_id)
        except NotTheOwner as taken:
            await unless_away(self._queue.take_out(conversation_id, taken.epoch))
            raise OfferGone(handoff_id) from taken
        return await self._follow(turnover, Accepted(handoff=turnover.handoff, seat_id=seat_id))

    async def decline(self, handoff_id: str, seat_id: str, reason: str = "") -> tuple[Event, ...]:
        """Nothing happens if it was not offered to this seat (any more)."""
        handoff = await self._blocking.read(self._handoffs.get, handoff_id)
        if handoff is None:
            return ()
        conversation_id = handoff.conversation_id
        declined = await unless_away(self._queue.decline(conversation_id, handoff_id, seat_id, self._clock()))
        if not declined:
            return ()
        detail = {"reason": reason} if reason else {}
        await self._blocking.write(
            self._handoffs.record, conversation_id, EventKind.DECLINED, seat_id, detail
        )
        gone = OfferWithdrawn(
            handoff_id=handoff_id, conversation_id=conversation_id, seat_id=seat_id, why=Withdrawn.DECLINED
        )
        return (gone, SeatsChanged(seat_ids=(seat_id,)), *await self._dispatcher.after_act())

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
        """SEAT -> WAITING, for another group or seat; the seat that gives it away is asked last."""
        turnover = await self._blocking.write(
            self._conversations.transfer, conversation_id, actor, epoch,
            skill=skill, wanted_seat=wanted_seat, note=note, lead=lead,
        )  # fmt: skip
        happened = Requeued(handoff=turnover.handoff, seat_id=turnover.from_seat, why="transferred")
        avoid = (turnover.from_seat,) if turnover.from_seat not in (None, wanted_seat) else ()
        return await self._follow(turnover, happened, avoid=avoid)

    async def hand_over(
        self,
        conversation_id: str,
        actor: str,
        seat_id: str,
        epoch: int,
        *,
        note: str = "",
        lead: bool = False,
    ) -> Done:
        """SEAT -> SEAT without a wait, to one who talks with the citizen already. The citizen is told nothing: they have
        heard it."""
        turnover = await self._blocking.write(
            self._conversations.hand_over, conversation_id, actor, seat_id, epoch, note=note, lead=lead
        )
        return await self._follow(turnover, None)

    async def take_over(self, conversation_id: str, seat_id: str, epoch: int | None) -> Done:
        """By a lead, from a seat, the queue or the bot. Who may is for the caller to check."""
        turnover = await self._blocking.write(self._conversations.take_over, conversation_id, seat_id, epoch)
        return await self._follow(turnover, Accepted(handoff=turnover.handoff, seat_id=seat_id))

    async def give_back(self, conversation_id: str, seat_id: str, epoch: int, why: str = "returned") -> Done:
        """A seat puts a conversation back at the head of the queue, for somebody else."""
        turnover = await self._blocking.write(
            self._conversations.requeue, conversation_id, seat_id, epoch, why=why
        )
        happened = Requeued(handoff=turnover.handoff, seat_id=seat_id, why=why)
        return await self._follow(turnover, happened, avoid=(seat_id,))

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
        turnover = await self._blocking.write(
            self._conversations.give_to_bot, conversation_id, actor, epoch, note=note, lead=lead
        )
        return await self._follow(turnover, ended(turnover))

    async def end(self, conversation_id: str, seat_id: str, epoch: int | None) -> Done:
        """SEAT -> WRAP_UP. `seat_id` `citizen`: a caller has hung up."""
        turnover = await self._blocking.write(
            self._conversations.end_handoff, conversation_id, seat_id, epoch
        )
        return await self._follow(turnover, ended(turnover))

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
        """WRAP_UP -> CLOSED, or BOT. NotTheOwner if the citizen wrote again meanwhile (it waits then)."""
        turnover = await self._blocking.write(
            self._conversations.wrap_up, conversation_id, seat_id,
            outcome=outcome, tags=tags, note=note, to_bot=to_bot,
        )  # fmt: skip
        return await self._follow(turnover, ended(turnover))

    async def leave(self, conversation_id: str) -> Done:
        """WAITING -> CLOSED, because the citizen said so. (A closed page alone leaves nobody's place.)"""
        turnover = await self._blocking.write(self._conversations.leave_queue, conversation_id)
        return await self._follow(turnover, ended(turnover))

    async def close(self, conversation_id: str, actor: str, why: str = "") -> Done | None:
        """From anywhere; None if no handoff was open (the conversation is closed all the same)."""
        turnover = await self._blocking.write(self._conversations.close, conversation_id, actor, why=why)
        return None if turnover is None else await self._follow(turnover, ended(turnover))

    async def callback(
        self,
        conversation_id: str,
        phone: str,
        wish: str,
        note: str = "",
        due_at: datetime | None = None,
        *,
        actor: str = CITIZEN,
    ) -> tuple[Callback, tuple[Event, ...]]:
        """Keep a wish to be called back, or a seat's promise; whose the conversation is does not change."""
        callback = await self._blocking.write(
            self._handoffs.add_callback, conversation_id, phone, wish, note, due_at, actor
        )
        return callback, (CallbackAdded(callback_id=callback.id, conversation_id=conversation_id),)

    async def set_seat(self, state: SeatState) -> tuple[Event, ...]:
        """A seat's status, skills, capacity; counts as a heartbeat. Raises QueueUnavailable.

        Who is no longer ready gives its open offers back.
        """
        await self._queue.set_seat(state, self._clock())
        events: list[Event] = [SeatsChanged(seat_ids=(state.seat_id,))]
        if state.status is not SeatStatus.READY:
            gone = await self._queue.withdraw(state.seat_id)
            events += [withdrawn(offer, Withdrawn.EXPIRED) for offer in gone]
        return (*events, *await self._dispatcher.after_act())

    async def heartbeat(self, seat_id: str) -> bool:
        """Keeps the seat present and thereby its conversations its own. False: the queue has no state of the seat
        (Redis was flushed): send `set_seat` again. Raises QueueUnavailable."""
        return not await self.heartbeats((seat_id,))

    async def heartbeats(self, seat_ids: Collection[str]) -> set[str]:
        """The same for many at once; those come back of whom the queue has no state."""
        return await self._queue.heartbeats(seat_ids, self._clock())

    async def seats(self) -> tuple[SeatView, ...]:
        """Raises QueueUnavailable."""
        snapshot = await self._queue.snapshot()
        return snapshot.views(self._clock(), self._rules.seat_lost_s)

    async def offers(self) -> Mapping[str, Offer]:
        """The open offers by conversation. Raises QueueUnavailable."""
        return (await self._queue.snapshot()).offers

    async def picture(self) -> Picture:
        """For a console that has just come (back)."""
        snapshot = await unless_away(self._queue.snapshot()) or Snapshot()
        found = await self._blocking.read(self._handoffs.open)
        now = self._clock()
        waiting = [t for t in found if t.handoff.state is HandoffState.WAITING]
        seats = snapshot.views(now, self._rules.seat_lost_s)
        entries = [entry_of(t) for t in waiting]
        return Picture(
            waiting=tuple(sorted(waiting, key=lambda t: entry_of(t).order)),
            serving=tuple(t for t in found if t.handoff.state is HandoffState.SERVING),
            wrap_up=tuple(t for t in found if t.handoff.state is HandoffState.WRAP_UP),
            offers=snapshot.offers,
            seats=seats,
            places=places(entries, seats, now, self._rules, self._dispatcher.typical_s),
        )

    async def place(self, conversation_id: str) -> QueuePlace | None:
        """None if it does not wait. Without Redis: the position by SQL, and no promise about the time."""
        snapshot = await unless_away(self._queue.snapshot())
        if snapshot is not None and conversation_id in snapshot.entries:
            return self._dispatcher.places_of(snapshot).get(conversation_id)
        return (await self.picture()).places.get(conversation_id)

    async def admission(self, local: datetime, skill: str = "", priority: int = 100) -> Admission:
        """May somebody be queued now? `local` is the city's time.

        Without Redis nobody can tell who is there, and Rasa is out of order too: nobody counts as there. The conversation
        stays with the bot, which is back as soon as Redis is, instead of waiting silently for somebody who may not exist.
        But one answer that was late (a busy machine) sends nobody away: it is asked for again.
        """
        snapshot = await unless_away(self._queue.snapshot())
        if snapshot is None:
            await asyncio.sleep(1.1 * PAUSE_S)
            snapshot = await unless_away(self._queue.snapshot())
        seats = snapshot.views(self._clock(), self._rules.seat_lost_s) if snapshot else []
        entries = list(snapshot.entries.values()) if snapshot else []
        return admit(local, self._rules, seats, entries, self._dispatcher.typical_s, skill, priority)

    async def tick(self) -> tuple[Event, ...]:
        """Mend the queue from SQL, expire offers, take conversations from vanished seats, make offers.

        Safe in several processes at once. Returns what this process is to publish; nothing while Redis is away.
        """
        return tuple(await self._keeper.tick())

    async def take_turn(self, for_s: float) -> bool:
        """Whether this process is the one that ticks now; for `for_s` seconds no other one is. Raises QueueUnavailable.

        Saves work, nothing more: ticks of several processes at once do no harm.
        """
        return await self._queue.take_turn(for_s)

    async def look(self) -> tuple[Event, ...]:
        """What a process tells its own pages while another one ticks: the places in the queue. Nothing while Redis is
        away."""
        try:
            return tuple(await self._dispatcher.moved())
        except QueueUnavailable:
            return ()

    async def dispatch(self) -> tuple[Event, ...]:
        """Only make offers; every act that could matter has done it already."""
        return tuple(await self._dispatcher.after_act())

    async def _follow(self, turnover: Turnover, happened: Event | None, *, avoid: Sequence[str] = ()) -> Done:
        """After SQL: bring the queue in line, make offers, and say what happened."""
        events: list[Event] = [owner_changed(turnover)] if turnover.changed else []
        if turnover.changed and happened is not None:
            events.insert(0, happened)
        try:
            events += await align(self._queue, turnover, self._clock(), avoid)
        except QueueUnavailable:
            return Done(turnover=turnover, events=tuple(events))
        if turnover.changed:
            seats = {turnover.seat_id, turnover.from_seat} - {None}
            if seats:
                events.append(SeatsChanged(seat_ids=tuple(sorted(s for s in seats if s is not None))))
            # Somebody more waits, or a seat has room again; else there is nothing to offer.
            if turnover.owner not in _HELD or turnover.from_seat not in (None, turnover.seat_id):
                events += await self._dispatcher.after_act()
        return Done(turnover=turnover, events=tuple(events))
