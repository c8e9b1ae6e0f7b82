"""What the queue holds: one entry for each spell of waiting, and who it is offered to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from desk.conversations import Turnover


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Somebody who waits. `epoch` is the conversation's while it waits: it tells one spell of waiting from the next."""

    handoff_id: str
    conversation_id: str
    epoch: int
    priority: int
    skill: str
    requested_at: datetime
    queued_at: datetime
    requeued: int = 0
    wanted_seat: str | None = None
    call: bool = False

    @property
    def order(self) -> tuple[int, bool, datetime, str]:
        """Sorts the queue: priority, then who was in a seat's hands before, then who waited longest."""
        return (-self.priority, self.requeued == 0, self.requested_at, self.handoff_id)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """An entry offered to one seat until `until`. `claimed`: the seat has accepted, SQL has not confirmed yet."""

    handoff_id: str
    conversation_id: str
    seat_id: str
    until: datetime
    claimed: bool = False


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A conversation in a seat's hands, for the count of its load."""

    conversation_id: str
    seat_id: str
    epoch: int
    call: bool = False


def entry_of(turnover: Turnover) -> Entry:
    """The queue entry of a handoff that waits after the turnover."""
    handoff = turnover.handoff
    return Entry(
        handoff_id=handoff.id,
        conversation_id=handoff.conversation_id,
        epoch=turnover.epoch,
        priority=handoff.priority,
        skill=handoff.skill,
        requested_at=handoff.requested_at,
        queued_at=handoff.queued_at,
        requeued=handoff.requeued,
        wanted_seat=handoff.wanted_seat,
        call=turnover.call,
    )


def lease_of(turnover: Turnover, seat_id: str) -> Lease:
    """What the seat has in hand after the turnover."""
    return Lease(
        conversation_id=turnover.handoff.conversation_id,
        seat_id=seat_id,
        epoch=turnover.epoch,
        call=turnover.call,
    )
