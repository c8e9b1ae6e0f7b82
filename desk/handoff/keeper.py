"""Keeps the queue true, once a second: mends it from SQL, expires offers, takes conversations from vanished seats,
calls for emergencies that found nobody."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from desk.conversations import (
    ConversationError,
    ConversationStore,
    EventKind,
    HandoffReason,
    HandoffRequest,
    Owner,
    Turnover,
)
from desk.conversations.handoff import SYSTEM
from desk.conversations.store import Clock
from desk.handoff.alignment import align, ended, owner_changed, withdrawn
from desk.handoff.dispatcher import Blocking, Dispatcher
from desk.handoff.entry import entry_of, lease_of
from desk.handoff.errors import QueueUnavailable
from desk.handoff.events import Event, Requested, Requeued, SeatsChanged, Withdrawn
from desk.handoff.queue import Queue
from desk.handoff.routing import Rules
from desk.handoff.store import Entered, HandoffStore

_log = logging.getLogger(__name__)

_HELD = frozenset({Owner.SEAT, Owner.WRAP_UP})
# A wrap-up that nobody finishes (the seat went home) is closed after this; until then the citizen may still come back.
WRAP_UP_LIMIT = timedelta(minutes=30)
# Danger told while no console was open is called for, once, if one opens within this time. Later nobody is waiting at the
# other end any more; what was said is in the marks and in the order, if there is one.
MISSED_LIMIT = timedelta(minutes=30)


class Keeper:
    def __init__(
        self,
        queue: Queue,
        conversations: ConversationStore,
        handoffs: HandoffStore,
        blocking: Blocking,
        *,
        rules: Rules,
        clock: Clock,
        dispatcher: Dispatcher,
    ) -> None:
        self._queue = queue
        self._conversations = conversations
        self._handoffs = handoffs
        self._blocking = blocking
        self._rules = rules
        self._clock = clock
        self._dispatcher = dispatcher

    async def tick(self) -> list[Event]:
        """Nothing while Redis is away. What happened before something broke is told all the same."""
        events: list[Event] = []
        try:
            await self._tick(events)
        except QueueUnavailable:
            pass
        except Exception:
            if not events:
                raise
            _log.exception("tick_broken_off")
        return events

    async def _tick(self, events: list[Event]) -> None:
        now = self._clock()
        before = await self._queue.snapshot()
        found = await self._blocking.read(self._handoffs.open)
        ghosts = await self._queue.mend(
            before,
            [entry_of(t) for t in found if t.owner is Owner.WAITING],
            [lease_of(t, t.seat_id) for t in found if t.owner in _HELD and t.seat_id is not None],
        )
        events += [withdrawn(offer, Withdrawn.LEFT) for offer in ghosts]
        events += await self._expire(now, {t.handoff.conversation_id: t.epoch for t in found})
        await self._requeue_lost(now, [t for t in found if t.owner is Owner.SEAT], events)
        events += await self._wrap_forgotten(now, [t for t in found if t.owner is Owner.WRAP_UP])
        if any(seat.present for seat in before.views(now, self._rules.seat_lost_s)):
            await self._call_for_missed(now, events)
        await self._dispatcher.learn(now)
        events += await self._dispatcher.dispatch()
        events += await self._dispatcher.moved()

    async def _expire(self, now: datetime, epochs: Mapping[str, int]) -> list[Event]:
        gone = await self._queue.expire(now)
        if gone:
            entered = [
                Entered(
                    handoff_id=offer.handoff_id, conversation_id=offer.conversation_id,
                    kind=EventKind.OFFER_EXPIRED, actor=offer.seat_id, epoch=epochs[offer.conversation_id],
                )
                for offer in gone
                if offer.conversation_id in epochs
            ]  # fmt: skip
            await self._blocking.write(self._handoffs.enter, entered)
        return [withdrawn(offer, Withdrawn.EXPIRED) for offer in gone]

    async def _requeue_lost(self, now: datetime, held: Sequence[Turnover], events: list[Event]) -> None:
        """Dying in the middle is no harm: the seat stays lost, and the next tick goes on."""
        lost_s = self._rules.seat_lost_s
        serving = {t.seat_id for t in held if t.seat_id is not None}
        for seat_id in await self._queue.lost(now, lost_s, serving):
            events += [withdrawn(offer, Withdrawn.EXPIRED) for offer in await self._queue.withdraw(seat_id)]
            for turnover in held:
                if turnover.seat_id != seat_id:
                    continue
                conversation_id = turnover.handoff.conversation_id
                try:
                    back = await self._blocking.write(
                        self._conversations.requeue, conversation_id, seat_id, turnover.epoch, why="seat_lost"
                    )
                except ConversationError:
                    # Somebody else did it, or it changed hands meanwhile.
                    continue
                events.append(Requeued(handoff=back.handoff, seat_id=seat_id, why="seat_lost"))
                events.append(owner_changed(back))
                events += await align(self._queue, back, now)
            await self._queue.forget(seat_id, now - timedelta(seconds=lost_s))
            events.append(SeatsChanged(seat_ids=(seat_id,)))

    async def _call_for_missed(self, now: datetime, events: list[Event]) -> None:
        """The same rule as for an emergency now (estimate.admit): one open console is enough, for it is alerted."""
        for missed in await self._blocking.read(self._handoffs.missed_emergencies, now - MISSED_LIMIT):
            why = {"emergency": True, "missed_s": round((now - missed.at).total_seconds())}
            request = HandoffRequest(
                reason=HandoffReason.EMERGENCY, note=missed.note, detail={"score": 1.0, "why": why}
            )
            try:
                called = await self._blocking.write(
                    self._conversations.request_handoff,
                    missed.conversation_id,
                    request,
                    actor=SYSTEM,
                    epoch=missed.epoch,
                )
            except ConversationError:
                # It changed hands meanwhile, perhaps by another process that does the same.
                continue
            if called.changed:
                events += [Requested(handoff=called.handoff, late=True), owner_changed(called)]
                events += await align(self._queue, called, now)

    async def _wrap_forgotten(self, now: datetime, wrapping: Sequence[Turnover]) -> list[Event]:
        events: list[Event] = []
        for turnover in wrapping:
            ended_at = turnover.handoff.ended_at
            if ended_at is None or now - ended_at < WRAP_UP_LIMIT:
                continue
            try:
                done = await self._blocking.write(
                    self._conversations.wrap_up, turnover.handoff.conversation_id, SYSTEM, outcome=None
                )
            except ConversationError:
                continue
            events += [ended(done), owner_changed(done), *await align(self._queue, done, now)]
        return events
