"""When seats answer: spans of the day in the city's time. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})")
_DAY_MIN = 24 * 60


@dataclass(frozen=True)
class OpeningHours:
    """`spans` are minutes after midnight, start included, end not; an end before its start lies on the next day."""

    spans: tuple[tuple[int, int], ...]

    @classmethod
    def parse(cls, text: str) -> OpeningHours:
        """Reads `08:30-12:00,13:30-17:30`. Raises ValueError with a sentence an operator can act on."""
        spans = []
        for part in text.replace("，", ",").split(","):
            found = _SPAN.fullmatch(part.strip())
            if found is None:
                raise ValueError(f"{part.strip()!r} is no span of time, for example 08:30-17:30")
            start_h, start_min, end_h, end_min = map(int, found.groups())
            start, end = start_h * 60 + start_min, end_h * 60 + end_min
            if max(start_min, end_min) > 59 or start >= _DAY_MIN or end > _DAY_MIN or start == end:
                raise ValueError(f"{part.strip()!r} is no span of time, for example 08:30-17:30")
            spans.append((start, end))
        return cls(tuple(spans))

    def open_at(self, local: datetime) -> bool:
        """`local` is the city's time."""
        minute = local.hour * 60 + local.minute
        return any(
            start <= minute < end if start < end else minute >= start or minute < end
            for start, end in self.spans
        )

    def next_opening(self, local: datetime) -> datetime:
        """The first moment at or after `local` when seats answer, to the minute; `local` itself while open."""
        if self.open_at(local):
            return local
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        starts = [
            midnight + timedelta(days=day, minutes=start) for day in (0, 1) for start, _end in self.spans
        ]
        return min(start for start in starts if start > local)
