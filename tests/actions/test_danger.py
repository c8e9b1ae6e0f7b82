"""Danger is seen when it is there now, and not in talk about rules, fears or last year."""

from __future__ import annotations

import pytest

from actions.danger import ADVICE, advice_for, find_danger


@pytest.mark.parametrize(
    ("text", "kind", "first"),
    [
        ("着火了快救人", "fire", "119"),
        ("我家厨房着火了!", "fire", "119"),
        ("楼下起火了,好大的烟", "fire", "119"),
        ("煤气泄漏了", "gas", "119"),
        ("家里闻到很浓的煤气味怎么办", "gas", "119"),
        ("有人掉河里了", "drowning", "110"),
        ("孩子掉到水库里了快来人", "drowning", "110"),
        ("有人拿刀砍人", "crime", "110"),
        ("我老公正在打我", "crime", "110"),
        ("这里出车祸了有人流血", "traffic", "120"),
        ("我妈突然晕倒叫不醒了", "injury", "120"),
        ("救命啊", "injury", "120"),
        ("我被困在电梯里了", "trapped", "119"),
        ("我不想活了", "suicide", "12356"),
        ("我想自杀", "suicide", "12356"),
        ("楼顶有人要跳楼", "suicide", "12356"),
        ("活着没意思,死了算了", "suicide", "12356"),
        ("我爸老年痴呆走丢了", "missing", "110"),
        ("小孩不见了 找了两个小时没有", "missing", "110"),
    ],
)
def test_danger_gets_the_right_number_first(text: str, kind: str, first: str) -> None:
    advice = find_danger(text)
    assert advice is not None
    assert (advice.kind, advice.numbers[0][0]) == (kind, first)
    assert first in advice.text


@pytest.mark.parametrize(
    "text",
    [
        "去年我家着火了保险公司不赔怎么办",
        "小区消防通道被占,万一着火了怎么办",
        "楼道堆满杂物容易起火",
        "燃气费太贵了",
        "天然气怎么开户",
        "出车祸了怎么认定工伤",
        "电梯里有异味",
        "电梯老是坏",
        "火车站附近黑车多",
        "烧烤店油烟太大",
        "我要投诉派出所打人怎么处罚",
        "工伤晕倒怎么赔偿",
        "公积金怎么提取",
        "我爸走丢了刚找到,想要个定位手环",
        "老人走失找哪个部门",
        "不想活动,只想问问",
        "",
    ],
)
def test_no_alarm_without_danger(text: str) -> None:
    assert find_danger(text) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("液化气瓶嘶嘶响", "gas"),
        ("快来人啊有人打架", "crime"),
        ("快来人啊", "other"),
        ("老人摔了起不来", "injury"),
    ],
)
def test_a_known_emergency_always_gets_advice(text: str, kind: str) -> None:
    assert advice_for(text).kind == kind


def test_every_advice_names_its_numbers_in_the_text() -> None:
    for advice in ADVICE.values():
        for number, _ in advice.numbers[:1]:
            assert number in advice.text
