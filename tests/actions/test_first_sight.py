"""What unseen people met at first sight, and what they meet now: danger in a question, stories that are kept, questions of the form
that nobody understood."""

from __future__ import annotations

import pytest

from actions.alarm import DangerState, danger_in
from actions.asking import asked_at_the_end, ends_asking
from actions.emergency import AnswerDespair
from actions.open_turns import TakeDetail
from actions.order_form import ValidateOrderForm
from actions.order_questions import ASKED_FOR_THE_REST, OTHER_WORDS
from actions.seed import joined, kept_if_told, seed_for, seed_of
from actions.turn_facts import facts_of
from danger.rules import asks_for_helpers, find_danger
from desk.orders.drafting.turn import Turn
from language.reading import Reading
from tests.actions.conftest import Run
from tests.desk.orders.drafting.test_listening import turn


def read(words: str, acts: str, danger: float = 0.0, kind: str = "") -> Turn:
    told = turn(words, acts)
    return Turn(
        **{
            **told.__dict__,
            "reading": Reading(told.reading.acts, told.reading.spans, danger=danger, danger_kind=kind),
        }
    )


@pytest.mark.parametrize(
    "words",
    ["老头踩进水坑就倒了，该打供电局还是打你们", "我爸摔了起不来，要不要叫救护车", "这种情况该打哪个电话"],
)
def test_a_question_of_whom_to_call_is_a_second_witness(words: str) -> None:
    assert asks_for_helpers(words)
    assert danger_in(read(words, "details+ask", 0.3, "electricity"), DangerState()) == "electricity"
    assert not danger_in(read(words, "details+ask", 0.1, "electricity"), DangerState())


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("炭也买好了窗户缝也封上了就这样吧", "self_harm"),
        ("门缝都堵上了 炭点着了", "self_harm"),
        ("幼儿园说我儿子被一个自称舅舅的接走了", "kidnap_trafficking"),
        ("孩子放学被不认识的人领走了", "kidnap_trafficking"),
        ("外婆昨天下午进山捡笋子,一晚上没回来", "missing_elder"),
        ("我爸早上出海 到现在没回来", "missing_elder"),
        ("炭火盆点着了 门窗都开着", ""),
        ("我爸去年进山采药很少回来", ""),
        ("孩子被我妈接走了", ""),
    ],
)
def test_dangers_that_are_told_without_a_word_of_danger(words: str, kind: str) -> None:
    assert find_danger(words) == kind


def test_a_soft_rule_holds_by_less() -> None:
    told = read("炭也买好了窗户缝也封上了就这样吧", "details", 0.15, "self_harm")
    assert danger_in(told, DangerState()) == "self_harm"
    assert not danger_in(read("那边厂子里着火了他们讲的样子挺吓人", "details", 0.15, "fire"), DangerState())


def test_a_number_that_is_given_to_nobody_tells_of_no_danger() -> None:
    assert not danger_in(
        read("不留了吧 我怕打过来他正好在边上", "refuse", 0.43, "silent_help"), DangerState()
    )
    assert danger_in(read("我不敢出声他在外面", "details", 0.43, "silent_help"), DangerState())


def test_a_question_in_words_of_despair_is_answered(run: Run) -> None:
    outcome = run(
        AnswerDespair,
        "那孩子多大就没了",
        "emotion_despair",
        reading=read("那孩子多大就没了", "ask", 0.26).reading,
    )
    assert "12356" not in outcome.text


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        (
            "我崽过世几年了，门面媳妇说全是她的，我要跟她打官司，请不起律师，有冇得不要钱的律师咯",
            "请不起律师，有冇得不要钱的律师咯",
        ),
        ("路灯坏了三天，晚上黑漆漆的，老人都不敢出门，希望快点来修一修，谢谢你们了，辛苦了", ""),
        ("要带什么", ""),
    ],
)
def test_the_question_at_the_end_of_a_story(words: str, asked: str) -> None:
    assert asked_at_the_end(words) == asked


@pytest.mark.parametrize("words", ["娃儿不读书归哪个管哦", "律师有冇得不要钱的", "这个收不收钱咯"])
def test_a_question_in_dialect_is_one(words: str) -> None:
    assert ends_asking(words)


def test_whoever_asks_which_office_has_been_sent_to_none() -> None:
    words = "补办找学校还是找教育局，公安局管不管，社保局要不要去"
    assert not facts_of(turn(words, "ask"), ()).departments
    assert facts_of(turn("找了公安局教育局社保局都不管", "details"), ()).departments


def test_a_story_without_a_known_word_waits_for_its_order(run: Run) -> None:
    class NoSlots:
        active_loop: dict[str, str] = {}

        def get_slot(self, name: str) -> None:
            return None

    story = turn("交房六年了到现在不动产证一本都没办下来全小区三百多户", "details")
    [kept] = kept_if_told(NoSlots(), story)  # type: ignore[arg-type]
    assert kept["value"]["seed"]["text"] == story.text
    assert not kept_if_told(NoSlots(), turn("我要人工", "human"))  # type: ignore[arg-type]


def test_a_trouble_behind_an_unanswered_question_is_no_consultation() -> None:
    seed = {**(seed_of(turn("一吨水几块几", "ask")) or {}), "intent": "order_consult"}
    told = Turn(**{**turn("物业每吨水加了一块二", "details").__dict__, "intent": "order_complain"})
    assert joined(seed, told)["intent"] == "order_complain"
    assert joined(seed, turn("还要问下怎么交", "ask"))["intent"] == "order_consult"


@pytest.mark.parametrize(
    ("words", "told"),
    [("你讲么子对象 是讲那个人是不", "叫不出名字"), ("什么意思", "叫不出名字"), ("谁来处理", "转给")],
)
def test_a_question_of_the_form_is_explained(run: Run, words: str, told: str) -> None:
    begun = run(
        ValidateOrderForm, "我要投诉一家公司拖欠工资，和平路88号", "order_complain", form="order_form"
    )
    draft = {**begun.slots["order_draft"], "asked": "subject"}
    slots = {**begun.slots, "order_draft": draft}
    asked = run(
        ValidateOrderForm,
        words,
        "inform",
        slots=slots,
        form="order_form",
        reading=turn(words, "process").reading,
    )
    assert told in asked.text


def test_the_rest_of_a_number_is_asked_for(run: Run) -> None:
    begun = run(ValidateOrderForm, "和平路88号路灯坏了", "order_help", form="order_form")
    slots = {**begun.slots, "order_draft": {**begun.slots["order_draft"], "asked": "phone"}}
    told = run(
        ValidateOrderForm, "1580067", "inform", slots=slots, form="order_form",
        reading=turn("[1580067](phone)", "value").reading,
    )  # fmt: skip
    assert told.slots[OTHER_WORDS] == ASKED_FOR_THE_REST
    assert "158 0067" in told.text


def test_a_trouble_that_was_answered_is_told_on() -> None:
    class Offered:
        active_loop: dict[str, str] = {}

        def get_slot(self, name: str) -> object:
            seed = seed_of(turn("我们药店拿医保卡给人刷大米食用油", "ask"))
            return {"offer": "order", "seed": seed} if name == "pending" else None

    seed = seed_for(Offered(), turn("系统里录成感冒药", "details"))  # type: ignore[arg-type]
    assert seed is not None
    assert seed["text"] == "我们药店拿医保卡给人刷大米食用油，系统里录成感冒药"


def test_what_was_told_in_danger_waits_for_an_order(run: Run) -> None:
    words = "电线杆子歪了，电线掉到晒谷坪上来了，离我屋只有两尺"
    told = read(words, "details", 0.8, "electricity")
    alarmed = run(TakeDetail, words, "inform", reading=told.reading)
    assert alarmed.slots["danger_state"] and alarmed.slots["pending"]["offer"] == "kept"
    assert alarmed.slots["pending"]["seed"]["text"] == words


@pytest.mark.parametrize(
    "words", ["哎算了 店员刚把声音调小了 人还挺好", "算了不用了，钱退给我了", "灯修好了 谢谢"]
)
def test_what_was_put_right_is_no_despair(words: str) -> None:
    assert not danger_in(read(words, "details", 0.5, "self_harm"), DangerState())


@pytest.mark.parametrize("words", ["我走了就什么都解决了", "都安排好了，猫也送人了"])
def test_who_takes_leave_is_believed(words: str) -> None:
    assert danger_in(read(words, "chat", 0.5, "self_harm"), DangerState()) == "self_harm"


def test_whoever_fears_people_is_believed_a_little_later() -> None:
    fear = read("只能你们知道,漏回村里我一家没法待", "secret", 0.42, "self_harm")
    assert not danger_in(fear, DangerState())


@pytest.mark.parametrize(
    "words",
    [
        "我妈挖野菜被狗咬到现在没人管",
        "外婆家上山的路灯三天没人修",
        "大学同学钓鱼的鱼塘污染到现在没人处理",
        "老公出海打工到现在没回家过年",
        "儿子被冒充客服的骗走了八千元",
        "煤炭备好了 窗户也封好了 今年冬天还是不供暖",
        "烧烤的炭买好了，结果物业把门堵了",
        "窗户都贴好了窗花 炭也买好了 准备过年",
    ],
)
def test_what_only_sounds_like_these_dangers_is_none(words: str) -> None:
    assert not find_danger(words)


@pytest.mark.parametrize("words", ["打人还是骂人", "报名还是考试", "该打哪个电话投诉"])
def test_a_question_of_something_else_calls_nobody(words: str) -> None:
    assert not asks_for_helpers(words)


def test_a_question_of_dying_is_no_question_of_an_article(run: Run) -> None:
    words = "跳下去疼不疼"
    outcome = run(
        AnswerDespair, words, "emotion_despair", reading=read(words, "ask", 0.3, "self_harm").reading
    )
    assert "12356" in outcome.text
