"""A title tells the matter; how angry somebody is has a mark of its own."""

from __future__ import annotations

import pytest

from desk.orders.drafting.draft import Draft, Value
from desk.orders.drafting.insults import without_insults
from desk.orders.drafting.summary import title
from gateway.console.items import tells_matter, title_of


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("气死我了，你们这群骗子，电梯坏了三天没人修", "电梯坏了三天没人修"),
        ("你们他妈的到底管不管啊！路灯坏了一个月", "路灯坏了一个月"),
        ("王八蛋包工头欠我工资", "包工头欠我工资"),
        ("混蛋！你们就是摆设", ""),
    ],
)
def test_what_is_only_an_insult_is_left_out(said: str, left: str) -> None:
    assert without_insults(said) == left


@pytest.mark.parametrize(
    "said",
    [
        "这家骗子公司不退押金",
        "精神病院门口占道",
        "广告滚动屏不亮",
        "废物回收站太吵",
        "我不想活了，去死算了",
        "垃圾堆在门口，臭死了",
    ],
)
def test_words_of_the_matter_stay(said: str) -> None:
    assert without_insults(said) == said


def test_titles_of_conversations_and_orders_tell_the_matter() -> None:
    words = ("你们他妈的到底管不管", "气死我了，电梯坏了三天没人修")
    assert title_of(words) == "电梯坏了三天没人修"
    assert not tells_matter(words[:1]) and title_of(words[:1]) == ""
    told = Value("你们这群骗子，路灯坏了一个月没人修", 1)
    assert (
        title(Draft(draft_id="d", type="complain", fields={"description": told}))
        == "投诉：路灯坏了一个月没人修"
    )
