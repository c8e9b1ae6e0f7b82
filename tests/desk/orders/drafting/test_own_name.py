"""Answers to 怎么称呼您 as callers give them and a recogniser writes them: every form with every name."""

from __future__ import annotations

from itertools import product

import pytest

from desk.orders.drafting.filling import fill
from desk.orders.drafting.own_name import own_name
from desk.orders.drafting.spelling import without_explanations
from tests.desk.orders.drafting.test_listening import known, turn

# Surname, whole name, a word with the surname in it, what its parts are called.
PEOPLE = [
    ("沈", "沈一鸣", "沈阳", "三点水"),
    ("毕", "毕春燕", "毕业", ""),
    ("覃", "覃有才", "覃塘", "西早"),
    ("骆", "骆天明", "骆驼", "马字旁"),
    ("佘", "佘磊", "佘太君", ""),
    ("欧阳", "欧阳静", "欧洲", ""),
    ("竺", "竺阿娣", "竺可桢", "竹字头"),
    ("张", "张伟", "张开", "弓长"),
    ("柏", "柏大山", "柏树", "木字旁"),
    ("洪", "洪秀珍", "洪水", "三点水"),
]
FORMS = [
    "我姓{s}{n}",
    "我姓{s},{n}",
    "免贵姓{s} {n}",
    "姓{s}叫{n}",
    "嗯我姓{s}我叫{n}",
    "我啊我姓{s}{w}的{c}{n}",
    "我姓{s}，{w}的{c}，{n}",
    "我姓{s}{w}那个{c} {n}",
    "{n}{w}的{c}",
    "我叫{n}{w}的{c}",
    "呃那个我是{n}啊",
    "你写{n}吧",
    "叫我{n}就行",
    "我叫{n}我妈叫李红梅",
    "我是{n}本人",
    "我叫{n}手机幺三八",
    "我姓{s}，我们小区的小王知道，我叫{n}",
]
BY_PARTS = ["我姓{s}{p}的{c}{n}", "{n}{p}{c}", "我姓{s}{p}{c}{n}", "{n} {p}那个{c}"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (form.format(s=surname, n=name, w=word, c=surname[0], p=parts), name)
        for forms in (FORMS, BY_PARTS)
        for form, (surname, name, word, parts) in product(forms, PEOPLE)
        if parts or forms is FORMS
    ],
)
def test_a_name_is_found_in_every_form_of_telling_it(said: str, name: str) -> None:
    blanked = without_explanations(said)
    assert len(blanked) == len(said)
    person = own_name(blanked)
    assert person is not None and person.name == name


@pytest.mark.parametrize(
    "said",
    [
        "不方便说", "我不想留名字", "叫我怎么说呢", "我叫你们来修", "我叫物业来了两次", "叫我去社区", "我姓什么你们不用管",
        "写匿名吧", "你写市民吧", "就写一位老人", "我是业主代表", "我是她女儿", "写我老公名字", "名字保密", "叫我奶奶接电话",
        "那麻烦了", "行辛苦了", "网名可以吗", "全名要吗", "真名保密", "我叫物业", "我叫师傅修了", "就写施工队", "就是车库",
        "我老婆姓王", "我是高中老师", "我是安装工", "我是于家村的", "写成建议吧", "我叫外卖", "姓都别写", "高兴",
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_name_is_none(said: str) -> None:
    assert own_name(without_explanations(said)) is None


@pytest.mark.parametrize(
    ("said", "blanked"),
    [
        ("我姓聂耳朵底下一个双的聂聂满生", "我姓聂，，，，，，，，，聂满生"),
        ("我叫鲍蕾花蕾的蕾", "我叫鲍蕾，，，，"),
        ("俺姓逯走之底那个逯", "俺姓逯，，，，，，"),
        ("我姓何人可何何建华", "我姓何，，，何建华"),
        ("叫我小潘吧", "叫我小潘吧"),
        ("我的我不想说", "我的我不想说"),
        ("我叫李明天", "我叫李明天"),
    ],
)
def test_what_explains_a_character_is_blanked(said: str, blanked: str) -> None:
    assert without_explanations(said) == blanked


@pytest.mark.parametrize(
    ("marked", "name"),
    [
        ("我姓[毕](name)毕业的毕毕春燕", "毕春燕"),
        ("[骆天](name)明马字旁一个各那个骆", "骆天明"),
        ("我姓[沈](name),沈一鸣", "沈一鸣"),
        ("我爸叫鲍长河我叫[鲍蕾](name)花蕾的蕾", "鲍蕾"),
        ("我姓[贺](name)贺建国", "贺建国"),
        ("龙占奎 [龙是](name)属龙那个龙", "龙占奎"),
        ("[Vivian](name),中文名莫雨薇", "莫雨薇"),
    ],
)
def test_the_order_has_the_whole_name_and_no_explanation(marked: str, name: str) -> None:
    draft = fill(known("caller"), turn(marked, "value")).draft
    assert draft.get("caller_name") == name
    assert draft.get("description") == known("caller").get("description")


@pytest.mark.parametrize(
    "explained", ["[王欣](name) 欣欣向荣的欣", "是[王欣](name)，欣赏的欣", "[王展](name)，展览那个展"]
)
def test_at_the_read_back_too_what_explains_a_name_is_no_part_of_the_matter(explained: str) -> None:
    told = fill(known("confirm"), turn(f"名字错了，{explained}", "correct+value")).draft
    assert told.get("caller_name").startswith("王") and len(told.get("caller_name")) == 2
    assert told.get("description") == known("confirm").get("description")
