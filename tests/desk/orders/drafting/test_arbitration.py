"""What was asked weighs more than the intent; a real question is never swallowed, a correction always heard."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from desk.orders.drafting.arbitration import Kind, Step, step
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.filling import with_line_phone
from desk.orders.drafting.plan import MAX_TRIES, next_field
from tests.desk.orders.drafting.conftest import Say, started

SMOKE = "我家楼下烧烤店油烟太大了,在和平路88号,天天晚上弄到一两点"
LINE = "13700002222"
Talk = Callable[..., Step]


@pytest.mark.parametrize(
    ("order_type", "before", "asked", "text", "intent", "confidence"),
    [
        ("complain", ["噪音太大了睡不着"], "place", "和平路88号", "ask_knowledge", 0.9),
        ("complain", ["噪音太大了睡不着"], "place", "就在翠屏苑东门那里", "order_help", 0.8),
        ("complain", ["噪音太大了睡不着"], "place", "我们单位后面那条河边上", "chitchat", 0.4),
        ("complain", ["我要投诉"], "description", "小区的水管爆了没人修", "ask_knowledge", 0.9),
        ("complain", ["我要投诉"], "description", "你们能不能管管楼下的广场舞", "ask_knowledge", 0.9),
        ("complain", ["我要投诉"], "description", "怎么没人管啊这路灯三个月不亮了", "emotion_anger", 0.9),
        ("complain", [SMOKE], "caller", "王小明", "chitchat", 0.9),
        ("complain", [SMOKE], "caller", "免贵姓李", "affirm", 0.9),
        ("complain", [SMOKE], "caller", "张女士", "thank", 0.9),
        ("complain", [SMOKE, "我姓王"], "phone", "13912345678", "order_status", 0.9),
        ("complain", [SMOKE, "我姓王"], "phone", "幺三九一二三四五六七八", "chitchat", 0.9),
        ("complain", [SMOKE, "我姓王"], "phone", "0571-87654321", "order_status", 0.9),
        ("report", ["我要举报有人卖假酒", "在人民路5号"], "subject", "好又来超市", "ask_knowledge", 0.7),
        (
            "report",
            ["我要举报有人卖假酒", "在人民路5号", "好又来超市"],
            "event_time",
            "昨天晚上",
            "greet",
            0.9,
        ),
    ],
)
def test_an_answer_to_the_question_counts_whatever_the_intent(
    say: Say, order_type: str, before: list[str], asked: str, text: str, intent: str, confidence: float
) -> None:
    draft = started(say(before[0], f"order_{order_type}", 0.9), order_type)
    for sentence in before[1:]:
        draft = step(draft, say(sentence)).draft
    assert draft.asked == asked
    taken = step(draft, say(text, intent, confidence))
    assert taken.kind is Kind.ANSWERED
    assert taken.draft.asked != asked


@pytest.mark.parametrize("text", ["我要投诉你们", "气死我了,你们到底管不管"])
def test_anger_is_not_written_down_as_a_place(say: Say, text: str) -> None:
    draft = started(say("噪音太大了睡不着", "order_complain", 0.9), "complain")
    assert draft.asked == "place"
    assert step(draft, say(text, "emotion_anger", 0.8)).draft.place_text == ""


def test_the_named_offence_is_the_story(say: Say) -> None:
    draft = started(say("我要举报有人酒驾", "order_report", 0.9), "report")
    assert "酒驾" in draft.get("description")
    assert draft.asked != "description"


@pytest.mark.parametrize("asked_by", [[], ["我姓王"], ["我姓王", "13912345678"]])
@pytest.mark.parametrize(
    "question", ["公积金怎么提取", "居住证需要什么材料?", "和平路派出所几点上班", "供暖费一平米多少钱"]
)
def test_a_real_question_is_left_to_the_knowledge_base(say: Say, asked_by: list[str], question: str) -> None:
    draft = started(say(SMOKE, "order_complain", 0.9))
    for sentence in asked_by:
        draft = step(draft, say(sentence)).draft
    for intent, kind in (("ask_knowledge", Kind.DIGRESSED), ("order_complain", Kind.QUESTION)):
        taken = step(draft, say(question, intent, 0.9))
        assert taken.kind is kind
        assert taken.draft == draft


@pytest.mark.parametrize("question", ["公积金怎么提取", "居住证需要什么材料?"])
def test_a_question_is_not_swallowed_as_the_description(say: Say, question: str) -> None:
    draft = started(say("我要投诉", "order_complain", 0.9))
    taken = step(draft, say(question, "order_complain", 0.6))
    assert taken.kind is Kind.QUESTION
    assert not taken.draft.has("description")


@pytest.mark.parametrize(
    ("correction", "field", "value"),
    [
        ("不对,是三栋", "place", "和平路88号3栋"),
        ("地址错了,是和平路86号", "place", "和平路86号"),
        ("不是88号,是86号", "place", "和平路86号"),
        ("电话是13912345678不是13812345678", "phone", "13912345678"),
        ("电话错了,应该是13700001111", "phone", "13700001111"),
        ("我姓王不姓黄", "caller_name", "王"),
        ("名字错了,我叫王小明", "caller_name", "王小明"),
    ],
)
@pytest.mark.parametrize("at_summary", [False, True])
def test_a_correction_is_heard_at_any_time(
    say: Say, correction: str, field: str, value: str, at_summary: bool
) -> None:
    draft = started(say(SMOKE, "order_complain", 0.9))
    draft = step(draft, say("我姓黄")).draft
    if at_summary:
        draft = step(draft, say("13812345678")).draft
        assert draft.asked == "confirm"
    taken = step(draft, say(correction, "correct", 0.6))
    assert taken.kind is Kind.ANSWERED
    got = taken.draft.place_text if field == "place" else taken.draft.get(field)
    assert got == value


def test_the_description_does_not_keep_the_wrong_address(talk: Talk) -> None:
    taken = talk(SMOKE, "地址错了,是和平路86号")
    assert "88号" not in taken.draft.get("description")
    assert "和平路86号" in taken.draft.get("description")


def test_a_misheard_house_number_goes_with_the_address_that_it_stood_in(talk: Talk) -> None:
    taken = talk("我家楼下烧烤店油烟太大了,在和平路八十单号,天天晚上弄到一两点", "不对,是和平路88号")
    assert "在和平路88号,天天晚上" in taken.draft.get("description")


def test_a_correction_without_a_value_asks_for_it(talk: Talk) -> None:
    assert talk(SMOKE, "我姓王", "13912345678", "地址不对").draft.asked == "place"


def test_no_at_the_summary_asks_what_to_change_and_comes_back_to_it(say: Say, talk: Talk) -> None:
    taken = talk(SMOKE, "我姓王", "13912345678", "不对")
    assert taken.draft.asked == "change"
    taken = step(taken.draft, say("电话"))
    assert taken.draft.asked == "phone"
    taken = step(taken.draft, say("13700001111"))
    assert (taken.draft.asked, taken.draft.get("phone")) == ("confirm", "13700001111")


@pytest.mark.parametrize(
    "yes", ["对", "是的", "没错", "确认", "可以", "嗯嗯", "好的,登记吧", "没问题", "要得", "对对对"]
)
def test_many_ways_to_say_yes(talk: Talk, yes: str) -> None:
    assert talk(SMOKE, "我姓王", "13912345678", (yes, "chitchat", 0.9)).kind is Kind.CONFIRMED


@pytest.mark.parametrize("yes", ["交上去吧", "那你给报上去嘛", "得行得行你弄吧", "没错没错你们看着办"])
def test_a_yes_that_no_rule_knows_is_understood(talk: Talk, yes: str) -> None:
    assert talk(SMOKE, "我姓王", "13912345678", (yes, "affirm", 0.7)).kind is Kind.CONFIRMED
    # A guess is not enough to send an order off.
    assert talk(SMOKE, "我姓王", "13912345678", (yes, "affirm", 0.4)).kind is not Kind.CONFIRMED


@pytest.mark.parametrize("doubtful", ["那个人不是我", "慢着你等一下", "你先念一遍嘛", "先别交上去"])
def test_what_is_taken_for_a_yes_but_holds_a_doubt_confirms_nothing(talk: Talk, doubtful: str) -> None:
    assert talk(SMOKE, "我姓王", "13912345678", (doubtful, "affirm", 0.8)).kind is not Kind.CONFIRMED


@pytest.mark.parametrize(
    "other", ["对了,我还想问公积金怎么提取", "是什么意思", "13900000000", "好像不对", "可是你们上次也没管"]
)
def test_what_only_begins_like_a_yes_confirms_nothing(talk: Talk, other: str) -> None:
    assert talk(SMOKE, "我姓王", "13912345678", other).kind is not Kind.CONFIRMED


def test_cancelling_is_asked_back_and_then_done(say: Say, talk: Talk) -> None:
    asked = talk(SMOKE, "算了不报了")
    assert asked.draft.asked == "cancel_check"
    assert step(asked.draft, say("嗯不报了")).kind is Kind.CANCELLED
    assert step(asked.draft, say("是的")).kind is Kind.CANCELLED
    back = step(asked.draft, say("继续吧"))
    assert (back.kind, back.draft.asked) == (Kind.ANSWERED, "caller")


def test_a_wrong_phone_is_explained_and_let_go_after_two_more_tries(say: Say, talk: Talk) -> None:
    taken = talk(SMOKE, "我姓王", "1391234567")
    assert taken.kind is Kind.UNCLEAR
    assert "11位" in taken.problem
    for _ in range(MAX_TRIES):
        taken = step(taken.draft, say("1391234567"))
    assert taken.kind is Kind.ANSWERED
    assert taken.draft.asked == "confirm"
    assert not taken.draft.has("phone")


@pytest.mark.parametrize("refusal", ["不留了", "不方便", "没有", "算了不留电话了"])
def test_a_phone_may_be_refused(talk: Talk, refusal: str) -> None:
    taken = talk(SMOKE, "我姓王", refusal)
    assert taken.kind is Kind.ANSWERED
    assert taken.draft.asked == "confirm"


def test_the_number_of_the_line_is_used_when_the_channel_knows_it(say: Say, talk: Talk) -> None:
    draft = talk(SMOKE, "我姓王").draft
    assert step(draft, say("就用这个号")).problem
    taken = step(draft, say("就用这个号", line_phone="13700002222"))
    assert taken.draft.get("phone") == "13700002222"
    # He has said so himself.
    assert taken.draft.asked == "confirm"


def test_the_number_of_the_line_is_confirmed_instead_of_asked(say: Say, talk: Talk) -> None:
    draft = with_line_phone(talk(SMOKE, "我姓王").draft.asking(""), LINE, 1)
    draft = draft.asking(next_field(draft))
    assert (draft.asked, draft.get("phone")) == ("phone_check", LINE)
    assert step(draft, say("对")).draft.asked == "confirm"
    other = step(draft, say("不是，打13912345678")).draft
    assert (other.get("phone"), other.asked) == ("13912345678", "confirm")


def test_a_declined_number_of_the_line_does_not_come_back(say: Say, talk: Talk) -> None:
    draft = with_line_phone(talk(SMOKE, "我姓王").draft, LINE, 1).asking("phone_check")
    no = step(draft, say("不对")).draft
    assert no.asked == "phone" and not with_line_phone(no, LINE, 2).has("phone")
    none = step(draft, say("/skip", "skip")).draft
    assert none.asked == "confirm" and not none.has("phone")
    assert not with_line_phone(none, LINE, 2).has("phone")


@pytest.mark.parametrize("line", ["", "8001", "85212345678", "119"])
def test_a_line_that_cannot_be_called_back_is_no_telephone_number(line: str) -> None:
    assert not with_line_phone(Draft("t1"), line, 1).has("phone")


def test_what_was_said_goes_before_the_line(say: Say) -> None:
    draft = started(say(SMOKE + "，我的电话13912345678", "order_complain", 0.9))
    assert with_line_phone(draft, LINE, 1).get("phone") == "13912345678"


def test_a_spoken_number_is_asked_back(say: Say, talk: Talk) -> None:
    taken = talk(SMOKE, "我姓王", "幺三九一二三四五六七八")
    assert taken.draft.asked == "phone_check"
    assert step(taken.draft, say("不对")).draft.asked == "phone"
    assert step(taken.draft, say("对")).draft.asked == "confirm"


@pytest.mark.parametrize("intent", ["emergency", "emotion_despair", "ask_human"])
def test_danger_and_a_human_never_wait_for_the_form(talk: Talk, intent: str) -> None:
    assert talk(SMOKE, ("出事了快来人", intent, 0.9)).kind is Kind.DIGRESSED


def test_asking_for_a_person_is_heard_even_when_the_understanding_missed_it(talk: Talk) -> None:
    assert talk("我要投诉", ("我不跟机器说,给我转人工", "order_complain", 0.8)).kind is Kind.HUMAN


def test_more_trouble_told_later_is_added(talk: Talk) -> None:
    taken = talk("楼下饭店油烟很大", "在人民路5号,他们还把污水倒在路边")
    assert "污水" in taken.draft.get("description")
    assert taken.draft.place.number == "5号"


def test_the_duplicate_question_has_three_ways_out(say: Say) -> None:
    draft = started(say(SMOKE, "order_complain", 0.9)).with_duplicate("261122000013", "11月20日")
    assert step(draft, say("帮我催一下吧")).kind is Kind.HURRY_DUPLICATE
    assert step(draft, say("补充进去")).kind is Kind.REMARK_DUPLICATE
    assert step(draft, say("/order_hurry", "order_hurry")).kind is Kind.HURRY_DUPLICATE
    fresh = step(draft, say("新登记一件"))
    assert (fresh.kind, fresh.draft.asked) == (Kind.ANSWERED, "caller")
    assert "duplicate" in fresh.draft.checked


def test_the_same_turn_twice_gives_the_same_result(say: Say) -> None:
    draft = started(say(SMOKE, "order_complain", 0.9))
    turn = say("我姓王,电话13912345678")
    assert step(draft, turn) == step(draft, turn)


def test_nonsense_at_the_description_gets_stuck_after_three_tries(say: Say) -> None:
    draft: Draft = started(say("我要投诉", "order_complain", 0.9))
    kinds = []
    for _ in range(MAX_TRIES + 1):
        taken = step(draft, say("啊", "nlu_fallback", 0.9))
        kinds.append(taken.kind)
        draft = taken.draft
    assert kinds == [Kind.UNCLEAR, Kind.UNCLEAR, Kind.STUCK]
