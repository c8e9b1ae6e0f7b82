"""Seats and entries for tests: only what matters is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from desk.handoff.entry import Entry
from desk.handoff.seat import SeatState, SeatStatus, SeatView

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def entry(name: str, waited_s: float = 10, queued_s: float | None = None, **given: object) -> Entry:
    values: dict[str, object] = {
        "handoff_id": "h" + name,
        "conversation_id": "c" + name,
        "epoch": 2,
        "priority": 100,
        "skill": "",
        "requested_at": at(-waited_s),
        "queued_at": at(-waited_s if queued_s is None else -queued_s),
    }
    return Entry(**(values | given))  # type: ignore[arg-type]


def state(
    name: str, *skills: str, status: str = "ready", capacity: int = 5, since_s: float = 60
) -> SeatState:
    return SeatState(
        seat_id=name,
        status=SeatStatus(status),
        skills=frozenset(skills),
        capacity=capacity,
        since=at(-since_s),
    )


def view(
    name: str,
    *skills: str,
    status: str = "ready",
    capacity: int = 5,
    present: bool = True,
    chats: int = 0,
    calls: int = 0,
    offered: int = 0,
    idle_s: float = 60,
) -> SeatView:
    return SeatView(
        state=state(name, *skills, status=status, capacity=capacity), present=present, chats=chats, calls=calls,
        offered=offered, idle_since=at(-idle_s),
    )  # fmt: skip
