"""What all consoles of this process show: the open handoffs and the seats, kept true by events and by a sweep.

One copy for all consoles, so that a hundred of them cost one reading of SQL. A change that matters (somebody new, an
offer, another owner) goes out at once; that somebody who waits wrote one more line goes to their seat at once and to the
other consoles with the next sweep.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from desk.conversations.store import Clock, utc_now
from desk.handoff.errors import HandoffError
from desk.handoff.seat import SeatView
from desk.handoff.service import HandoffService
from gateway.console.items import danger_title, in_danger, item_json, tells_matter, title_of
from gateway.console.queries import TITLE_MESSAGES, ConsoleQueries, Head
from gateway.errors import StoreUnavailable
from gateway.handoff.people import People
from gateway.runtime.blocking import Blocking

Item = dict[str, Any]
SAME_OFFER_S = 0.5
# Keys whose change all consoles should see at once.
_WEIGHTY = ("handoff", "state", "seat", "priority", "skill", "epoch", "requeued", "reason")


@dataclass
class Change:
    """What a refresh found. `weighty` and `light` are changed items; `gone` are conversations without a handoff;
    `offers` are those that no event has told of: item, seat, until."""

    weighty: list[Item] = field(default_factory=list)
    light: list[Item] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    seats: list[dict[str, Any]] = field(default_factory=list)
    offers: list[tuple[Item, str, datetime]] = field(default_factory=list)


class QueuePicture:
    """Share one a process."""

    def __init__(
        self,
        service: HandoffService,
        queries: ConsoleQueries,
        people: People,
        blocking: Blocking,
        clock: Clock = utc_now,
    ) -> None:
        self._service = service
        self._queries = queries
        self._people = people
        self._blocking = blocking
        self._clock = clock
        self.items: dict[str, Item] = {}
        self.seats: dict[str, dict[str, Any]] = {}
        self._heads: dict[str, Head] = {}
        self._titles: dict[str, str] = {}
        # Whose title stays: the matter has been told, or more would not be read.
        self._told: set[str] = set()
        # Conversation -> (seat, until), as events and sweeps tell.
        self._offers: dict[str, tuple[str, datetime]] = {}
        # What events told of while a sweep was reading: younger than what it reads.
        self._touched: set[str] = set()
        self.refreshed_at = -1e9

    def offered(self, conversation_id: str, seat_id: str, until: datetime) -> Item | None:
        """An event said so. The item as it is now; None if it is not known to wait: the next refresh shows it."""
        self._touched.add(conversation_id)
        self._offers[conversation_id] = (seat_id, until)
        item = self.items.get(conversation_id)
        if item is None or item["state"] not in ("waiting", "offered"):
            return None
        shown = self.items[conversation_id] = {**item, "state": "offered"}
        return shown

    def offer_to(self, seat_id: str) -> list[tuple[Item, datetime]]:
        """Open offers to a seat."""
        now = self._clock()
        return [
            (self.items[one], until)
            for one, (seat, until) in self._offers.items()
            if seat == seat_id and until > now and one in self.items and self.items[one]["state"] == "offered"
        ]

    def offered_seat(self, conversation_id: str) -> str | None:
        found = self._offers.get(conversation_id)
        return found[0] if found is not None else None

    async def refresh(self, conversation_ids: Collection[str] | None = None) -> Change:
        """Read these conversations, or everything. Raises StoreUnavailable."""
        untold: list[str] = []
        if conversation_ids is None:
            untold = await self._refresh_offers()
        else:
            self._touched.update(conversation_ids)
        # Before reading: what another refresh adds meanwhile is younger than what this one reads.
        asked = set(self.items) if conversation_ids is None else set(conversation_ids)
        heads = await self._blocking.read(self._queries.heads, conversation_ids)
        seen = {head.conversation_id: head for head in heads}
        change = Change()
        for one in asked - set(seen):
            if self.items.pop(one, None) is not None:
                change.gone.append(one)
            self._forget(one)
        stale = [head for one, head in seen.items() if self._is_stale(one, head)]
        await self._read(stale, change)
        if conversation_ids is None:
            change.offers = [
                (self.items[one], *self._offers[one])
                for one in untold
                if one in self._offers and one in self.items and self.items[one]["state"] == "offered"
            ]
            change.seats = await self.refresh_seats()
            self.refreshed_at = time.monotonic()
        return change

    async def refresh_seats(self) -> list[dict[str, Any]]:
        """The seats that changed. Keeps the old picture while Redis is away."""
        try:
            views = await self._service.seats()
        except (HandoffError, StoreUnavailable):
            return []
        await self._people.know(view.state.seat_id for view in views)
        now = {view.state.seat_id: self._seat_json(view) for view in views}
        changed = [seat for seat_id, seat in now.items() if self.seats.get(seat_id) != seat]
        for seat_id in set(self.seats) - set(now):
            if self.seats[seat_id]["status"] != "offline":
                gone = {**self.seats[seat_id], "status": "offline", "present": False, "load": 0}
                changed.append(gone)
                now[seat_id] = gone
        self.seats = now
        return changed

    def _is_stale(self, conversation_id: str, head: Head) -> bool:
        shown = self.items.get(conversation_id)
        if shown is None or self._heads.get(conversation_id) != head:
            return True
        return bool(shown["state"] == "offered") != self._is_offered(head)

    def _is_older(self, head: Head) -> bool:
        """Whether another refresh, which began later, was faster."""
        known = self._heads.get(head.conversation_id)
        return known is not None and (known.epoch, known.last_seq) > (head.epoch, head.last_seq)

    def _is_offered(self, head: Head) -> bool:
        offer = self._offers.get(head.conversation_id)
        return head.state == "waiting" and offer is not None and offer[1] > self._clock()

    async def _read(self, heads: list[Head], change: Change) -> None:
        ids = [head.conversation_id for head in heads]
        untitled = [head.conversation_id for head in heads if head.conversation_id not in self._told]
        alarmed = [head.conversation_id for head in heads if in_danger(head)]
        talks = await self._blocking.read(self._queries.talks, ids, with_words=untitled, in_danger=alarmed)
        now = self._clock()
        for head in heads:
            one = head.conversation_id
            if self._is_older(head):
                continue
            talk = talks[one]
            if one in untitled:
                self._titles[one] = title_of(talk.first_words)
                if tells_matter(talk.first_words) or len(talk.first_words) >= TITLE_MESSAGES:
                    self._told.add(one)
            if head.state != "waiting":
                self._offers.pop(one, None)
            title = danger_title(talk) or self._titles[one]
            item = item_json(head, talk, title, offered=self._is_offered(head), now=now)
            before = self.items.get(one)
            self.items[one], self._heads[one] = item, head
            weighty = before is None or any(before[key] != item[key] for key in _WEIGHTY)
            (change.weighty if weighty else change.light).append(item)

    async def _refresh_offers(self) -> list[str]:
        """Compare with the queue; the conversations whose offer is news."""
        self._touched.clear()
        try:
            offers = await self._service.offers()
        except HandoffError:
            return []
        found = {one: (offer.seat_id, offer.until) for one, offer in offers.items() if not offer.claimed}
        for one in [one for one in self._offers if one not in found and one not in self._touched]:
            del self._offers[one]
        untold = [
            one
            for one, offer in found.items()
            if one not in self._touched and not _same_offer(self._offers.get(one), offer)
        ]
        self._offers.update({one: found[one] for one in untold})
        return untold

    def _forget(self, conversation_id: str) -> None:
        for known in (self._heads, self._titles, self._offers):
            known.pop(conversation_id, None)
        self._told.discard(conversation_id)

    def _seat_json(self, view: SeatView) -> dict[str, Any]:
        user = self._people.get(view.state.seat_id)
        return {
            "id": view.state.seat_id,
            "display_name": user.display_name if user else "",
            "badge": user.badge if user else "",
            "role": user.role.value if user else "seat",
            "status": view.state.status.value if view.present else "offline",
            "reason": view.state.reason,
            "since": view.state.since.isoformat(),
            "skills": sorted(view.state.skills),
            "load": view.load,
            "capacity": view.state.capacity,
            "present": view.present,
        }


def _same_offer(known: tuple[str, datetime] | None, found: tuple[str, datetime]) -> bool:
    """The queue keeps milliseconds, the event tells microseconds; two offers to one seat are seconds apart."""
    return (
        known is not None
        and known[0] == found[0]
        and abs((known[1] - found[1]).total_seconds()) < SAME_OFFER_S
    )


def seats_json(seats: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """In a steady order."""
    return sorted(seats.values(), key=lambda seat: (seat["status"] == "offline", seat["display_name"]))
