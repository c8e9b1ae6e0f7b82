"""What only somebody on the spot knows is told from what articles are about."""

from __future__ import annotations

import pytest

from desk.knowledge.particulars import of_a_particular


@pytest.mark.parametrize(
    "question",
    [
        "听卖房子的说未来城旁边那块空地要建小学,真的假的,哪年招生",
        "听说体育馆要改成商场，是真的吗",
        "地铁7号线哪年通车",
        "我们那片什么时候拆迁",
        "304路末班车几点",
        "妇幼保健院王医生哪天坐诊",
        "双凤场逢几赶场",
        "体育中心游泳馆周末开到几点",
        "动物园门票老人半价吗",
        "一中今年录取分数线多少",
        "哪个驾校便宜",
        "马拉松哪天开始报名",
    ],
)
def test_plans_timetables_prices_and_rumours_are_no_articles(question: str) -> None:
    """No article knows them, whatever it has in common with the words."""
    assert of_a_particular(question)


@pytest.mark.parametrize(
    "question",
    [
        "居住证到期了怎么签注",
        "失业金能领几个月",
        "公积金贷款批下来要几天",
        "小学一年级怎么报名",
        "什么时候开始供暖",
        "高龄津贴几岁开始发",
        "老人坐公交要不要钱",
        "换驾照要带什么",
        "退税截止到几号",
        "怎么申请修剪树枝",
    ],
)
def test_how_something_is_done_is_for_articles(question: str) -> None:
    """Days, dates and prices of an affair stand in articles."""
    assert not of_a_particular(question)
