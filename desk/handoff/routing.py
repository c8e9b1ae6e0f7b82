"""To whom: pairs who waits with who is free. Pure; time is an argument."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.conversations.handoff import EMERGENCY_PRIORITY
from desk.handoff.entry import Entry, Offer
from desk.handoff.seat import SeatStatus, SeatView
from desk.settings import Settings

# Skills that every seat has.
EVERYBODYS = frozenset({"", "general"})

# Who refused which conversation, and when.
Refusals = Mapping[str, Mapping[str, datetime]]


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The settings of routing, in seconds, and of the queue."""

    offer_timeout_s: float = 20.0
    seat_lost_s: float = 20.0
    overflow_after_s: float = 60.0
    affinity_s: float = 30.0
    fallback_group: str = "general"
    hours: str = "00:00-24:00"
    queue_max: int = 200
    wait_max_min: int = 30

    @classmethod
    def of(cls, settings: Settings) -> Rules:
        return cls(
            offer_timeout_s=settings.offer_timeout_s,
            seat_lost_s=settings.seat_lost_s,
            overflow_after_s=settings.overflow_after_s,
            affinity_s=settings.affinity_s,
            fallback_group=settings.fallback_group,
            hours=settings.handoff_hours,
            queue_max=settings.handoff_queue_max,
            wait_max_min=settings.handoff_wait_max_min,
        )


class Reach:
    """Who may serve whom, given who is around: the circle widens from the own group over the fallback group to
    everybody when neither is there."""

    def __init__(self, seats: Iterable[SeatView], rules: Rules) -> None:
        self.around = {seat.state.seat_id: seat for seat in seats if is_around(seat)}
        self._skills = frozenset(skill for seat in self.around.values() for skill in seat.state.skills)
        self._fallback = rules.fallback_group
        self._overflow = timedelta(seconds=rules.overflow_after_s)

    def circle(self, entry: Entry, now: datetime) -> tuple[str, bool]:
        """Entries with the same circle may be served by the same seats: the skill needed, and whether it has widened."""
        if entry.priority >= EMERGENCY_PRIORITY:
            return "", True
        return entry.skill, entry.skill not in self._skills or now - entry.queued_at >= self._overflow

    def has_skill(self, skill: str, seats: Iterable[SeatView]) -> bool:
        """Whether one of these seats has the skill itself."""
        return any(_has(seat, skill) for seat in seats)

    def serves(self, seat: SeatView, circle: tuple[str, bool]) -> bool:
        skill, widened = circle
        if _has(seat, skill):
            return True
        if not widened:
            return False
        if self._fallback in seat.state.skills:
            return True
        return skill not in self._skills and self._fallback not in self._skills


def match(
    entries: Iterable[Entry],
    seats: Iterable[SeatView],
    now: datetime,
    rules: Rules,
    *,
    offered: Collection[str] = (),
    refused: Refusals | None = None,
) -> list[Offer]:
    """New offers, most urgent first: each entry to one seat at most, no seat beyond its capacity.

    `offered` are the conversations with an open offer; they are left alone. Who refused one (or let its offer expire)
    gets it again only if nobody else is free, and not sooner than an offer's time after the refusal.
    """
    refused = refused or {}
    reach = Reach(seats, rules)
    free = {seat_id: seat for seat_id, seat in reach.around.items() if has_room(seat)}
    until = now + timedelta(seconds=rules.offer_timeout_s)
    # Nobody is free for these; as seats only get fewer below, whoever is like them need not be tried.
    hopeless: set[tuple[tuple[str, bool], bool]] = set()
    offers: list[Offer] = []
    for entry in sorted(entries, key=lambda entry: entry.order):
        if not free:
            break
        if entry.conversation_id in offered:
            continue
        kind = (reach.circle(entry, now), entry.call)
        refusals = refused.get(entry.conversation_id, {})
        wanted = _wanted(entry, reach, now, rules, refusals)
        if kind in hopeless and wanted is None:
            continue
        seat = _choose(entry, reach, free, now, rules, refusals, wanted)
        if seat is None:
            if wanted is None and not refusals:
                hopeless.add(kind)
            continue
        seat_id = seat.state.seat_id
        offers.append(
            Offer(
                handoff_id=entry.handoff_id,
                conversation_id=entry.conversation_id,
                seat_id=seat_id,
                until=until,
            )
        )
        taken = replace(seat, offered=seat.offered + 1)
        if has_room(taken) and not entry.call:
            free[seat_id] = taken
        else:
            del free[seat_id]
    return offers


def is_around(seat: SeatView) -> bool:
    """Signed in and alive, whatever it does."""
    return seat.present and seat.state.status is not SeatStatus.OFFLINE


def has_room(seat: SeatView) -> bool:
    """Can be offered one more chat. Who is on a call gives it both ears."""
    ready = seat.present and seat.state.status is SeatStatus.READY
    return ready and seat.calls == 0 and seat.chats + seat.offered < seat.state.capacity


def _wanted(
    entry: Entry, reach: Reach, now: datetime, rules: Rules, refusals: Mapping[str, datetime]
) -> str | None:
    """The seat that is asked first, if it is around and has not refused. An emergency waits for nobody."""
    if entry.wanted_seat is None or entry.wanted_seat in refusals or entry.priority >= EMERGENCY_PRIORITY:
        return None
    return entry.wanted_seat if entry.wanted_seat in reach.around else None


def _choose(
    entry: Entry,
    reach: Reach,
    free: Mapping[str, SeatView],
    now: datetime,
    rules: Rules,
    refusals: Mapping[str, datetime],
    wanted: str | None,
) -> SeatView | None:
    if wanted is not None:
        seat = free.get(wanted)
        if seat is not None and _fits(entry, seat):
            # Wanted goes before skill: a seat was named, or knows the matter.
            return seat
        if now - entry.queued_at < timedelta(seconds=rules.affinity_s):
            return None
    again_from = now - timedelta(seconds=rules.offer_timeout_s)
    circle = reach.circle(entry, now)
    willing = [
        seat
        for seat_id, seat in free.items()
        if _fits(entry, seat)
        and refusals.get(seat_id, again_from) <= again_from
        and reach.serves(seat, circle)
    ]
    if not willing:
        return None
    return min(
        willing,
        key=lambda seat: (
            seat.state.seat_id in refusals,
            not _has(seat, entry.skill),
            seat.load / seat.state.capacity,
            seat.idle_since,
            seat.state.seat_id,
        ),
    )


def _fits(entry: Entry, seat: SeatView) -> bool:
    return not entry.call or seat.offered == 0


def _has(seat: SeatView, skill: str) -> bool:
    return skill in EVERYBODYS or skill in seat.state.skills
