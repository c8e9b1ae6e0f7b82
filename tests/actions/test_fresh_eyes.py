"""Sentences that a rule for somebody else's words once took for its own."""

from __future__ import annotations

import pytest

from actions.asking import demands
from actions.process_questions import kinds_asked
from danger.rules import is_slip
from desk.orders.drafting.filling import fill
from desk.orders.drafting.keeping import tells_who_was_fetched, wants_something_else
from desk.orders.drafting.persons import find_person
from desk.orders.drafting.phrases import declines_after_asking
from desk.orders.drafting.slips import slip_in
from desk.places import place_part
from tests.desk.orders.drafting.test_listening import known, turn


@pytest.mark.parametrize(
    "words",
    [
        "我老公把我打成这样了",
        "把我妈打成重伤了",
        "护士给我妈输错血了",
        "遗书写错了一个字，写完我就走了",
        "油门按错了冲进店里",
    ],
)
def test_harm_is_no_slip_of_the_hand(words: str) -> None:
    assert not is_slip(words)


@pytest.mark.parametrize(
    "words", ["他会知道是我举报的吗？算了", "会报复吗，算了", "我怕他知道，什么都不说，算了吧"]
)
def test_who_gives_up_out_of_fear_has_not_declined_secrecy(words: str) -> None:
    assert not declines_after_asking(words)


@pytest.mark.parametrize(
    "words",
    [
        "我妈让我问问高龄补贴怎么领",
        "要我打多少次",
        "可以让我找真人说吗",
        "社区让我打12345，我要找人工客服",
        "老伴让我问问单子办得咋样了",
    ],
)
def test_who_was_sent_to_ask_has_fetched_nobody(words: str) -> None:
    assert not tells_who_was_fetched(turn(words, "ask"))


@pytest.mark.parametrize("words", ["我去找过三次没人管，转人工", "我去问了都说不知道，给我接人工"])
def test_who_has_been_there_still_wants_a_person(words: str) -> None:
    assert not wants_something_else(turn(words, "grumble", "ask_human", 0.9))


def test_who_goes_there_wants_nobody() -> None:
    assert wants_something_else(turn("好，那我去找人事", "thanks", "ask_human", 0.9))


@pytest.mark.parametrize(
    ("words", "party"),
    [
        ("[万家物业](subject)把小区绿化砍了", "万家物业"),
        ("[向日葵幼儿园](subject)中午只给孩子吃剩菜", "向日葵幼儿园"),
    ],
)
def test_the_name_of_a_party_stays_whole(words: str, party: str) -> None:
    assert (
        fill(known("").without("description"), turn(words, "details", "order_complain")).draft.get("subject")
        == party
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("把押金写成定金了", "合同上是定金"),
        ("把6月写成3月了", "缴费记录只到3月"),
        ("把6幢打成9幢了", "19幢电梯坏了"),
    ],
)
def test_what_others_wrote_wrong_is_the_matter(words: str, told: str) -> None:
    draft = fill(known("description"), turn(told, "details")).draft.asking("confirm")
    assert slip_in(draft, words) is None


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("社保局怎么能不接电话", "no_calls"),
        ("物业叫我不要打电话", "no_calls"),
        ("我爸耳聋，物业电话打不通", "no_calls"),
        ("我听不清，你这电话声音太小", "no_calls"),
        ("系统查不到我的社保怎么办", "number_shown"),
        ("法院判了的案子你们能管吗", "ours"),
        ("我有录音给你们", "recorded"),
        ("不给红包就不给办", "optional"),
    ],
)
def test_what_only_sounds_like_a_question_about_the_hotline(words: str, kind: str) -> None:
    assert kind not in kinds_asked(words)


@pytest.mark.parametrize(
    "words", ["医保能不能转移", "医保断了能不能补交", "身份证能不能异地补领", "能不能换驾照", "能不能租店铺"]
)
def test_what_one_may_do_is_a_question(words: str) -> None:
    assert not demands(words)


@pytest.mark.parametrize("words", ["能不能把砖重新铺一铺", "能不能把坑填平", "能不能把垃圾桶挪一挪"])
def test_what_others_should_do_is_a_demand(words: str) -> None:
    assert demands(words)


@pytest.mark.parametrize("words", ["经理姓张，立早章", "房东姓张，立早章，他不退押金"])
def test_the_spelled_name_of_another_is_not_the_callers(words: str) -> None:
    assert find_person(words, asked=True) is None


def test_who_is_to_be_hurried_takes_no_name_away() -> None:
    found = find_person("我叫王强，你叫他们快点", asked=True)
    assert found is not None and found.name == "王强"


@pytest.mark.parametrize("words", ["移动公司解放路营业厅", "北区装修材料市场"])
def test_a_place_is_not_cut_off_in_its_name(words: str) -> None:
    assert words[slice(*place_part(words))] == words
