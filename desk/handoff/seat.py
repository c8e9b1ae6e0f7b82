"""What routing knows about a seat. Presence (is it there) is not availability (does it want work)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class SeatStatus(StrEnum):
    READY = "ready"
    BUSY = "busy"
    PAUSE = "pause"
    OFFLINE = "offline"


@dataclass(frozen=True, kw_only=True)
class SeatState:
    """What a seat says of itself. `capacity` is the chats that it can hold at once; calls are one at a time.

    `since` is when it got this status; `reason` is for a pause.
    """

    seat_id: str
    status: SeatStatus
    skills: frozenset[str]
    capacity: int
    since: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class SeatView:
    """A seat with what it has: running chats and calls (the wrap-ups too), and conversations offered to it now.

    `idle_since` is when it last took something, or got ready if that was later.
    """

    state: SeatState
    present: bool
    chats: int = 0
    calls: int = 0
    offered: int = 0
    idle_since: datetime

    @property
    def load(self) -> int:
        return self.chats + self.calls + self.offered
