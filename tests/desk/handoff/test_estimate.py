"""Honest waits, and whether to queue at all."""

from __future__ import annotations

from datetime import datetime

import pytest

from desk.conversations.farewell import is_farewell
from desk.handoff.estimate import DEFAULT_HANDLING_S, Admission, admit, handling_s, places
from desk.handoff.events import QueuePlace
from desk.handoff.routing import Rules
from desk.opening_hours import OpeningHours
from desk.settings import Settings, SettingsError, load_settings
from tests.desk.handoff.samples import NOON, entry, view

RULES = Rules()


def test_places_follow_the_order_of_the_queue() -> None:
    waiting = [entry("1", 10), entry("2", 30), entry("3", 0, priority=400)]
    found = places(waiting, [view("u", chats=5)], NOON, RULES, 300)
    assert {key: place.position for key, place in found.items()} == {"c3": 1, "c2": 2, "c1": 3}


def test_a_free_seat_means_at_once() -> None:
    assert places([entry("1")], [view("u")], NOON, RULES, 300) == {"c1": QueuePlace(1, 0, 1)}


def test_the_wait_grows_with_the_line_and_shrinks_with_seats() -> None:
    waiting = [entry(str(n), 100 - n) for n in range(20)]
    few = places(waiting, [view("u", chats=5)], NOON, RULES, 600)
    many = places(waiting, [view(f"u{n}", chats=5) for n in range(4)], NOON, RULES, 600)
    assert few["c19"] == QueuePlace(20, 24, 60)
    assert many["c19"] == QueuePlace(20, 6, 15)
    highs = [few[f"c{n}"].high_min or 0 for n in range(20)]
    assert highs == sorted(highs)


def test_nobody_who_works_means_no_promise() -> None:
    assert places([entry("1")], [view("u", status="pause")], NOON, RULES, 300) == {
        "c1": QueuePlace(1, None, None, False)
    }
    assert places([entry("1")], [], NOON, RULES, 300) == {"c1": QueuePlace(1, None, None)}


def test_only_those_whom_the_same_seats_serve_are_ahead_in_time() -> None:
    waiting = [entry(f"t{n}", 30, skill="tax") for n in range(9)] + [entry("e", 1, skill="english")]
    seats = [view("t", "tax", chats=5), view("e", "english")]
    found = places(waiting, seats, NOON, RULES, 600)
    assert found["ce"] == QueuePlace(10, 0, 1)


def test_the_typical_time_is_the_median_once_there_are_enough() -> None:
    assert handling_s([1000.0]) == DEFAULT_HANDLING_S
    assert handling_s([100, 200, 300, 400, 9000]) == 300
    assert handling_s([1, 1, 1, 1, 1]) == 30


def test_admission() -> None:
    day = Rules(hours="08:30-17:30", queue_max=2, wait_max_min=30)
    seats = [view("u", chats=5)]
    evening = NOON.replace(hour=20)
    assert admit(NOON, day, seats, [], 300) is Admission.QUEUE
    assert admit(evening, day, seats, [], 300) is Admission.OUT_OF_HOURS
    assert admit(evening, day, seats, [], 300, priority=400) is Admission.QUEUE
    assert admit(evening, day, [view("u", status="offline")], [], 300, priority=400) is Admission.QUEUE
    assert admit(NOON, day, [], [], 300, priority=400) is Admission.NO_SEAT
    assert admit(NOON, day, [view("u", status="offline")], [], 300) is Admission.NO_SEAT
    assert admit(NOON, day, [view("u", status="pause")], [], 300) is Admission.NOBODY_READY
    assert admit(NOON, day, seats, [entry("1"), entry("2")], 300) is Admission.TOO_LONG
    long = [entry(str(n)) for n in range(100)]
    assert admit(NOON, Rules(), seats, long, 600) is Admission.TOO_LONG
    assert admit(NOON, Rules(), seats, long[:10], 600) is Admission.QUEUE


def test_a_language_queues_only_where_somebody_speaks_it() -> None:
    """Anybody can take a tax matter, nobody but who speaks it English; danger asks for nothing of the kind."""
    general, speaks = view("g", "general"), view("e", "english")
    assert admit(NOON, RULES, [general], [], 300, skill="english") is Admission.NO_SEAT
    assert admit(NOON, RULES, [general], [], 300, skill="language") is Admission.NO_SEAT
    assert admit(NOON, RULES, [general, speaks], [], 300, skill="english") is Admission.QUEUE
    assert admit(NOON, RULES, [general], [], 300, skill="tax") is Admission.QUEUE
    assert admit(NOON, RULES, [general], [], 300, skill="sign_language") is Admission.QUEUE
    assert admit(NOON, RULES, [general], [], 300, skill="english", priority=400) is Admission.QUEUE


@pytest.mark.parametrize(
    ("text", "open_at", "closed_at"),
    [
        ("00:00-24:00", "00:00 12:00 23:59", ""),
        ("08:30-12:00,13:30-17:30", "08:30 11:59 13:30", "08:29 12:00 13:00 17:30 23:00"),
        ("20:00-02:00", "20:00 23:59 00:00 01:59", "02:00 19:59"),
        ("08:30—12:00，13:30至17:30", "09:00 14:00", "12:30"),
    ],
)
def test_opening_hours(text: str, open_at: str, closed_at: str) -> None:
    hours = OpeningHours.parse(text)
    for word, expected in [(w, True) for w in open_at.split()] + [(w, False) for w in closed_at.split()]:
        moment = datetime.fromisoformat(f"2026-11-22T{word}:00+08:00")
        assert hours.open_at(moment) is expected, word


def test_the_next_opening_is_today_or_tomorrow() -> None:
    hours = OpeningHours.parse("08:30-12:00,13:30-17:30")
    noon = datetime.fromisoformat("2026-11-22T12:10:00+08:00")
    assert hours.next_opening(noon).isoformat() == "2026-11-22T13:30:00+08:00"
    assert hours.next_opening(noon.replace(hour=18)).isoformat() == "2026-11-23T08:30:00+08:00"
    assert hours.next_opening(noon.replace(hour=9)) == noon.replace(hour=9)


@pytest.mark.parametrize("text", ["", "9-17", "25:00-26:00", "08:60-09:00", "08:00-08:00", "全天"])
def test_unreadable_hours_stop_the_start(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINSHENG_HANDOFF_HOURS", text)
    with pytest.raises(SettingsError, match="MINSHENG_HANDOFF_HOURS"):
        load_settings()


def test_rules_come_from_the_settings() -> None:
    settings = Settings(offer_timeout_s=5, handoff_queue_max=7)
    assert Rules.of(settings) == Rules(offer_timeout_s=5, queue_max=7)


@pytest.mark.parametrize(
    "text", ["谢谢", "好的，谢谢您！", "没有了，再见", "嗯嗯 好", "5分", "非常满意👍", "不用谢", "拜拜"]
)
def test_thanks_and_goodbye_call_nobody_back(text: str) -> None:
    assert is_farewell(text)


@pytest.mark.parametrize(
    "text",
    [
        "还有一个问题",
        "不满意",
        "问题没有解决",
        "谢谢，另外我家还停电了",
        "不行",
        "好的，那什么时候能修好",
        "有问题",
    ],
)
def test_a_matter_calls_the_seat_back(text: str) -> None:
    assert not is_farewell(text)


def test_everybody_of_the_skill_away_is_said_and_the_wait_is_that_for_others() -> None:
    """The paused tax seat keeps the matter to itself for a minute; then whoever is there takes it."""
    away, there = view("t", "tax", status="pause"), view("g", "general")
    place = places([entry("1", skill="tax")], [away, there], NOON, Rules(overflow_after_s=120), 300)["c1"]
    assert place == QueuePlace(1, 1, 3, False)
    waited = places([entry("1", 120, skill="tax")], [away, there], NOON, Rules(overflow_after_s=120), 300)[
        "c1"
    ]
    assert waited == QueuePlace(1, 0, 1, False)
    nobody = places([entry("1", skill="tax")], [away], NOON, RULES, 300)["c1"]
    assert nobody == QueuePlace(1, None, None, False)
    # Nobody stands in for who speaks the language.
    assert places(
        [entry("1", skill="english")], [view("e", "english", status="pause"), there], NOON, RULES, 300
    )["c1"] == QueuePlace(1, None, None, False)


def test_busy_seats_are_counted_and_paused_ones_are_not() -> None:
    waiting = [entry(str(n), 100 - n) for n in range(10)]
    busy = [view("a", status="busy", chats=5), view("b", status="ready", chats=5)]
    assert places(waiting, busy, NOON, RULES, 600)["c9"] == QueuePlace(10, 6, 15)
    assert places(waiting, [*busy, view("p", status="pause")], NOON, RULES, 600)["c9"] == QueuePlace(
        10, 6, 15
    )
    assert admit(NOON, RULES, [view("u", status="busy", chats=5)], [], 300) is Admission.QUEUE


def test_where_only_paused_seats_are_there_nobody_is_promised() -> None:
    paused = [view("u", status="pause")]
    assert admit(NOON, RULES, paused, [], 300) is Admission.NOBODY_READY
    assert admit(NOON, RULES, paused, [], 300, priority=400) is Admission.QUEUE, "danger is alerted"
