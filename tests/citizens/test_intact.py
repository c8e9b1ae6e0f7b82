"""A field is intact if it is made of whole runs of what was said."""

from __future__ import annotations

import pytest

from tests.citizens.intact import is_intact

SAID = ["延安路66号学府佳苑三期后门，路灯坏了有半个月了", "晚上黑得很，看不见路", "不是66号，是68号"]


@pytest.mark.parametrize(
    "value",
    [
        "延安路66号学府佳苑三期后门",
        "延安路六十六号学府佳苑三期后门",
        "延安路68号学府佳苑三期后门",
        "路灯坏了有半个月了，晚上黑得很，看不见路",
        "路灯坏了有半个月了。更正：不是66号，是68号",
        "学府佳苑三期后门路灯坏有半个月",
        "路灯",
    ],
)
def test_what_was_said_is_intact(value: str) -> None:
    """Clauses may be left out and joined, numerals written as digits, a corrected part put in."""
    said = [*SAID, "68号学府佳苑"] if value.startswith("延安路68") else SAID
    assert is_intact(value, said)


@pytest.mark.parametrize(
    "value",
    [
        "延安路号学府佳苑三期后门",
        "延安路68号号学府佳苑",
        "延安路6号学府佳苑",
        "延安路66号学府三期后门",
        "路灯半个月",
        "延安路66号延安路66号",
        "中山路66号",
        "晚上很看不见路",
        "学府佳苑三期后",
        "半个月有了晚",
    ],
)
def test_what_was_torn_doubled_or_never_said_is_not(value: str) -> None:
    """A number cut out, a unit twice, half a number, a gap within a clause, the same twice, a road of nobody's, half a word."""
    assert not is_intact(value, SAID)
