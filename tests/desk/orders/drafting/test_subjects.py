"""Whom or what an order is about."""

from __future__ import annotations

import pytest

from desk.orders.drafting.subjects import find_subject


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("我要表扬湖滨社区的网格员小刘,半夜帮我家老人送药", "湖滨社区的网格员小刘"),
        ("感谢政务大厅的窗口工作人员", "政务大厅的窗口工作人员"),
        ("表扬一下3路公交车司机", "公交车司机"),
        ("我家楼下烧烤店油烟太大了", "烧烤店"),
        ("川香阁饭店用地沟油", "川香阁饭店"),
        ("路灯坏了没人修", None),
    ],
)
def test_the_most_telling_mention_is_found(text: str, subject: str | None) -> None:
    found = find_subject(text)
    assert (found.text if found else None) == subject
    assert found is None or text[found.start : found.end] == found.text
