"""What a second round of unseen people said to the form, kind by kind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.open_wishes import _HOPES
from desk.orders.drafting.arbitration import Kind, step
from desk.orders.drafting.describing import tidy
from desk.orders.drafting.filling import fill
from desk.orders.drafting.persons import find_person
from desk.orders.drafting.phrases import wants_visit
from desk.orders.drafting.plan import missing, needs_place
from desk.orders.drafting.subjects import is_unnamed
from desk.orders.drafting.turn import Turn
from desk.places import names_one, place_said, told_in_passing
from language.reading import Reading
from tests.desk.orders.drafting.test_heard_in_life import told
from tests.desk.orders.drafting.test_reading import heard, read
from tests.desk.orders.drafting.test_telling_on import known, turn


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("叫我糖糖妈妈吧 姓尤", "尤"),
        ("叫我阿泽就好 姓游", "游"),
        ("网名小鱼儿，本姓俞", "俞"),
        ("文,文化的文,文建军", "文建军"),
        ("欧阳，欧洲的欧，欧阳兰", "欧阳兰"),
        ("陈，耳东陈，陈大文", "陈大文"),
        ("喊我老蔺吧", "老蔺"),
        ("姓胡 胡家湾大半都姓胡", "胡"),
    ],
)
def test_the_name_behind_what_is_told_of_it(words: str, name: str) -> None:
    found = find_person(words, asked=True)
    assert found is not None and found.name == name


def doubtful(turn: Turn) -> Turn:
    """With every span read as a guess."""
    spans = tuple(replace(span, confidence=0.6) for span in turn.reading.spans)
    return replace(turn, reading=replace(turn.reading, spans=spans))


@pytest.mark.parametrize(
    ("asked", "acts", "marked"),
    [
        ("", "details", "我儿子户口本上的名字登记错了 应该是[奕](name) 神采奕奕的奕"),
        ("place", "details", "[裂](name) 有的地方一脚下去都是沙子"),
        ("phone", "details", "[老周](name)家的墙也裂了 他们都不敢住"),
    ],
)
def test_a_word_of_the_story_is_nobodys_name(asked: str, acts: str, marked: str) -> None:
    filled = fill(known(asked), doubtful(read(marked, acts, 2)))
    assert "caller" not in filled.changed


@pytest.mark.parametrize(
    ("marked", "phone"),
    [
        ("[13857204169](phone),不对不对,最后是196,[13857204196](phone)", "13857204196"),
        ("[13857204169](phone),不对不对,最后是196", "13857204196"),
        ("[13857204169](phone) 不对 [13857204196](phone)", "13857204196"),
        ("[13857204169](phone)，说错了，尾号是4196", "13857204196"),
    ],
)
def test_the_number_that_is_put_right_counts(marked: str, phone: str) -> None:
    assert heard(known("phone"), "value+correct", marked).draft.get("phone") == phone


@pytest.mark.parametrize(
    "marked",
    [
        "月嫂电话[13912240087](phone) 她自己说公司没派单",
        "收费员的手机是[13912240087](phone)",
        "那个装修队长号码[13912240087](phone) 一直关机",
        "他家前台电话：[13912240087](phone)",
    ],
)
def test_the_number_of_somebody_else_is_not_the_callers(marked: str) -> None:
    assert not heard(known("place"), "details+value", marked).draft.has("phone")


@pytest.mark.parametrize("lead", ["我电话", "联系电话", "备用号码是", "手机", "打我老公电话"])
def test_a_number_of_their_own_is(lead: str) -> None:
    assert heard(known("place"), "value", f"{lead}[13912240087](phone)").draft.get("phone") == "13912240087"


def test_a_question_about_secrecy_is_answered_and_asked_again() -> None:
    draft = known("confidential")
    asked = turn("保密是啥意思 公司那边会看到我名字吗", "process+secret")
    taken = step(draft, asked)
    assert taken.kind is Kind.PROCESS and not taken.draft.has("confidential")
    assert taken.draft.asked == "confidential"


def test_who_praises_modestly_wishes_for_no_secrecy() -> None:
    praised = told("扫马路的大姐守着我的包", "praise").asking("caller")
    modest = turn("你先把郭大姐记上，我的名字不要紧", "value")
    weak = Reading({"value": 0.6, "secret": 0.47})
    assert not fill(praised, replace(modest, reading=weak)).draft.has("confidential")


@pytest.mark.parametrize(
    ("before", "words", "after"),
    [
        ("一共有11个小孩", "我问了下 是13个小孩 不是11个", "一共有13个小孩"),
        ("交了3600块学费", "是3800块学费，不是3600块", "交了3800块学费"),
    ],
)
def test_a_corrected_number_takes_only_its_own_place(before: str, words: str, after: str) -> None:
    taken = heard(told(before).asking("confirm"), "correct", words)
    assert taken.draft.get("description").split("；")[0] == after


@pytest.mark.parametrize(
    ("marked", "place"),
    [
        ("[柳河集往东 大榕村 七组](place) 不是 是[九组](place)", "柳河集往东大榕村九组"),
        ("[大树乡杨柳村三组](place) 不对 [四组](place)", "大树乡杨柳村四组"),
    ],
)
def test_a_group_put_right_in_one_breath(marked: str, place: str) -> None:
    assert heard(told("田里盖房").asking("place"), "value+correct", marked).draft.place_text == place


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("实验小学后门那个垃圾房臭死了", "实验小学后门那个垃圾房"),
        ("翠湖花园小区后面那块空地种菜", "翠湖花园小区后面那块空地"),
        ("金湾广场对面那家店", "金湾广场对面那家店"),
    ],
)
def test_the_thing_beside_a_side_belongs_to_the_place(words: str, place: str) -> None:
    assert words[slice(*told_in_passing(words))] == place


@pytest.mark.parametrize("said", ["乡里那个卫生院咯我刚才讲哒", "我刚才说了嘛", "村里祠堂", "就那个诊所"])
def test_what_points_at_a_place_names_none(said: str) -> None:
    assert not names_one(said)


@pytest.mark.parametrize("who", ["老板娘", "就是那个老板娘", "搬家公司", "那家干洗店", "HR", "卖水果的老板"])
def test_who_cannot_be_found_by_it_is_asked_for_once_more(who: str) -> None:
    assert is_unnamed(who)
    draft = fill(told("干洗店把两千八的大衣洗坏了不赔").asking("subject"), turn(who, "value")).draft
    assert "subject" in missing(draft)
    again = fill(draft.asking("subject"), turn(who, "value")).draft
    assert "subject" not in missing(again)


@pytest.mark.parametrize(
    "who", ["蚂蚁快搬", "通顺驾校", "洁尔美干洗店", "包工头刘胜", "幸福里物业", "村支书"]
)
def test_who_is_named_is_not(who: str) -> None:
    draft = fill(told("干洗店把两千八的大衣洗坏了不赔").asking("subject"), turn(who, "value")).draft
    assert draft.get("subject") == who and "subject" not in missing(draft)


@pytest.mark.parametrize(
    "words",
    [
        "能不能来个人上门给弄一下",
        "派个人来看看",
        "请安排人员上门认证",
        "找个人来处理一下",
        "可以到家里来办吗",
    ],
)
def test_somebody_who_comes_is_no_seat(words: str) -> None:
    assert wants_visit(words)


@pytest.mark.parametrize(
    "words", ["我要找人工", "叫你们领导来", "转人工 来个人", "能不能来个人跟我说话", "有没有人啊"]
)
def test_a_seat_is_no_visit(words: str) -> None:
    assert not wants_visit(words)


@pytest.mark.parametrize(
    "words", ["希望真能采纳[合十]", "希望能尽快解决", "希望你们早点处理吧", "好的，期待有好消息"]
)
def test_hopes_behind_an_order_open_none(words: str) -> None:
    assert _HOPES.fullmatch(words)


def test_a_wish_for_a_thing_is_more_than_a_hope() -> None:
    assert not _HOPES.fullmatch("希望小区能装个路灯")


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        ("你好哈 我说个墓地的事", "我说个墓地的事"),
        ("在吗 想投诉影楼", "影楼"),
        ("您家好 楼下漏水", "楼下漏水"),
    ],
)
def test_a_greeting_is_no_part_of_the_story(words: str, rest: str) -> None:
    assert tidy(words) == rest


@pytest.mark.parametrize(
    ("words", "somewhere"),
    [
        ("套餐写的5999全包，选片超一张150", True),
        ("宽带套餐绑着退不了，一直扣我钱", False),
        ("每月流量用不完还乱扣话费", False),
    ],
)
def test_only_a_telephone_plan_is_nowhere(words: str, somewhere: bool) -> None:
    assert needs_place(told(words)) is somewhere


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("他叫简德胜,我是他儿子简峰", "简峰"),
        ("我是她女儿叫纪红", "纪红"),
        ("我是老人的侄子 郝大明", "郝大明"),
    ],
)
def test_who_calls_for_somebody_else_tells_their_own_name_too(words: str, name: str) -> None:
    found = find_person(words)
    assert found is not None and found.name == name


@pytest.mark.parametrize(
    ("told_of", "marked", "subject"),
    [
        ("驾校收了学费不给约考试", "通顺驾校 训练场搁[老机场路](place)那块儿", "通顺驾校"),
        ("健身房关门了 卡里的钱不退", "[东风路12号](place)的力美健身房", "力美健身房"),
        ("健身房关门了 卡里的钱不退", "[东风路12号](place) 好又来超市楼上", ""),
        ("停车场乱收费，就是医院停车场", "[市三医院 南门](place)那个地下停车场", ""),
    ],
)
def test_the_firm_told_with_the_place_is_whom_it_is_about(told_of: str, marked: str, subject: str) -> None:
    assert heard(told(told_of).asking("place"), "value", marked).draft.get("subject") == subject


def test_the_name_of_a_firm_that_is_put_right_is_no_place() -> None:
    draft = replace(told("二手车出过事故"), place=place_said("城西二手车市场B区"), asked="confirm")
    heard_so = heard(draft, "correct+value", "车行名字打错了 是[新车汇](place) 新旧的新 不是三个金那个").draft
    assert heard_so.get("subject") == "新车汇" and heard_so.place_text == "城西二手车市场B区"


def test_who_is_to_come_has_to_know_where() -> None:
    assert needs_place(told("养老金刷脸认证过不了，能不能来个人上门给弄一下", "help"))
    assert not needs_place(told("养老金刷脸认证过不了", "help"))


@pytest.mark.parametrize("said", ["水沟", "我们后头那条水沟", "门口的臭水沟", "鱼塘边上"])
def test_any_ditch_is_no_place_in_particular(said: str) -> None:
    assert not names_one(said)
