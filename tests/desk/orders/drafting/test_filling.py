"""One sentence fills as many fields as it holds."""

from __future__ import annotations

import pytest

from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import fill
from desk.orders.drafting.turn import Entity
from tests.desk.orders.drafting.conftest import Say, started

SMOKE = "我家楼下烧烤店油烟太大了,在和平路88号,天天晚上弄到一两点"


def test_one_sentence_gives_description_place_time_and_subject(say: Say) -> None:
    draft = started(say(SMOKE, "order_complain", 0.9))
    assert draft.type == "complain"
    assert draft.get("description") == SMOKE
    assert draft.place_text.endswith("和平路88号")
    assert draft.place.district == "东湖区"
    assert draft.get("event_time") == "天天晚上到一两点"
    assert draft.get("subject") == "烧烤店"
    assert draft.asked == "caller"


def test_every_value_knows_its_turn_and_its_characters(say: Say) -> None:
    draft = started(say(SMOKE, "order_complain", 0.9))
    subject = draft.fields["subject"]
    assert (subject.turn, SMOKE[subject.start : subject.end]) == (1, "烧烤店")
    assert draft.place_source is not None
    assert SMOKE[draft.place_source.start : draft.place_source.end] == "和平路88号"


def test_name_and_phone_of_the_caller_do_not_stay_in_the_description(say: Say) -> None:
    draft = started(say("我们公司拖欠工资三个月了,我叫李小明,电话13800138000", "order_complain", 0.9))
    assert draft.get("caller_name") == "李小明"
    assert draft.get("phone") == "13800138000"
    assert "李小明" not in draft.get("description")
    assert "13800138000" not in draft.get("description")


@pytest.mark.parametrize(
    "text",
    [
        "我要投诉",
        "你好,我想反映一个问题",
        "我要举报",
        "在和平路88号",
        "我姓王",
        "投诉幸福里小区",
        "13800138000",
        "",
    ],
)
def test_words_that_tell_no_trouble_are_no_description(say: Say, text: str) -> None:
    assert not started(say(text, "order_complain", 0.9)).has("description")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("我要举报有人卖假酒", "有人卖假酒"),
        ("喂你好,我想投诉一下楼上天天装修", "楼上天天装修"),
        ("路灯不亮", "路灯不亮"),
        ("建议在学院路路口装一个红绿灯", "在学院路路口装一个红绿灯"),
        ("凭什么扣我押金不退", "凭什么扣我押金不退"),
    ],
)
def test_the_description_begins_with_the_trouble(say: Say, text: str, kept: str) -> None:
    assert started(say(text, "order_complain", 0.9)).get("description") == kept


@pytest.mark.parametrize(
    ("text", "intent", "wanted"),
    [
        ("我要举报楼下卖假酒", "order_complain", "report"),
        ("我要投诉公交车司机甩客", "order_report", "complain"),
        ("我有个建议,路口装个红绿灯", "order_help", "suggest"),
        ("我要表扬社区的小王服务很好", "order_help", "praise"),
        ("家里停水两天了", "order_help", "help"),
    ],
)
def test_the_type_that_is_named_wins_over_the_understanding(
    say: Say, text: str, intent: str, wanted: str
) -> None:
    assert fill(Draft("t1", "help"), say(text, intent, 0.9)).draft.type == wanted


@pytest.mark.parametrize("text", ["学院路58号门口井盖翘起来了", "油烟直接往楼上灌", "老板跑了不退钱"])
def test_what_the_understanding_guesses_to_be_an_organisation_is_no_subject(say: Say, text: str) -> None:
    """An entity alone is too weak: 号, 家烧烤 and 老板 came of it."""
    entity = Entity("organisation", text[:2], 0, 2, 0.27)
    assert not started(say(text, "order_complain", 0.9, (entity,))).has("subject")


def test_the_appeal_is_kept_in_the_citizens_words(say: Say) -> None:
    draft = started(say("楼下饭店油烟很大,希望你们尽快让他们装净化器", "order_complain", 0.9))
    assert draft.get("appeal") == "希望你们尽快让他们装净化器"


def test_a_question_is_no_description_unless_it_is_to_be_registered_as_consultation(say: Say) -> None:
    question = "公积金怎么提取需要什么材料"
    assert not started(say(question, "order_complain", 0.9)).has("description")
    assert started(say(question, "order_consult", 0.9), "consult").get("description") == question


def test_a_wish_for_secrecy_in_the_first_sentence_is_kept(say: Say) -> None:
    draft = started(say("我要举报隔壁黑作坊,请帮我保密,怕报复", "order_report", 0.9), "report")
    assert draft.get("confidential") == "yes"


def test_five_thousand_characters_are_cut_to_what_an_order_may_hold(say: Say) -> None:
    draft = started(say("噪音扰民" + "很吵" * 2500, "order_complain", 0.9))
    assert len(draft.get("description")) == 2000


def test_a_draft_survives_the_way_through_json(say: Say) -> None:
    draft = (
        started(say(SMOKE, "order_complain", 0.9))
        .check("phone")
        .tried("caller")
        .with_duplicate("261122000013", "11月20日")
    )
    assert Draft.from_json(draft.to_json()) == draft
