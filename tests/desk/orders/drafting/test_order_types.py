"""The type of an order: as announced, else by what is told."""

from __future__ import annotations

import pytest

from desk.orders.drafting.arbitration import step
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import fill
from desk.orders.drafting.order_types import judged
from desk.orders.drafting.phrases import type_said
from tests.desk.orders.drafting.test_listening import turn


@pytest.mark.parametrize("taken_for", ["help", "complain", "suggest", "praise"])
@pytest.mark.parametrize(
    "told",
    [
        "凌晨了楼下还在唱歌",
        "买的热水器第二天就坏了，店家不给退",
        "健身房关门跑路，卡里还有一千多",
        "老板扣了我半个月工资",
        "公交车到站不停，甩下我们就走",
        "学校让每个学生交三百块买校服，不交的点名",
        "说好去年交房，到现在一个工人都没有",
        "停车场多收我十块钱",
    ],
)
def test_somebody_who_did_wrong_makes_a_complaint(told: str, taken_for: str) -> None:
    assert judged(taken_for, told) == "complain"


@pytest.mark.parametrize("taken_for", ["help", "suggest"])
@pytest.mark.parametrize(
    "told",
    [
        "小区门口的路灯坏了一个礼拜",
        "井干了，天天到山下挑水",
        "我把身份证丢在公交车上了",
        "红绿灯瞎了，早上车挤成一锅粥",
        "老人一个人住，饭都没人做",
    ],
)
def test_what_is_only_broken_or_missing_asks_for_help(told: str, taken_for: str) -> None:
    assert judged(taken_for, told) == "help"


@pytest.mark.parametrize("taken_for", ["help", "complain", "suggest"])
@pytest.mark.parametrize(
    "told",
    [
        "希望末班车能延到十一点",
        "医院门口能不能加两张凳子",
        "能不能在学校门口画一条斑马线",
        "建议公园装几个饮水机",
        "要是能开一趟到开发区的车就好了",
    ],
)
def test_a_wish_for_something_new_is_a_suggestion(told: str, taken_for: str) -> None:
    assert judged(taken_for, told) == "suggest"


@pytest.mark.parametrize(
    ("told", "judged_as"),
    [
        ("快递点非要收两块钱一件，不给钱不让拿，合理吗", "complain"),
        ("水费突然多了三百，你们帮我查一下", "help"),
        ("积分落户本科加几分", "consult"),
        ("五号线哪年通车", "consult"),
    ],
)
def test_a_question_about_ones_own_case_is_no_consultation(told: str, judged_as: str) -> None:
    """It has a place, and somebody has to look into it."""
    assert judged("consult", told) == judged_as


def test_praise_stays_where_nobody_did_wrong() -> None:
    assert judged("praise", "37路女司机给我妈倒热水") == "praise"
    assert judged("praise", "平台不给退，我家孩子打赏了一万多") == "complain"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("我举报一个打牌的窝子", "report"),
        ("我不是举报摆摊，我想去摆摊", ""),
        ("俺不是来投诉的", ""),
        ("我投诉医院停车场", "complain"),
        ("我投诉过三次了", ""),
        ("我要夸一个人", "praise"),
        ("写清楚是建议，别写成投诉司机", "suggest"),
    ],
)
def test_an_announcement_counts_unless_it_is_denied(words: str, named: str) -> None:
    assert type_said(words) == named


def test_the_story_decides_the_type_until_it_is_read_back() -> None:
    """An order that began as a plea for help becomes a complaint once the wrong is told."""
    draft = fill(Draft("t1"), turn("孩子在那里报了一百节课", "details", "order_help", 0.9)).draft
    assert draft.type == "help"
    later = step(draft.asking("place"), turn("老师都走了，他们不肯退钱", "details"))
    assert later.draft.type == "complain"
    assert "type" not in later.changed


def test_an_announced_type_stays() -> None:
    draft = fill(Draft("t1"), turn("我提个建议，公园装几盏灯", "details", "order_suggest", 0.9)).draft
    later = step(draft.asking("place"), turn("晚上黑得吓人，物业也不管", "details"))
    assert later.draft.type == "suggest"
