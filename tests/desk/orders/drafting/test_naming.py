from __future__ import annotations

import pytest

from desk.orders.drafting.naming import names_in


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("我要表扬湖滨社区的网格员小刘,半夜帮我家老人送药", ["网格员小刘"]),
        ("感谢护士小陈，扶我妈上楼", ["护士小陈"]),
        ("民警老赵，帮我找回了钱包", ["民警老赵"]),
        ("老板老是不给钱", []),
        ("医生老说没事", []),
        ("保安小哥不让进", []),
    ],
)
def test_who_is_known_by_a_short_name_is_named_with_what_he_is(words: str, names: list[str]) -> None:
    """小刘 alone is anybody; with the trade before it the department knows whom to thank."""
    assert [name.text for name in names_in(words)] == names
