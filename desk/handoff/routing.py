"""To whom: pairs who waits with who is free. Pure; time is an argument."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
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


def match(
    entries: Iterable[Entry],
    seats: Sequence[SeatView],
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
    around = [seat for seat in seats if is_around(seat)]
    free = {seat.state.seat_id: seat for seat in around if has_room(seat)}
    until = now + timedelta(seconds=rules.offer_timeout_s)
    offers: list[Offer] = []
    for entry in sorted(entries, key=lambda entry: entry.order):
        if not free:
            break
        if entry.conversation_id in offered:
            continue
        seat = _choose(entry, around, free.values(), now, rules, refused.get(entry.conversation_id, {}))
        if seat is None:
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


def may_serve(entry: Entry, seat: SeatView, around: Sequence[SeatView], now: datetime, rules: Rules) -> bool:
    """By skill, and how far the circle has widened: own group, fallback group, everybody when neither is there."""
    if entry.priority >= EMERGENCY_PRIORITY or _has(seat, entry.skill):
        return True
    group_around = any(_has(other, entry.skill) for other in around)
    if group_around and now - entry.queued_at < timedelta(seconds=rules.overflow_after_s):
        return False
    if rules.fallback_group in seat.state.skills:
        return True
    return not group_around and not any(rules.fallback_group in other.state.skills for other in around)


def _choose(
    entry: Entry,
    around: Sequence[SeatView],
    free: Iterable[SeatView],
    now: datetime,
    rules: Rules,
    refusals: Mapping[str, datetime],
) -> SeatView | None:
    wanted = entry.wanted_seat
    if wanted in refusals or entry.priority >= EMERGENCY_PRIORITY:
        wanted = None
    if wanted is not None and now - entry.queued_at < timedelta(seconds=rules.affinity_s):
        here = next((seat for seat in around if seat.state.seat_id == wanted), None)
        if here is not None:
            return next((seat for seat in free if seat.state.seat_id == wanted and _fits(entry, seat)), None)
    again_from = now - timedelta(seconds=rules.offer_timeout_s)
    willing = [
        seat
        for seat in free
        if _fits(entry, seat)
        and refusals.get(seat.state.seat_id, again_from) <= again_from
        and (seat.state.seat_id == wanted or may_serve(entry, seat, around, now, rules))
    ]
    if not willing:
        return None
    return min(
        willing,
        key=lambda seat: (
            seat.state.seat_id in refusals,
            seat.state.seat_id != wanted,
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
