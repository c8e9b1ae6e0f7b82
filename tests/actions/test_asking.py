"""Whether words ask, want something done, or speak of an earlier order."""

from __future__ import annotations

import pytest

from actions.asking import (
    announces_question,
    asks_in_words,
    demands,
    of_own_affair,
    only_announces,
    rejects_answer,
    speaks_of_order,
)


@pytest.mark.parametrize(
    "words",
    [
        "哎我寻思问问 我今年七十一了 驾驶本儿还能用不",
        "请问一下哈 腊月间是逢一四七赶场 还是逢二五八哦",
        "俺问问 老头乐能上牌不",
        "唔该 我想问下骨科医生星期几坐诊㗎",
        "打听个事儿，户口本丢了去哪补",
        "想了解一下残疾人补贴怎么领",
        "我就咨询一句，这合法吗",
        "想知道独生子女费还发不发",
    ],
)
def test_who_says_that_he_asks_asks(words: str) -> None:
    """In whatever dialect, with a story before or behind."""
    assert announces_question(words)
    assert asks_in_words(words)
    assert not demands(words)


@pytest.mark.parametrize(
    "words",
    [
        "恁给问问啥时候能放水",
        "我去窗口问了，她让我回家",
        "派出所叫我去问街道",
        "楼上天天漏水，物业不管",
        "老板欠我两个月工资",
    ],
)
def test_to_have_somebody_ask_is_no_question(words: str) -> None:
    """Somebody else is, or was, to be asked."""
    assert not announces_question(words)


@pytest.mark.parametrize(
    "words",
    [
        "我要投诉楼下的大排档",
        "你们派个人来看看行不行",
        "能不能在校门口装个减速带",
        "帮我查下水费怎么突然贵了",
        "柑子没得人收 政府能不能帮到想点办法",
        "这事没人管吗",
        "建议公园里多放几张长椅",
        "必须给个说法",
        "我举报一个黑作坊",
    ],
)
def test_something_is_to_be_done(words: str) -> None:
    """A complaint in the shape of a question is one all the same."""
    assert demands(words)


@pytest.mark.parametrize(
    "words",
    [
        "先不投诉，就问问对不对",
        "不是反映事，就打听一下",
        "驾照过期了还能换不",
        "去哪投诉找谁都不知道，先问问年假怎么算",
        "加班费怎么算",
    ],
)
def test_nothing_is_to_be_done(words: str) -> None:
    """Who says that he does not complain does not complain."""
    assert not demands(words)


@pytest.mark.parametrize(
    "words",
    [
        "帮我催一下", "我那个单子怎么样了", "上周反映的路灯还没修", "查一下261122000019", "补充一点情况", "我要撤诉",
        "前天投诉过的那家店", "有没有结果啊", "催办", "处理得咋样了",
    ],
)  # fmt: skip
def test_an_earlier_order_is_spoken_of(words: str) -> None:
    """Only who speaks of one is asked for its number."""
    assert speaks_of_order(words)


@pytest.mark.parametrize(
    "words",
    [
        "急急急",
        "那批下来要几天",
        "国补还有吗",
        "现在补 还给退吗",
        "N+1拿了还能领吧",
        "居住证去年就该签注 我忘了",
    ],
)
def test_no_order_is_spoken_of(words: str) -> None:
    """An order number would be asked for in vain."""
    assert not speaks_of_order(words)


@pytest.mark.parametrize(
    ("title", "own"),
    [
        ("驾驶证到期换证怎么办", True),
        ("公章怎么刻、丢了怎么办", True),
        ("失业了怎么申领失业保险金", True),
        ("异地就医备案怎么办", True),
        ("残疾人证怎么申请办理", True),
        ("饭店油烟扰民怎么投诉", False),
        ("物业不作为怎么投诉", False),
        ("路灯不亮找谁修", False),
        ("水费突然变高怎么核查", False),
        ("房屋征收拆迁补偿不满意怎么办", False),
        ("怎么转人工客服", False),
    ],
)
def test_an_affair_of_his_own_or_a_trouble_with_others(title: str, own: bool) -> None:
    """Who tells of a permit wants to know; who tells of a neighbour wants help."""
    assert of_own_affair(title) is own


@pytest.mark.parametrize(
    "words",
    [
        "不是问条件 是问积分怎么算",
        "不是居住登记 是合同备案",
        "我不是举报摆摊，我是想摆摊，问咋报名",
        "没问你这个",
        "不是派出所登记，我要的是租赁备案",
    ],
)
def test_an_answer_is_rejected(words: str) -> None:
    """Something else was meant."""
    assert rejects_answer(words)


@pytest.mark.parametrize("words", ["不是本地户口能办吗", "我没问过社区", "不是说要签注吗", "没有房产证咋办"])
def test_an_answer_is_not_rejected(words: str) -> None:
    """A case of the same matter."""
    assert not rejects_answer(words)


@pytest.mark.parametrize("words", ["急 问下", "请问", "你好，我想咨询个事", "问一下", "打听个事儿呗"])
def test_only_that_a_question_comes(words: str) -> None:
    """The question itself is asked for, no form opened."""
    assert only_announces(words)


@pytest.mark.parametrize("words", ["问一下居住证", "请问几点下班", "我要投诉", "急急急"])
def test_more_than_that_a_question_comes(words: str) -> None:
    """What it is about is told."""
    assert not only_announces(words)
