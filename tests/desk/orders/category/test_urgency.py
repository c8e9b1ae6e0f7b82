"""Haste by rules: what is happening now counts, what is feared or remembered does not."""

from __future__ import annotations

import pytest

from desk.orders.category import judge_urgency
from desk.orders.order import Urgency

EMERGENCY = [
    ("着火了快救人", "fire"),
    ("我家楼下失火了烟很大", "fire"),
    ("家里有一股煤气味", "gas"),
    ("小区天然气泄漏了,楼里人都跑出来了", "gas"),
    ("有人要跳楼,在六楼阳台上", "suicide"),
    ("我真的不想活了", "suicide"),
    ("有个孩子掉进河里了", "drowning"),
    ("我妈被困在电梯里半个小时了", "trapped"),
    ("楼下有人持刀追人", "crime_in_progress"),
    ("孩子走丢了两个小时找不到", "lost_person"),
    ("我爸晕倒了叫不醒", "medical"),
    ("几十个人食物中毒", "poisoning"),
    ("房子塌了里面还有人", "collapse"),
    ("救命啊", "dying_now"),
]
NOT_EMERGENCY = [
    "万一着火了消防车都进不来",
    "我担心燃气泄漏想装个报警器",
    "去年这里爆炸了一次,至今没有赔偿",
    "消防通道被堵,一旦起火了后果严重",
    "谢谢医生的救命之恩",
    "前年我父亲在工地晕倒,工伤怎么认定",
    "公积金怎么提取",
    "如果有人触电了谁负责",
]
URGENT = [
    ("马路上井盖没了,差点掉进去", "public_hazard"),
    ("电线掉下来搭在树上", "public_hazard"),
    ("围墙快要倒了,学生天天从下面过", "public_hazard"),
    ("全小区停水两天了", "outage_at_scale"),
    ("停电十几个小时,一千多户没电", "outage_at_scale"),
    ("暖气不热,家里有刚满月的孩子", "cold"),
    ("供暖不达标,外面零下十度", "cold"),
    ("八十岁老人一个人在家没人照顾", "vulnerable"),
    ("我们三十个农民工的工资一分没给", "mass_wages"),
    ("网上报名明天截止,系统登不上去", "deadline"),
    ("刚刚被骗走十二万", "fraud_now"),
]


@pytest.mark.parametrize(("text", "reason"), EMERGENCY)
def test_danger_to_life_now_is_an_emergency(text: str, reason: str) -> None:
    verdict = judge_urgency(text)
    assert (verdict.urgency, verdict.reason) == (Urgency.EMERGENCY, reason)


@pytest.mark.parametrize("text", NOT_EMERGENCY)
def test_fear_and_memory_are_no_emergency(text: str) -> None:
    assert judge_urgency(text).urgency is not Urgency.EMERGENCY


@pytest.mark.parametrize(("text", "reason"), URGENT)
def test_hardship_that_grows_by_the_hour_is_urgent(text: str, reason: str) -> None:
    verdict = judge_urgency(text)
    assert (verdict.urgency, verdict.reason) == (Urgency.URGENT, reason)


def test_years_without_an_answer_make_it_difficult() -> None:
    text = "房产证的事拖了八年,几个部门互相推诿,一直没有解决"
    assert judge_urgency(text).urgency is Urgency.DIFFICULT
    assert judge_urgency("小区建了八年").urgency is Urgency.NORMAL


@pytest.mark.parametrize("default", list(Urgency))
def test_without_a_sign_the_categorys_default_holds(default: Urgency) -> None:
    verdict = judge_urgency("小区门口有人摆摊", default=default)
    assert (verdict.urgency, verdict.reason) == (default, "category")


def test_full_width_and_endless_texts_are_judged() -> None:
    assert judge_urgency("着火了!!!").urgency is Urgency.EMERGENCY
    assert judge_urgency("啊" * 100_000).urgency is Urgency.NORMAL


def test_danger_in_a_later_sentence_is_not_hidden_by_a_supposition_before() -> None:
    assert judge_urgency("我以前担心过这个。现在真的着火了").urgency is Urgency.EMERGENCY
