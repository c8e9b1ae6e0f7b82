"""The table of what the tests run through."""

from __future__ import annotations

from tests.room_coverage import Count, by_room, table

FILES = {
    "desk/settings.py": Count(100, 10),
    "desk/orders/store.py": Count(100, 30),
    "danger/rules.py": Count(50, 0),
    "access/__init__.py": Count(0, 0),
}


def test_files_are_summed_by_room() -> None:
    """A room without a statement has no share, and no line."""
    assert by_room(FILES) == {"danger": Count(50, 0), "desk": Count(200, 40)}


def test_the_table_has_a_line_a_room_one_for_all_and_names_the_files_that_are_run_least() -> None:
    lines = table(FILES).splitlines()
    assert [line.split() for line in lines[1:4]] == [
        ["danger", "50", "0", "100.0%"],
        ["desk", "200", "40", "80.0%"],
        ["all", "250", "40", "84.0%"],
    ]
    assert [line.split()[-1] for line in lines[6:]] == ["desk/orders/store.py", "desk/settings.py"]
