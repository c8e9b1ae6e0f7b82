"""What happened, for everybody's screens. The service returns these after the fact is in SQL; the gateway publishes.

Losing one loses nothing but time: every picture can be read again from the stores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from desk.conversations import Handoff, Owner


class QueuePlace(NamedTuple):
    """Where somebody stands in the queue, from 1, and the honest wait in minutes; None where nobody can tell."""

    position: int
    low_min: int | None
    high_min: int | None
    # False: nobody who has the skill works now, and the wait is that for others.
    skilled: bool = True


class Withdrawn(StrEnum):
    """Why an offer is gone. `taken`: somebody else has it; `left`: nobody waits there any more."""

    DECLINED = "declined"
    EXPIRED = "expired"
    TAKEN = "taken"
    LEFT = "left"


@dataclass(frozen=True, kw_only=True)
class Requested:
    """Somebody waits for a person: new, come back, or with a higher priority than before.

    `late`: danger told while no console was open, called for now that one is.
    """

    handoff: Handoff
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class Offered:
    handoff: Handoff
    seat_id: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class OfferWithdrawn:
    handoff_id: str
    conversation_id: str
    seat_id: str
    why: Withdrawn


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """Also after a take-over."""

    handoff: Handoff
    seat_id: str


@dataclass(frozen=True, kw_only=True)
class Requeued:
    """Back in the queue. `why`: `seat_lost`, `returned`, `transferred`, `citizen_wrote`; `seat_id` had it."""

    handoff: Handoff
    seat_id: str | None
    why: str


@dataclass(frozen=True, kw_only=True)
class OwnerChanged:
    """`seat` is the user id of the seat whose it is now, None unless a seat's."""

    conversation_id: str
    owner: Owner
    epoch: int
    seat: str | None


@dataclass(frozen=True, kw_only=True)
class HandoffEnded:
    """No longer waiting nor served: ended by its seat (wrap-up begins), given back, left, or closed."""

    handoff: Handoff
    seat_id: str | None


@dataclass(frozen=True, kw_only=True)
class QueueMoved:
    """The places of everybody who waits, by conversation; those in `changed` are new or not what they were."""

    positions: Mapping[str, QueuePlace]
    changed: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class CallbackAdded:
    callback_id: str
    conversation_id: str


@dataclass(frozen=True, kw_only=True)
class SeatsChanged:
    """Status or load of these seats changed."""

    seat_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class MoreToOffer:
    """The queue changed while offers were made: `HandoffService.dispatch` should look again, once these are told. The next
    tick would do it too."""


Event = (
    Requested
    | Offered
    | OfferWithdrawn
    | Accepted
    | Requeued
    | OwnerChanged
    | HandoffEnded
    | QueueMoved
    | CallbackAdded
    | MoreToOffer
    | SeatsChanged
)
