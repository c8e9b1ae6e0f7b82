from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from desk.orders.limits import OrderLimits
from desk.orders.order import Urgency
from desk.settings import Settings, load_settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
FRIDAY = datetime(2026, 11, 20, 17, 30, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("urgency", "due"),
    [
        (Urgency.EMERGENCY, datetime(2026, 11, 20, 19, 30)),
        (Urgency.URGENT, datetime(2026, 11, 21, 17, 30)),
        (Urgency.NORMAL, datetime(2026, 11, 27, 17, 30)),
        (Urgency.DIFFICULT, datetime(2026, 12, 5, 17, 30)),
    ],
)
def test_limits_run_by_the_natural_clock(urgency: Urgency, due: datetime) -> None:
    found = OrderLimits().due_at(urgency, FRIDAY)
    assert found == due.replace(tzinfo=SHANGHAI) and found.tzinfo is UTC


def test_working_days_skip_weekends_and_holidays_but_hours_do_not() -> None:
    """Friday + 7 working days, one of them a holiday (27th) and one Saturday worked instead (28th)."""
    limits = OrderLimits(
        working_days=True,
        holidays=frozenset({date(2026, 11, 27)}),
        extra_workdays=frozenset({date(2026, 11, 28)}),
    )
    assert limits.due_at(Urgency.NORMAL, FRIDAY) == datetime(2026, 12, 1, 17, 30, tzinfo=SHANGHAI)
    assert limits.due_at(Urgency.EMERGENCY, FRIDAY) == datetime(2026, 11, 20, 19, 30, tzinfo=SHANGHAI)


def test_a_day_limit_ends_at_the_same_local_time_across_a_clock_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    limits = OrderLimits(timezone="Europe/Berlin")
    start = datetime(2026, 10, 20, 9, 0, tzinfo=berlin)
    assert limits.due_at(Urgency.NORMAL, start) == datetime(2026, 10, 27, 9, 0, tzinfo=berlin)


def test_a_city_sets_its_own_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINSHENG_LIMIT_NORMAL_D", "5")
    monkeypatch.setenv("MINSHENG_LIMIT_EMERGENCY_H", "1")
    limits = OrderLimits.from_settings(Settings())
    assert limits.due_at(Urgency.NORMAL, FRIDAY) == datetime(2026, 11, 25, 17, 30, tzinfo=SHANGHAI)
    assert limits.due_at(Urgency.EMERGENCY, FRIDAY) == datetime(2026, 11, 20, 18, 30, tzinfo=SHANGHAI)


def test_a_city_sets_its_working_days_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINSHENG_LIMIT_WORKING_DAYS", "true")
    monkeypatch.setenv("MINSHENG_LIMIT_HOLIDAYS", "2026-10-01，2026-10-02")
    monkeypatch.setenv("MINSHENG_LIMIT_EXTRA_WORKDAYS", "2026-10-10")
    limits = OrderLimits.from_settings(load_settings())
    due = limits.due_at(Urgency.NORMAL, datetime(2026, 9, 30, 10, tzinfo=SHANGHAI))
    # 5-9 October and Saturday the 10th are worked, then Monday.
    assert due.astimezone(SHANGHAI).date() == date(2026, 10, 12)
