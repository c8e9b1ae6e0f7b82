"""Which goals of speed are reached, and how the table tells it."""

from __future__ import annotations

import pytest

from bench.goals import PARTS, ROWS, Goal, ratio, table

QUARTER = Goal(0.25, of_other=True)
FIVE_TIMES = Goal(5, of_other=True, at_least=True)


@pytest.mark.parametrize(
    ("goal", "ours", "other", "verdict"),
    [
        (Goal(20), 20.0, None, "reached"),
        (Goal(20), 20.1, 40.0, "missed"),
        (QUARTER, 10.0, 40.0, "reached"),
        (QUARTER, 10.1, 40.0, "missed"),
        (FIVE_TIMES, 50.0, 10.0, "reached"),
        (FIVE_TIMES, 49.0, 10.0, "missed"),
        (QUARTER, 10.0, None, "not measured"),
        (QUARTER, 10.0, 0.0, "not measured"),
        (QUARTER, None, 40.0, "not measured"),
        (Goal(20), None, 10.0, "not measured"),
    ],
)
def test_a_goal_is_reached_at_its_bound(
    goal: Goal, ours: float | None, other: float | None, verdict: str
) -> None:
    assert goal.verdict(ours, other) == verdict


def test_a_goal_tells_what_its_bound_is_of() -> None:
    assert Goal(20).told("s") == "at most 20 s"
    assert QUARTER.told("ms") == "at most 0.25 × the other"
    assert FIVE_TIMES.told("/s") == "at least 5 × the other"


def test_a_ratio_needs_both_figures() -> None:
    assert ratio(1.0, 4.0) == 0.25
    assert ratio(None, 4.0) is ratio(1.0, None) is ratio(1.0, 0.0) is None


def test_both_builds_stand_beside_each_other_with_their_ratio() -> None:
    lines = table(
        ["turn", "start"], ("ours", {"p50": 10.0, "start": 1234.5}), ("old", {"p50": 80.0})
    ).splitlines()
    assert lines[0] == "| what | goal | ours | old | ratio | goal reached |"
    assert lines[2] == (
        "| a turn, 1 in flight, p50 | at most 0.25 × the other | 10.0 ms | 80.0 ms | 0.12 | reached |"
    )
    assert lines[3].endswith("| – | – | – | not measured |")
    assert lines[4] == "| second start until ready | at most 20 s | 1,234.5 s | – | – | missed |"
    assert len(lines) == 5


def test_one_build_alone_has_no_ratio() -> None:
    lines = table(["train"], ("ours", {"train": 59.0}), None).splitlines()
    assert lines[0] == "| what | goal | ours | goal reached |"
    assert lines[2:] == ["| training after one changed example | at most 60 s | 59.0 s | reached |"]


def test_each_part_has_a_row_and_each_row_a_part() -> None:
    assert {row.part for row in ROWS} == set(PARTS)
    assert len({row.key for row in ROWS}) == len(ROWS)
