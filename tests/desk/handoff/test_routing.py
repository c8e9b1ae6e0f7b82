"""Who gets whom."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desk.handoff.entry import Entry
from desk.handoff.routing import Rules, match
from desk.handoff.seat import SeatView
from tests.desk.handoff.samples import NOON, at, entry, view

RULES = Rules()


def pairs(entries: list[Entry], seats: list[SeatView], **given: object) -> list[tuple[str, str]]:
    offers = match(entries, seats, NOON, RULES, **given)  # type: ignore[arg-type]
    return [(offer.conversation_id[1:], offer.seat_id) for offer in offers]


def test_emergency_before_vulnerable_before_anger_before_whoever_waits_longest() -> None:
    entries = [
        entry("long", 500), entry("short", 5), entry("angry", 1, priority=200),
        entry("old", 1, priority=300), entry("fire", 0, priority=400), entry("back", 3, requeued=1),
    ]  # fmt: skip
    seats = [view(f"u{n}", capacity=1, idle_s=100 - n) for n in range(6)]
    assert [name for name, _ in pairs(entries, seats)] == ["fire", "old", "angry", "back", "long", "short"]


def test_a_seat_gets_what_it_can_do() -> None:
    seats = [view("tax", "tax"), view("plain")]
    assert pairs([entry("1", skill="tax")], seats) == [("1", "tax")]
    assert pairs([entry("1", skill="general")], [view("tax", "tax")]) == [("1", "tax")]
    assert (
        pairs([entry("1", 30, skill="tax")], [view("tax", "tax", status="busy"), view("g", "general")]) == []
    )


def test_after_the_overflow_time_the_fallback_group_helps() -> None:
    seats = [view("tax", "tax", status="busy"), view("plain"), view("g", "general")]
    assert pairs([entry("1", 59, skill="tax")], seats) == []
    assert pairs([entry("1", 60, skill="tax")], seats) == [("1", "g")]


def test_where_nobody_has_the_skill_nobody_waits_for_it() -> None:
    assert pairs([entry("1", 1, skill="tax")], [view("plain"), view("g", "general")]) == [("1", "g")]
    assert pairs([entry("1", 1, skill="tax")], [view("plain")]) == [("1", "plain")]


def test_an_emergency_goes_to_anybody_at_once() -> None:
    seats = [view("tax", "tax", status="busy"), view("plain")]
    assert pairs([entry("1", 0, skill="tax", priority=400, wanted_seat="tax")], seats) == [("1", "plain")]


def test_the_seat_of_last_time_is_waited_for_a_while() -> None:
    last = view("last", status="busy")
    assert pairs([entry("1", 29, wanted_seat="last")], [last, view("other")]) == []
    assert pairs([entry("1", 30, wanted_seat="last")], [last, view("other")]) == [("1", "other")]
    assert pairs([entry("1", 1, wanted_seat="last")], [view("last", chats=4), view("other")]) == [
        ("1", "last")
    ]
    assert pairs([entry("1", 1, wanted_seat="home")], [view("other")]) == [("1", "other")]
    refused = {"c1": {"last": at(-1)}}
    assert pairs([entry("1", 5, wanted_seat="last")], [view("last"), view("other")], refused=refused) == [
        ("1", "other")
    ]


def test_who_refused_is_asked_last_and_not_at_once_again() -> None:
    seats = [view("no"), view("yes", chats=4)]
    assert pairs([entry("1")], seats, refused={"c1": {"no": at(-60)}}) == [("1", "yes")]
    assert pairs([entry("1")], [view("no")], refused={"c1": {"no": at(-19)}}) == []
    assert pairs([entry("1")], [view("no")], refused={"c1": {"no": at(-20)}}) == [("1", "no")]


def test_least_loaded_then_longest_idle() -> None:
    seats = [view("a", chats=2), view("b", chats=1, idle_s=5), view("c", chats=1, idle_s=50)]
    assert pairs([entry("1")], seats) == [("1", "c")]
    assert pairs([entry("1")], [view("half", chats=2, capacity=4), view("less", chats=3, capacity=10)]) == [
        ("1", "less")
    ]


def test_several_chats_but_one_call_and_nothing_beside_it() -> None:
    call = entry("call", call=True)
    assert pairs([call], [view("u", calls=1)]) == []
    assert pairs([entry("chat")], [view("u", calls=1)]) == []
    assert pairs([call], [view("u", chats=2)]) == [("call", "u")]
    assert pairs([call], [view("u", offered=1)]) == []
    assert pairs([entry("call", 20, call=True), entry("chat", 10)], [view("u")]) == [("call", "u")]


def test_only_seats_that_are_there_and_ready() -> None:
    seats = [
        view("a", status="pause"),
        view("b", status="offline"),
        view("c", present=False),
        view("d", chats=5),
    ]
    assert pairs([entry("1")], seats) == []


def test_an_open_offer_is_left_alone() -> None:
    assert pairs([entry("1"), entry("2")], [view("u")], offered={"c1"}) == [("2", "u")]


entries = st.builds(
    lambda n, waited, skill, priority, call, wanted: entry(
        str(n), waited, skill=skill, priority=priority, call=call, wanted_seat=wanted
    ),
    st.integers(0, 30), st.floats(0, 200), st.sampled_from(["", "tax", "english"]),
    st.sampled_from([100, 200, 400]), st.booleans(), st.sampled_from([None, "u1", "u2"]),
)  # fmt: skip
views = st.builds(
    lambda n, skills, status, capacity, chats, calls: view(
        f"u{n}", *skills, status=status, capacity=capacity, chats=chats, calls=calls
    ),
    st.integers(0, 8), st.lists(st.sampled_from(["tax", "english", "general"])),
    st.sampled_from(["ready", "ready", "pause"]), st.integers(1, 4), st.integers(0, 4), st.integers(0, 1),
)  # fmt: skip


@given(
    st.lists(entries, unique_by=lambda e: e.conversation_id),
    st.lists(views, unique_by=lambda v: v.state.seat_id),
)
def test_nobody_is_offered_twice_and_no_seat_beyond_its_room(
    waiting: list[Entry], seats: list[SeatView]
) -> None:
    offers = match(waiting, seats, NOON, RULES)
    assert len({offer.conversation_id for offer in offers}) == len(offers)
    calls = {e.conversation_id for e in waiting if e.call}
    for seat in seats:
        mine = [offer for offer in offers if offer.seat_id == seat.state.seat_id]
        if mine:
            assert seat.state.status == "ready" and seat.calls == 0
            assert seat.chats + len(mine) <= seat.state.capacity
            assert len([o for o in mine if o.conversation_id in calls]) <= 1


@given(st.lists(entries, min_size=1, unique_by=lambda e: e.conversation_id))
def test_a_seat_that_can_do_everything_is_never_left_idle(waiting: list[Entry]) -> None:
    seat = view("all", "tax", "english", "general", capacity=3)
    assert match(waiting, [seat], NOON, RULES)
