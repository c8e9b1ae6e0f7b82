"""The day in figures, for leads: service level, reasons, hours. Pure; rows in, numbers out.

GB/T 33358 counts the share of contacts that a person answers in time: calls within 15 s, text within 3 min (settings).
A contact that was closed unserved counts as not in time once that time had passed; one that left earlier, or went
back to the bot by the citizen's own wish before it, counts not at all.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk.conversations.channel import channel_named
from gateway.console.items import REASONS


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One handoff of the day."""

    channel: str
    reason: str
    state: str
    requested_at: datetime
    accepted_at: datetime | None
    first_reply_at: datetime | None
    ended_at: datetime | None
    wrapped_at: datetime | None
    ended_by: str | None

    @property
    def is_call(self) -> bool:
        """It began as a call; what becomes of it later changes nothing of how long somebody waited."""
        return channel_named(self.channel).is_voice


def overview(
    contacts: Sequence[Contact], *, now: datetime, zone: ZoneInfo, call_s: int, text_s: int
) -> dict[str, Any]:
    """The parts of the lead view that come from the day's handoffs."""
    calls = [one for one in contacts if one.is_call]
    texts = [one for one in contacts if not one.is_call]
    waiting = [one for one in contacts if one.state == "waiting"]
    served = [one for one in contacts if one.accepted_at is not None]
    handled = [
        (one.ended_at - one.accepted_at).total_seconds()
        for one in served
        if one.ended_at is not None and one.accepted_at is not None
    ]
    wrapped = [
        (one.wrapped_at - one.ended_at).total_seconds()
        for one in contacts
        if one.wrapped_at is not None and one.ended_at is not None and one.ended_by == "seat"
    ]
    reasons = Counter(one.reason for one in contacts)
    return {
        "service_level": {"call": _level(calls, call_s, now), "text": _level(texts, text_s, now)},
        "waiting": {
            "now": len(waiting),
            "longest_s": round(max((_age_s(one, now) for one in waiting), default=0.0), 1),
        },
        "today": {
            "handoffs": len(contacts),
            "served": len(served),
            "abandoned": sum(one.accepted_at is None and one.state == "done" for one in contacts),
            "handling_s": _mean(handled),
            "wrap_up_s": _mean(wrapped),
        },
        "reasons": [
            {"reason": reason, "label": REASONS.get(reason, reason), "count": count}
            for reason, count in reasons.most_common()
        ],
        "hours": _hours(contacts, now, zone, call_s, text_s),
    }


def _level(contacts: Iterable[Contact], target_s: int, now: datetime) -> dict[str, int]:
    verdicts = [verdict for one in contacts if (verdict := _in_time(one, target_s, now)) is not None]
    return {"within": sum(verdicts), "total": len(verdicts), "target_s": target_s}


def _in_time(one: Contact, target_s: int, now: datetime) -> bool | None:
    """None: cannot be said (yet)."""
    answered = one.first_reply_at or one.accepted_at if one.is_call else one.first_reply_at
    if answered is not None:
        return (answered - one.requested_at).total_seconds() <= target_s
    until = one.ended_at or now
    # Time that has passed unanswered is passed, whether somebody still waits or has gone.
    return False if (until - one.requested_at).total_seconds() > target_s else None


def _age_s(one: Contact, now: datetime) -> float:
    return (now - one.requested_at).total_seconds()


def _mean(values: Sequence[float]) -> int:
    return round(statistics.fmean(values)) if values else 0


def _hours(
    contacts: Iterable[Contact], now: datetime, zone: ZoneInfo, call_s: int, text_s: int
) -> list[dict[str, Any]]:
    hours = [
        {"hour": f"{hour:02}", "requested": 0, "accepted": 0, "within": 0}
        for hour in range(now.astimezone(zone).hour + 1)
    ]
    for one in contacts:
        hour = one.requested_at.astimezone(zone).hour
        if hour < len(hours):
            line: dict[str, Any] = hours[hour]
            line["requested"] += 1
            line["accepted"] += one.accepted_at is not None
            line["within"] += _in_time(one, call_s if one.is_call else text_s, now) is True
    return hours
