"""Digits where people write digits, words where they write words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.numerals import number, to_digits


@pytest.mark.parametrize(
    ("spoken", "written"),
    [
        ("我的电话是幺三八零零幺三八零零零", "我的电话是13800138000"),
        ("打一二三四五热线", "打12345热线"),
        ("打幺幺零", "打110"),
        ("和平路三十二号", "和平路32号"),
        ("幸福里小区三栋二单元五零二室", "幸福里小区3栋2单元502室"),
        ("十二号楼", "12号楼"),
        ("二号线坏了", "2号线坏了"),
        ("二零二六年五月三号", "2026年5月3号"),
        ("十二月二十五日", "12月25日"),
        ("下午三点半", "下午3点半"),
        ("晚上十一点二十分", "晚上11点20分"),
        ("凌晨两点还在施工", "凌晨2点还在施工"),
        ("早上八点零五分", "早上8点05分"),
        ("欠我三千五百块钱", "欠我3500块钱"),
        ("两千五元", "2500元"),
        ("一万二千元", "12000元"),
        ("三千万元", "3000万元"),
        ("一共三块五", "一共3块5"),
        ("涨了百分之三十", "涨了30%"),
        ("百分之三点五", "3.5%"),
        ("三点五万元", "3.5万元"),
        ("等了二十分钟", "等了20分钟"),
        ("三个小时", "3个小时"),
        ("一百二十个人", "120个人"),
        ("六十五岁", "65岁"),
        ("气温三十八度", "气温38度"),
    ],
)
def test_numbers_become_digits(spoken: str, written: str) -> None:
    assert to_digits(spoken) == written


@pytest.mark.parametrize(
    "text",
    [
        "十分感谢", "千万不要", "万一停水", "我们一起去", "等一下", "有一点吵", "快一点", "一直没有人来", "三三两两",
        "乱七八糟", "说三道四", "统一号召", "星期一", "三五个人", "两次", "一个人",
        "老百姓", "四面八方", "有两点意见", "第一", "一日三餐", "一天到晚", "亿万", "百年", "一块去", "我有三个孩子",
    ],
)  # fmt: skip
def test_words_stay_words(text: str) -> None:
    assert to_digits(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [("十", 10), ("二十一", 21), ("一百零五", 105), ("一百五", 150), ("一万二", 12000), ("两亿三千万", 230_000_000),
     ("一千零一十", 1010), ("一百一十", 110), ("三万零五百", 30500), ("十百", None), ("万", None)],
)  # fmt: skip
def test_the_value_of_a_cardinal(text: str, value: int | None) -> None:
    assert number(text) == value


@given(st.text(alphabet="零一二三四五六七八九十百千万亿两幺点半号元块个月日年室分我的电话", max_size=30))
def test_any_text_is_survived_and_a_second_pass_changes_nothing_of_plain_digits(text: str) -> None:
    """No numeral is lost: what has no numerals afterwards had digits put in their place."""
    result = to_digits(text)
    assert result == text or any(c.isdigit() for c in result)
