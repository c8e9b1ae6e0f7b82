"""Anger is named in one sentence."""

from __future__ import annotations

import pytest

from actions.sympathy import has_told_before, is_rhetorical, sympathy


@pytest.mark.parametrize(
    "words",
    [
        "你们到底管不管，我打了三次了没人管",
        "我都反映好几回了",
        "这是第四次打了",
        "打过好多遍电话了",
        "上回打12345也是问东问西的，最后也莫得人来",
        "三番五次找你们，有用吗",
        "我说了三道了嘛",
        "一趟一趟地跑，一趟一趟地打",
    ],
)
def test_who_has_called_before_is_recognised(words: str) -> None:
    """A repeated caller hears that it was more than once."""
    assert has_told_before(words)
    assert "不止一次" in sympathy(words)


@pytest.mark.parametrize(
    "words", ["你说还能有谁?", "我自己店门口停车还要给钱?有没有王法", "还要我说几遍", "讲不讲道理啊你们"]
)
def test_a_question_that_only_vents_anger_wants_no_answer(words: str) -> None:
    assert is_rhetorical(words)


@pytest.mark.parametrize(
    "words", ["第一次打这个电话", "三楼漏水了", "楼上跳了三次", "烦死了", "两个人在打架"]
)
def test_who_has_not_is_not(words: str) -> None:
    """Numbers of other things make nobody a repeated caller."""
    assert not has_told_before(words)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("你问东问西的烦不烦", "一样样地问"),
        ("刚才不是说过了吗", "一样样地问"),
        ("怎么老问，查户口啊", "一样样地问"),
        ("物业推社区，社区推物业，踢皮球", "推来推去"),
        ("个个都说不归他们管", "推来推去"),
        ("就没人管吗", "没人管"),
        ("你们光登记不办事", "没人管"),
        ("气死我了", "消消气"),
    ],
)
def test_what_the_anger_is_about_is_named(words: str, said: str) -> None:
    """The sentence fits the anger."""
    assert said in sympathy(words)
    assert "没听明白" not in sympathy(words)
