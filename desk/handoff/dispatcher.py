"""Makes offers: snapshot, match, confirm with SQL, commit. One process at a time, guarded by a fence number.

Whoever changes something while another process is the dispatcher need not wait: the dispatcher looks again before it
gives the lock back, because the queue's version went up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import ParamSpec, Protocol, TypeVar

from desk.conversations import EventKind, HandoffState
from desk.conversations.handoff import SYSTEM
from desk.conversations.store import Clock
from desk.handoff.alignment import unless_away
from desk.handoff.entry import Offer
from desk.handoff.errors import QueueUnavailable
from desk.handoff.estimate import DEFAULT_HANDLING_S, handling_s, places
from desk.handoff.events import (
    Event,
    MoreToOffer,
    Offered,
    QueueMoved,
    QueuePlace,
    SeatsChanged,
)
from desk.handoff.queue import Queue, Snapshot
from desk.handoff.routing import Rules, match
from desk.handoff.store import Entered, HandoffStore

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)

# Looking again and again under a storm of changes would hold the lock for ever; the next act or tick goes on.
_ROUNDS = 5
# Handling times change over hours, not seconds.
_LEARN_EVERY = timedelta(minutes=1)


class Blocking(Protocol):
    """Runs blocking work off the event loop; gateway/runtime/blocking.py is one."""

    async def read(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...

    async def later(self, work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Write soon what nobody waits for. Never raises."""


class Dispatcher:
    def __init__(
        self, queue: Queue, handoffs: HandoffStore, blocking: Blocking, rules: Rules, clock: Clock
    ) -> None:
        self._queue = queue
        self._handoffs = handoffs
        self._blocking = blocking
        self._rules = rules
        self._clock = clock
        self.typical_s = DEFAULT_HANDLING_S
        self._learnt_at: datetime | None = None
        self._told: Mapping[str, QueuePlace] = {}

    async def after_act(self) -> list[Event]:
        """Make offers after an act that is committed: whatever goes wrong here is mended by the next tick, and must
        not look as if the act had failed."""
        try:
            return await self.dispatch()
        except QueueUnavailable:
            return []
        except Exception:
            _log.exception("dispatch_failed")
            return []

    async def dispatch(self) -> list[Event]:
        """Raises QueueUnavailable (nothing was offered then), and what `blocking` raises.

        Offers that were made are told at once; if something has changed meanwhile, `MoreToOffer` asks for another look.
        """
        begun = await self._queue.begin()
        if begun is None:
            return []
        fence, snapshot = begun
        events: list[Event] = []
        unlocked = False
        try:
            for _ in range(_ROUNDS):
                events += await self._offer(fence, snapshot)
                unlocked = await self._queue.unlock(fence, snapshot.version)
                if unlocked or events:
                    break
                snapshot = await self._queue.snapshot()
        except QueueUnavailable:
            if not events:
                raise
            # Offers were made: the seats must hear of them.
        finally:
            if not unlocked:
                await unless_away(self._queue.unlock(fence, 0, force=True))
        return events if unlocked else [*events, MoreToOffer()]

    async def learn(self, now: datetime) -> None:
        """Read how long seats need, now and then."""
        if self._learnt_at is None or now - self._learnt_at >= _LEARN_EVERY:
            self._learnt_at = now
            self.typical_s = handling_s(await self._blocking.read(self._handoffs.handling_times))

    async def moved(self) -> list[Event]:
        """The places, if any changed since this was last called in this process."""
        found = self.places_of(await self._queue.snapshot())
        told, self._told = self._told, found
        if found == told:
            return []
        changed = frozenset(key for key, place in found.items() if told.get(key) != place)
        return [QueueMoved(positions=found, changed=changed)]

    def places_of(self, snapshot: Snapshot) -> dict[str, QueuePlace]:
        now = self._clock()
        seats = snapshot.views(now, self._rules.seat_lost_s)
        return places(snapshot.entries.values(), seats, now, self._rules, self.typical_s)

    async def _offer(self, fence: int, snapshot: Snapshot) -> list[Event]:
        now = self._clock()
        wanted = match(
            snapshot.entries.values(),
            snapshot.views(now, self._rules.seat_lost_s),
            now,
            self._rules,
            offered=snapshot.offers.keys(),
            refused=snapshot.refusals,
        )
        if not wanted:
            return []
        found = await self._blocking.read(self._handoffs.many, [offer.handoff_id for offer in wanted])
        waiting = {handoff.id: handoff for handoff in found if handoff.state is HandoffState.WAITING}
        # Who waits no longer by SQL stays unoffered; the next tick removes the ghost.
        real = [offer for offer in wanted if offer.handoff_id in waiting]
        lost_at = now - timedelta(seconds=self._rules.seat_lost_s)
        made = await self._queue.commit(fence, real, snapshot, lost_at)
        if not made:
            return []
        # The seats hear of their offers first: the journal tells of them later, and a seat's patience is short.
        await self._blocking.later(self._handoffs.enter, _entered(made, snapshot))
        events: list[Event] = [
            Offered(handoff=waiting[offer.handoff_id], seat_id=offer.seat_id, until=offer.until)
            for offer in made
        ]
        return [*events, SeatsChanged(seat_ids=tuple(sorted({offer.seat_id for offer in made})))]


def _entered(made: Iterable[Offer], snapshot: Snapshot) -> list[Entered]:
    return [
        Entered(
            handoff_id=offer.handoff_id, conversation_id=offer.conversation_id, kind=EventKind.OFFERED,
            actor=SYSTEM, epoch=snapshot.entries[offer.conversation_id].epoch, detail={"seat": offer.seat_id},
        )
        for offer in made
    ]  # fmt: skip
