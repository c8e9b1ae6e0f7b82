"""What people say beside their matter speaks for no category."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.orders.category import BadCategoryData
from desk.orders.category.asides import COPIES, LONG_CHARS, retell
from desk.orders.category.examples import Example, load_asides

ASIDES = ["我孩子要考试", "打了三次没人管", "昨天晚上开始的", "我七十多了"]


def test_short_examples_are_retold_with_asides_in_their_own_words() -> None:
    """The example stands whole in each copy, and each copy knows its origin."""
    examples = [Example("楼下酒吧太吵", "120102"), Example("停水了", "08010401")]
    found = retell(examples, ASIDES)
    assert [copy.origin for copy in found] == [0] * COPIES + [1] * COPIES
    assert all(examples[copy.origin].text in copy.text.split(" ") for copy in found)
    assert all(any(aside in copy.text for aside in ASIDES) for copy in found)


def test_equal_input_is_retold_equally() -> None:
    examples = [Example("楼下酒吧太吵", "120102")]
    assert retell(examples, ASIDES) == retell(examples, ASIDES)


def test_long_examples_and_none_to_say_are_left_alone() -> None:
    assert retell([Example("水" * (LONG_CHARS + 1), "A1")], ASIDES) == []
    assert retell([Example("停水了", "A1")], []) == []


def test_asides_are_checked_and_need_no_file(tmp_path: Path) -> None:
    path = tmp_path / "asides.tsv"
    assert load_asides(path) == []
    path.write_text("text\n喂 你好\n在吗\n", encoding="utf-8")
    assert load_asides(path) == ["喂 你好", "在吗"]
    path.write_text("text\n在吗\n在吗\n", encoding="utf-8")
    with pytest.raises(BadCategoryData, match="asides.tsv:3"):
        load_asides(path)
