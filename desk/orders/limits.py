"""When an order is due: hours for emergencies, days for the rest, by the natural clock or by working days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from desk.orders.order import Urgency
from desk.settings import Settings


@dataclass(frozen=True, kw_only=True)
class OrderLimits:
    """A city's time limits. With `working_days`, days (never hours) skip weekends and `holidays`;
    `extra_workdays` are the weekend days that the State Council moves work to. The department hears of a
    hurried order at most once in `hurry_interval_h` hours."""

    emergency_h: int = 2
    urgent_h: int = 24
    normal_d: int = 7
    difficult_d: int = 15
    timezone: str = "Asia/Shanghai"
    working_days: bool = False
    holidays: frozenset[date] = field(default_factory=frozenset)
    extra_workdays: frozenset[date] = field(default_factory=frozenset)
    hurry_interval_h: int = 4

    @classmethod
    def from_settings(cls, settings: Settings) -> OrderLimits:
        return cls(
            emergency_h=settings.limit_emergency_h,
            urgent_h=settings.limit_urgent_h,
            normal_d=settings.limit_normal_d,
            difficult_d=settings.limit_difficult_d,
            timezone=settings.timezone,
            working_days=settings.limit_working_days,
            holidays=frozenset(settings.limit_holidays),
            extra_workdays=frozenset(settings.limit_extra_workdays),
            hurry_interval_h=settings.hurry_interval_h,
        )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def within(self, urgency: Urgency) -> str:
        """The limit for people: 24小时内, 7天内, 7个工作日内."""
        match urgency:
            case Urgency.EMERGENCY:
                return f"{self.emergency_h}小时内"
            case Urgency.URGENT:
                return f"{self.urgent_h}小时内"
            case Urgency.NORMAL:
                return f"{self.days(self.normal_d)}内"
            case Urgency.DIFFICULT:
                return f"{self.days(self.difficult_d)}内"

    def days(self, count: int) -> str:
        """So many days for people, as this city counts them."""
        return f"{count}个工作日" if self.working_days else f"{count}天"

    def due_at(self, urgency: Urgency, created_at: datetime) -> datetime:
        """When an answer is owed, in UTC. `created_at` carries a time zone.

        A limit in days ends at the same time of the day as it began, in the city's own time.
        """
        match urgency:
            case Urgency.EMERGENCY:
                return created_at.astimezone(UTC) + timedelta(hours=self.emergency_h)
            case Urgency.URGENT:
                return created_at.astimezone(UTC) + timedelta(hours=self.urgent_h)
            case Urgency.NORMAL:
                return self._after_days(created_at, self.normal_d)
            case Urgency.DIFFICULT:
                return self._after_days(created_at, self.difficult_d)

    def _after_days(self, created_at: datetime, days: int) -> datetime:
        local = created_at.astimezone(self.zone)
        if not self.working_days:
            return (local + timedelta(days=days)).astimezone(UTC)
        left = days
        while left:
            local += timedelta(days=1)
            left -= self._is_workday(local.date())
        return local.astimezone(UTC)

    def _is_workday(self, day: date) -> bool:
        if day in self.extra_workdays:
            return True
        return day.weekday() < 5 and day not in self.holidays
