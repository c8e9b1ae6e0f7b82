"""Words that were typed wrong, and put right by the next message."""

from __future__ import annotations

import pytest

from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.slips import behind, put_right, slip_in
from desk.orders.drafting.turn import Turn
from desk.places import place_said
from language.reading import Reading, ReadSpan
from tests.desk.orders.drafting.conftest import NOW

TOLD = "滨河公元的厕所锁了快一个月；门口的水泥路烈开了；物业叫嘉和，前台不接电话"


def draft(asked: str = "place") -> Draft:
    return Draft(
        "d", "help", {"description": Value(TOLD, 1)}, place=place_said("滨河公元的厕所"), asked=asked
    )


@pytest.mark.parametrize(
    ("message", "wrong", "right"),
    [
        ("公园 打错字了", "公元", "公园"),
        ("公园，打错了哈", "公元", "公园"),
        ("*公园", "公元", "公园"),
        ("公园*", "公元", "公园"),
        ("打错了 应该是公园", "公元", "公园"),
        ("公园 里头也没人管", "公元", "公园"),
        ("佳和 手误", "嘉和", "佳和"),
    ],
)
def test_the_word_that_sounds_the_same_is_put_right(message: str, wrong: str, right: str) -> None:
    slip = slip_in(draft(), message)
    assert slip is not None and (slip.wrong, slip.right) == (wrong, right)
    told = put_right(draft(), slip)
    assert right in told.get("description") and wrong not in told.get("description")


def test_the_place_is_put_right_with_the_story() -> None:
    slip = slip_in(draft(), "公园 打错字了")
    assert slip is not None and put_right(draft(), slip).place.said == "滨河公园的厕所"


@pytest.mark.parametrize(
    "message", ["是的", "王", "公元", "图书馆 打错字了", "东湖区", "公园门口那个", "没有 打错了号码"]
)
def test_other_words_put_nothing_right(message: str) -> None:
    assert slip_in(draft(), message) is None


def test_a_word_alone_is_the_answer_where_a_name_is_asked_for() -> None:
    assert slip_in(draft("caller"), "裂 我姓裂") is None


def test_what_follows_keeps_its_readings() -> None:
    reading = Reading({"details": 0.9}, (ReadSpan("name", 0, 1, 0.5), ReadSpan("place", 2, 5, 0.9)))
    turn = Turn("裂 村口到水塔都是", 2, NOW, reading=reading)
    left = behind(turn, 2)
    assert left.words == "村口到水塔都是"
    assert [span.of(left.text) for span in left.reading.spans] == ["村口到"]
