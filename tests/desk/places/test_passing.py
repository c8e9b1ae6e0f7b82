from __future__ import annotations

import pytest

from desk.places.passing import told_in_passing


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ("长虹路噪音扰民,工地半夜施工", "长虹路"),
        ("建设路积水严重,车都过不去", "建设路"),
        ("下雨了，建设路又淹了", "建设路"),
        ("我要投诉长虹路夜里飙车", "长虹路"),
        ("就在建设路，井盖没了", "建设路"),
        ("建设路小学门口堵车", "建设路小学门口"),
        ("科苑公寓电梯坏了三天没人修", "科苑公寓"),
        ("锦绣家园门口垃圾堆成山没人清理", "锦绣家园门口"),
        ("丝绸新村去年就说要旧改", "丝绸新村"),
        ("江湾公园能不能划一块地方给狗跑", "江湾公园"),
        ("澜湾地铁站C口 每天几百辆电动车乱停", "澜湾地铁站C口"),
        ("建议翠屏小学门口画斑马线", "翠屏小学门口"),
        ("俺三官庙村啥时候通天然气", "三官庙村"),
        ("彩虹路菜场门口那排垃圾桶没人收", "彩虹路菜场门口"),
    ],
)
def test_a_place_that_is_told_beside_the_trouble_is_found(words: str, where: str) -> None:
    """Nobody asked for it, and it is not asked for again."""
    start, end = told_in_passing(words)
    assert words[start:end] == where


@pytest.mark.parametrize(
    "words",
    [
        "我在长虹路上班，公司不发工资",
        "坐3路车到建设路下车",
        "长虹路派出所办证要预约吗",
        "物业不让电动车进小区",
        "农村的路灯谁管",
        "下水道往外冒脏水",
        "隔壁村去年就通了",
        "人民医院乱收费",
        "建设路支行排队太久",
        "长虹路店退卡要扣钱",
        "小赵路积水",
        "昨晚走建设路摔了一跤",
    ],
)
def test_a_road_that_only_names_something_else_is_no_place_of_the_trouble(words: str) -> None:
    """A bank, a stop, a way to work: where the trouble is has still to be asked."""
    start, end = told_in_passing(words)
    assert words[start:end] not in ("长虹路", "建设路", "小赵路")
