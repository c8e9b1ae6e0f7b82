"""How long: places in the queue, honest waits, and whether to queue at all. Pure; time is an argument."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from desk.conversations.handoff import EMERGENCY_PRIORITY
from desk.handoff.entry import Entry
from desk.handoff.events import QueuePlace
from desk.handoff.routing import Reach, Rules, is_around
from desk.handoff.seat import SeatStatus, SeatView
from desk.opening_hours import OpeningHours

# Before the desk has its own figures: a text consultation of some minutes.
DEFAULT_HANDLING_S = 360.0
# Fewer than this say nothing yet.
_ENOUGH = 5
# The range: a queue moves in jumps, and a wait that turns out shorter annoys nobody.
_LOW, _HIGH = 0.6, 1.5
# Skills that nobody else can stand in for; a tax matter can be taken by anybody, English cannot.
_LANGUAGES = frozenset({"english", "language"})


class Team(NamedTuple):
    """The seats that serve one line: how many conversations they can have at once, and how many more just now."""

    members: frozenset[str]
    slots: int
    free: int


class Admission(StrEnum):
    """May somebody be put into the queue now?"""

    QUEUE = "queue"
    NO_SEAT = "no_seat"
    OUT_OF_HOURS = "out_of_hours"
    # Consoles are open, but nobody is at work who could take it: no place in the queue would be the truth.
    NOBODY_READY = "nobody_ready"
    TOO_LONG = "too_long"


def handling_s(recent: Sequence[float]) -> float:
    """The typical time that a seat has a conversation, in seconds; the median, as one long case tells little."""
    return max(30.0, statistics.median(recent)) if len(recent) >= _ENOUGH else DEFAULT_HANDLING_S


def places(
    entries: Iterable[Entry], seats: Sequence[SeatView], now: datetime, rules: Rules, typical_s: float
) -> dict[str, QueuePlace]:
    """The place of every waiting conversation.

    The position counts everybody who is served earlier; the wait counts only those whom the same seats will serve.
    """
    reach = Reach(seats, rules)
    working = [seat for seat in seats if _working(seat)]
    teams: dict[tuple[str, bool], Team] = {}
    lines: dict[Team, int] = {}
    found: dict[str, QueuePlace] = {}
    for position, entry in enumerate(sorted(entries, key=lambda entry: entry.order), start=1):
        circle = reach.circle(entry, now)
        if circle not in teams:
            teams[circle] = _team([seat for seat in working if reach.serves(seat, circle)])
        team = teams[circle]
        lines[team] = lines.get(team, 0) + 1
        low, high = _wait(lines[team], team, typical_s)
        if low is None and not circle[1] and entry.skill not in _LANGUAGES:
            # Everybody with the skill is away: others stand in once it has waited long enough.
            others = _team([seat for seat in working if reach.serves(seat, (circle[0], True))])
            left_s = rules.overflow_after_s - (now - entry.queued_at).total_seconds()
            low, high = _wait(lines[team], others, typical_s, before_s=max(0.0, left_s))
        # Without any console nothing is known of the seats: Redis may be away.
        skilled = not seats or reach.has_skill(entry.skill, working)
        found[entry.conversation_id] = QueuePlace(position, low, high, skilled)
    return found


def admit(
    local: datetime,
    rules: Rules,
    seats: Sequence[SeatView],
    entries: Sequence[Entry],
    typical_s: float,
    skill: str = "",
    priority: int = 100,
) -> Admission:
    """May somebody with this skill and priority be queued? `local` is the city's time.

    An emergency always may while any console is open, even one that takes no conversations: it is alerted. With
    nobody there the citizen is better off with a bot that goes on talking than in a silent queue. The same holds for who
    speaks no Chinese and nobody who understands them is there: they are called back.
    """
    if priority >= EMERGENCY_PRIORITY:
        return Admission.QUEUE if any(seat.present for seat in seats) else Admission.NO_SEAT
    if not OpeningHours.parse(rules.hours).open_at(local):
        return Admission.OUT_OF_HOURS
    if not any(is_around(seat) for seat in seats):
        return Admission.NO_SEAT
    if skill in _LANGUAGES and not any(is_around(s) and s.state.skills & _LANGUAGES for s in seats):
        return Admission.NO_SEAT
    if len(entries) >= rules.queue_max:
        return Admission.TOO_LONG
    newcomer = Entry(
        handoff_id="~", conversation_id="~", epoch=0, priority=priority, skill=skill,
        requested_at=local, queued_at=local,
    )  # fmt: skip
    place = places([*entries, newcomer], seats, local, rules, typical_s)["~"]
    if place.low_min is None:
        return Admission.NOBODY_READY
    return Admission.QUEUE if place.low_min <= rules.wait_max_min else Admission.TOO_LONG


def _working(seat: SeatView) -> bool:
    return seat.present and seat.state.status in (SeatStatus.READY, SeatStatus.BUSY)


def _team(seats: Sequence[SeatView]) -> Team:
    return Team(
        members=frozenset(seat.state.seat_id for seat in seats),
        slots=sum(1 if seat.calls else seat.state.capacity for seat in seats),
        free=sum(
            max(0, seat.state.capacity - seat.load)
            for seat in seats
            if seat.calls == 0 and seat.state.status is SeatStatus.READY
        ),
    )


def _wait(
    ahead: int, team: Team, typical_s: float, *, before_s: float = 0.0
) -> tuple[int | None, int | None]:
    """Minutes until the `ahead`-th of a line is served by these seats, who begin after `before_s`; 0 is "at once"."""
    if team.slots == 0:
        return None, None
    behind = max(0, ahead - team.free)
    expected_min = (before_s + behind * typical_s / team.slots) / 60
    return math.floor(expected_min * _LOW), max(1, math.ceil(expected_min * _HIGH))
