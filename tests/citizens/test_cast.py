"""The form in which citizens are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.citizens.cast import BadCast, load_citizens

GOOD = "- {id: a, about: x, openings: [路灯坏了], facts: {place: 和平路3号}, gold: {outcome: order, phone: '139'}}\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "cast.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_one_way_to_say_a_thing_needs_no_list(tmp_path: Path) -> None:
    """A single string is a list of one."""
    citizen = load_citizens(written(tmp_path, GOOD))[0]
    assert citizen.facts == {"place": ("和平路3号",)}
    assert citizen.gold.phone == "139"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (GOOD + GOOD, "same id: a"),
        (GOOD.replace("about: x, ", ""), "a: missing: about"),
        (GOOD.replace("facts:", "fact:"), "a: unknown: fact"),
        (GOOD.replace("place:", "where:"), "a: nothing is ever asked by where"),
        (GOOD.replace("outcome: order", "outcome: letter"), "a: no such outcome"),
        (GOOD.replace("phone:", "telephone:"), "a: unknown: telephone"),
        (GOOD.replace("'139'", "139"), "a: name and phone have to be in quotes"),
    ],
)
def test_a_slip_of_the_pen_is_named(tmp_path: Path, text: str, named: str) -> None:
    """Nobody is tested by half because a key was misspelt."""
    with pytest.raises(BadCast, match=named):
        load_citizens(written(tmp_path, text))
