"""The queue in memory: the model that the one on Redis is held against. One process, no time of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from desk.handoff.entry import Entry, Lease, Offer
from desk.handoff.errors import QueueUnavailable
from desk.handoff.queue import CLAIM, Snapshot
from desk.handoff.seat import SeatState, SeatStatus


class MemoryQueue:
    """`away` makes every step fail; `flush` forgets everything."""

    def __init__(self) -> None:
        self.away = False
        self.flush()

    def flush(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._offers: dict[str, Offer] = {}
        self._refusals: dict[str, dict[str, datetime]] = {}
        self._seats: dict[str, SeatState] = {}
        self._presence: dict[str, datetime] = {}
        self._leases: dict[str, Lease] = {}
        self._taken: dict[str, datetime] = {}
        self._version = 0
        self._fence = 0
        self._dispatcher: int | None = None
        self._ticked: datetime | None = None

    async def put(self, entry: Entry, now: datetime, avoid: Collection[str] = ()) -> None:
        self._check()
        key = entry.conversation_id
        old, lease = self._entries.get(key), self._leases.get(key)
        if (old and old.epoch > entry.epoch) or (lease and lease.epoch > entry.epoch):
            return
        self._free(key, entry.epoch)
        if old and old.epoch < entry.epoch:
            self._remove(key)
        self._entries[key] = entry
        for seat_id in avoid:
            self._refuse(key, seat_id, now)
        self._version += 1

    async def take_out(self, conversation_id: str, epoch: int) -> Offer | None:
        self._check()
        self._free(conversation_id, epoch)
        old = self._entries.get(conversation_id)
        if old is None or old.epoch >= epoch:
            return None
        self._version += 1
        return self._remove(conversation_id)

    def _free(self, conversation_id: str, epoch: int) -> None:
        held = self._leases.get(conversation_id)
        if held is not None and held.epoch < epoch:
            del self._leases[conversation_id]
            self._version += 1

    async def claim(self, conversation_id: str, handoff_id: str, seat_id: str, now: datetime) -> bool:
        self._check()
        offer = self._offered(conversation_id, handoff_id, seat_id)
        if offer is None:
            return False
        self._offers[conversation_id] = replace(offer, until=now + CLAIM, claimed=True)
        return True

    async def lease(self, lease: Lease, now: datetime) -> Offer | None:
        self._check()
        key = lease.conversation_id
        old, held = self._entries.get(key), self._leases.get(key)
        offer = self._remove(key) if old and old.epoch < lease.epoch else None
        if held is None or held.epoch < lease.epoch:
            self._leases[key] = lease
            self._taken[lease.seat_id] = now
        self._version += 1
        return offer

    async def decline(self, conversation_id: str, handoff_id: str, seat_id: str, now: datetime) -> bool:
        self._check()
        if self._offered(conversation_id, handoff_id, seat_id) is None:
            return False
        del self._offers[conversation_id]
        self._refuse(conversation_id, seat_id, now)
        self._version += 1
        return True

    async def expire(self, now: datetime) -> list[Offer]:
        self._check()
        gone = [offer for offer in self._offers.values() if offer.until <= now]
        for offer in gone:
            del self._offers[offer.conversation_id]
            if not offer.claimed:
                self._refuse(offer.conversation_id, offer.seat_id, now)
        self._version += bool(gone)
        return gone

    async def withdraw(self, seat_id: str) -> list[Offer]:
        self._check()
        gone = [offer for offer in self._offers.values() if offer.seat_id == seat_id and not offer.claimed]
        for offer in gone:
            del self._offers[offer.conversation_id]
        self._version += bool(gone)
        return gone

    async def set_seat(self, state: SeatState, now: datetime) -> None:
        self._check()
        self._seats[state.seat_id] = state
        self._beat(state.seat_id, now)
        self._version += 1

    async def heartbeats(self, seat_ids: Collection[str], now: datetime) -> set[str]:
        self._check()
        self._version += any(seat_id not in self._presence for seat_id in seat_ids)
        for seat_id in seat_ids:
            self._beat(seat_id, now)
        return set(seat_ids) - self._seats.keys()

    async def lost(self, now: datetime, lost_s: float, serving: Collection[str]) -> list[str]:
        self._check()
        last, self._ticked = self._ticked, max(now, self._ticked or now)
        for seat_id in serving:
            self._presence.setdefault(seat_id, now)
        if last is None or now - last > timedelta(seconds=lost_s / 2):
            for seat_id in self._presence:
                self._beat(seat_id, now)
            return []
        silent = now - timedelta(seconds=lost_s)
        return sorted(
            (seat_id for seat_id, beat in self._presence.items() if beat <= silent),
            key=lambda seat_id: (self._presence[seat_id], seat_id),
        )

    async def forget(self, seat_id: str, last_beat: datetime) -> bool:
        self._check()
        if seat_id in self._presence and self._presence[seat_id] > last_beat:
            return False
        for table in (self._presence, self._seats, self._taken):
            table.pop(seat_id, None)  # type: ignore[attr-defined]
        self._version += 1
        return True

    async def snapshot(self) -> Snapshot:
        self._check()
        return Snapshot(
            version=self._version,
            entries=dict(self._entries),
            offers=dict(self._offers),
            refusals={key: dict(seats) for key, seats in self._refusals.items()},
            seats=dict(self._seats),
            presence=dict(self._presence),
            leases=dict(self._leases),
            taken=dict(self._taken),
        )

    async def mend(self, before: Snapshot, waiting: Iterable[Entry], leases: Iterable[Lease]) -> list[Offer]:
        self._check()
        wanted = {entry.conversation_id: entry for entry in waiting}
        hands = {lease.conversation_id: lease for lease in leases}
        gone: list[Offer] = []
        for key, entry in before.entries.items():
            if key not in wanted and self._entries.get(key) == entry:
                offer = self._remove(key)
                gone += [offer] if offer else []
        for key, entry in wanted.items():
            if before.entries.get(key) == entry:
                continue
            old, held = self._entries.get(key), self._leases.get(key)
            if (old and old.epoch > entry.epoch) or (held and held.epoch > entry.epoch):
                continue
            if old and old.epoch < entry.epoch:
                self._remove(key)
            self._entries[key] = entry
        for key, lease in before.leases.items():
            if key not in hands and self._leases.get(key) == lease:
                del self._leases[key]
        for key, lease in hands.items():
            held = self._leases.get(key)
            if held is None or held.epoch <= lease.epoch:
                self._leases[key] = lease
        self._version += 1
        return gone

    async def take_turn(self, for_s: float) -> bool:
        self._check()
        return True

    async def begin(self) -> tuple[int, Snapshot] | None:
        self._check()
        if self._dispatcher is not None:
            return None
        self._fence += 1
        self._dispatcher = self._fence
        return self._fence, await self.snapshot()

    async def commit(
        self, fence: int, offers: Sequence[Offer], before: Snapshot, lost_at: datetime
    ) -> list[Offer]:
        self._check()
        made: list[Offer] = []
        for offer in offers if fence == self._dispatcher else ():
            key, seat_id = offer.conversation_id, offer.seat_id
            entry, state = self._entries.get(key), self._seats.get(seat_id)
            hands = [lease for lease in self._leases.values() if lease.seat_id == seat_id]
            load = len(hands) + sum(other.seat_id == seat_id for other in self._offers.values())
            if (
                entry is not None
                and entry.epoch == before.entries[key].epoch
                and key not in self._offers
                and state is not None
                and state.status is SeatStatus.READY
                and seat_id in self._presence
                and self._presence[seat_id] > lost_at
                and not any(lease.call for lease in hands)
                and load < state.capacity
            ):
                self._offers[key] = offer
                made.append(offer)
        return made

    async def unlock(self, fence: int, version: int, *, force: bool = False) -> bool:
        self._check()
        if self._dispatcher != fence:
            return True
        if not force and version != self._version:
            return False
        self._dispatcher = None
        return True

    def expire_lock(self) -> None:
        """The dispatcher died and its time to live ran out."""
        self._dispatcher = None

    def _check(self) -> None:
        if self.away:
            raise QueueUnavailable

    def _offered(self, conversation_id: str, handoff_id: str, seat_id: str) -> Offer | None:
        offer = self._offers.get(conversation_id)
        mine = offer is not None and (offer.handoff_id, offer.seat_id) == (handoff_id, seat_id)
        return offer if mine else None

    def _remove(self, conversation_id: str) -> Offer | None:
        self._entries.pop(conversation_id, None)
        self._refusals.pop(conversation_id, None)
        return self._offers.pop(conversation_id, None)

    def _refuse(self, conversation_id: str, seat_id: str, now: datetime) -> None:
        self._refusals.setdefault(conversation_id, {})[seat_id] = now

    def _beat(self, seat_id: str, now: datetime) -> None:
        self._presence[seat_id] = max(now, self._presence.get(seat_id, now))
