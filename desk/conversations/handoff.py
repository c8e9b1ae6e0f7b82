"""The records of a handoff: one episode of a person in a conversation. Frozen; the stores make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from desk.conversations.channel import channel_named
from desk.conversations.conversation import HandoffReason, HandoffRequest, Owner


class HandoffState(StrEnum):
    WAITING = "waiting"
    SERVING = "serving"
    WRAP_UP = "wrap_up"
    DONE = "done"


class EventKind(StrEnum):
    """What the journal knows."""

    REQUESTED = "requested"
    OFFERED = "offered"
    DECLINED = "declined"
    OFFER_EXPIRED = "offer_expired"
    ACCEPTED = "accepted"
    FIRST_REPLY = "first_reply"
    SEAT_LOST = "seat_lost"
    REQUEUED = "requeued"
    TRANSFERRED = "transferred"
    TAKEN_OVER = "taken_over"
    OBSERVED = "observed"
    WHISPERED = "whispered"
    RETURNED_TO_BOT = "returned_to_bot"
    CITIZEN_LEFT = "citizen_left"
    CITIZEN_TOOK_BOT = "citizen_took_bot"
    ENDED = "ended"
    WRAPPED = "wrapped"
    CLOSED = "closed"
    CALLBACK_REQUESTED = "callback_requested"
    CALLED_IN = "called_in"
    JOINED_CALL = "joined_call"
    LEFT_CALL = "left_call"


# Who did it, where it was no seat; a seat is named by its user id.
CITIZEN = "citizen"
SYSTEM = "system"
BOT = "bot"

# Emergency before vulnerable before anger before whoever waited longest.
EMERGENCY_PRIORITY = 400
_PRIORITIES = {
    HandoffReason.EMERGENCY: EMERGENCY_PRIORITY,
    HandoffReason.VULNERABLE: 300,
    HandoffReason.EMOTION: 200,
}


def priority_of(request: HandoffRequest) -> int:
    """The request's own priority, else that of its reason."""
    return request.priority if request.priority is not None else _PRIORITIES.get(request.reason, 100)


@dataclass(frozen=True, kw_only=True)
class Handoff:
    """One row of `handoffs`. `skill` "" is everybody's; `queued_at` is when it entered the queue this time."""

    id: str
    conversation_id: str
    reason: HandoffReason
    note: str
    skill: str
    priority: int
    requested_at: datetime
    requested_seq: int
    queued_at: datetime
    state: HandoffState
    seat_id: str | None = None
    wanted_seat: str | None = None
    accepted_at: datetime | None = None
    first_reply_at: datetime | None = None
    ended_at: datetime | None = None
    wrapped_at: datetime | None = None
    requeued: int = 0
    outcome: str | None = None
    tags: tuple[str, ...] = ()
    ended_by: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class HandoffEvent:
    """One row of the journal. `actor` is `citizen`, `bot`, `system` or a seat's user id."""

    id: int
    handoff_id: str | None
    conversation_id: str
    at: datetime
    kind: EventKind
    actor: str
    epoch: int
    detail: Mapping[str, Any]


# The longest call from a page. One whose end nobody told (its gateway died) is none any more after this.
LONGEST_WEB_CALL = timedelta(hours=1)


def is_call(channel: str, calling_since: datetime | None, now: datetime) -> bool:
    """Whether the conversation takes both ears of its seat: by telephone until it is wrapped up, because nothing of it can
    be left for later; of a page while its citizen is on the line, because it goes on as a chat."""
    if channel_named(channel).is_call_throughout:
        return True
    return calling_since is not None and now - calling_since < LONGEST_WEB_CALL


@dataclass(frozen=True, kw_only=True)
class Turnover:
    """What a change of hands left behind, committed. `seat_id` is whose it is now, None unless a seat's; `from_seat`
    whose it was. `call`: as `is_call`.

    `changed` is False where the wish was already fulfilled (asked for a person while waiting for one).
    """

    handoff: Handoff
    owner: Owner
    epoch: int
    seat_id: str | None
    channel: str
    call: bool
    from_seat: str | None = None
    changed: bool = True
