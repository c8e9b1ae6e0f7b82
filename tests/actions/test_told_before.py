"""An order holds what was told before it was begun: stories are typed in several short messages."""

from __future__ import annotations

from typing import Any

import pytest

from actions.handoff import HERE, HandOver
from actions.order_form import HURRIED, UNSEEN, ValidateOrderForm
from language.reading import Reading
from tests.actions.conftest import FakeKnowledge, Run
from tests.actions.readings import read
from tests.actions.test_form_speaks import goes_on
from tests.actions.test_order_form import SMOKE, fill_form


def user(text: str, reading: Reading | None = None, intent: str = "inform") -> dict[str, Any]:
    parsed = {"text": text, "intent": {"name": intent}, "reading": (reading or Reading()).to_json()}
    return {"event": "user", "text": text, "parse_data": parsed}


def bot(kind: str) -> dict[str, Any]:
    return {"event": "bot", "text": None, "data": {"custom": {"text": "…", "kind": kind}}}


def description(run: Run, *before: dict[str, Any], words: str = "现在人都找不到了，押金也不退") -> str:
    begun = run(
        ValidateOrderForm, words, "order_complain", before=before, form="order_form", reading=read("details")
    )
    return str(begun.slots["order_draft"]["fields"]["description"]["value"])


OPENER = "现在人都找不到了，押金也不退"


@pytest.mark.parametrize(
    ("first", "reading"),
    [
        ("孩子在这里报了一百节课", read("details")),
        ("我九月份退的租", read("details", 0.4)),
        ("中介是新城那家", read("value")),
        ("上课的老师拖欠工资跑了", read("chat", 0.3)),
    ],
)
def test_what_was_told_before_stands_first(run: Run, first: str, reading: Reading) -> None:
    """Though the bot had not understood it, or had only noted it."""
    assert description(run, user(first, reading), bot("text")) == f"{first}，{OPENER}"


def test_several_messages_are_kept_in_their_order(run: Run) -> None:
    told = [
        user("我们二十多个人", read("details")),
        bot("text"),
        user("给他干了三个月外墙", read("details")),
        bot("text"),
    ]
    assert description(run, *told) == f"我们二十多个人，给他干了三个月外墙，{OPENER}"


@pytest.mark.parametrize(
    ("words", "reading"),
    [
        ("有人吗有人吗", read("wait")),
        ("你好你好", read("greet")),
        ("居住证怎么办理", read("ask")),
        ("你们几点上班呀", read("process")),
        ("[图片]", read("value")),
        ("我要人工来说", read("human")),
        ("问一下", read("ask", 0.3)),
    ],
)
def test_what_tells_nothing_stays_out(run: Run, words: str, reading: Reading) -> None:
    assert description(run, user(words, reading), bot("text")) == OPENER


@pytest.mark.parametrize("kind", ["order_card", "emergency"])
def test_a_matter_that_is_settled_is_no_part_of_the_next(run: Run, kind: str) -> None:
    assert description(run, user("楼上漏水漏到我家", read("details")), bot(kind)) == OPENER


def test_a_question_that_was_answered_is_no_part_of_it(run: Run) -> None:
    asked = user("户口不在这边，居住证去哪里办", read("ask+details"))
    assert description(run, asked, bot("answer")) == OPENER


def test_a_form_that_was_left_is_no_part_of_the_next(run: Run) -> None:
    left = {"event": "active_loop", "name": None}
    assert description(run, user("楼上漏水漏到我家", read("details")), left) == OPENER


def test_what_was_kept_for_a_yes_stands_where_it_was_told(run: Run) -> None:
    """The seed may be the middle one of three messages."""
    before = [
        user("一共十几个人", read("details")),
        user(OPENER, read("details")),
        user("去年也有过一回", read("details")),
    ]
    seed = {
        "text": OPENER,
        "seq": 2,
        "intent": "order_complain",
        "entities": [],
        "reading": read("details").to_json(),
    }
    begun = run(
        ValidateOrderForm,
        "登记吧",
        "affirm",
        before=before,
        form="order_form",
        slots={"order_seed": seed},
        reading=read("register"),
    )
    told = begun.slots["order_draft"]["fields"]["description"]["value"]
    assert told == f"一共十几个人，{OPENER}，去年也有过一回"


@pytest.mark.parametrize("kind", ["answer", "clarify"])
def test_a_trouble_that_got_an_article_is_still_told(run: Run, kind: str) -> None:
    told = user("办居住证，中介不配合", read("ask", 0.35, details=0.3))
    assert description(run, told, bot(kind)) == f"办居住证，中介不配合，{OPENER}"


def test_a_question_that_is_registered_keeps_its_topic(run: Run) -> None:
    """What was asked first says what the last question is about, and the order is a consultation."""
    before = [user("问下积分落户", read("ask")), bot("answer"), user("本科加几分", read("ask")), bot("text")]
    seed = {
        "text": "本科加几分",
        "seq": 2,
        "intent": "ask_knowledge",
        "entities": [],
        "reading": read("ask").to_json(),
    }
    begun = run(
        ValidateOrderForm,
        "登记吧",
        "affirm",
        before=before,
        form="order_form",
        slots={"order_seed": seed},
        reading=read("register"),
    )
    draft = begun.slots["order_draft"]
    assert (draft["type"], draft["fields"]["description"]["value"]) == ("consult", "积分落户，本科加几分")


def test_words_beside_the_wish_to_register_are_told(run: Run) -> None:
    seed = {
        "text": "就那个工地",
        "seq": 2,
        "intent": "order_help",
        "entities": [],
        "reading": read("details").to_json(),
    }
    begun = run(
        ValidateOrderForm,
        "工地半夜打桩",
        "order_help",
        before=[user("就那个工地", read("details"))],
        form="order_form",
        slots={"order_seed": seed},
        reading=read("chat", 0.3),
    )
    assert begun.slots["order_draft"]["fields"]["description"]["value"] == "就那个工地，工地半夜打桩"


# --- in the form: what cannot be seen, who is in a hurry, what articles know better ----------------------------------


@pytest.mark.parametrize("shown", ["[图片]", "看截图", "[语音]", "看图[图片]", "https://a.example.com/1"])
def test_it_is_said_that_a_picture_cannot_be_seen(run: Run, shown: str) -> None:
    told = goes_on(run, fill_form(run, SMOKE), shown, read("value"))
    assert told.text == UNSEEN
    assert told.slots["requested_slot"] == "order_caller"


@pytest.mark.parametrize("words", ["急急急", "快点啊", "在线等，急"])
def test_who_is_in_a_hurry_gets_a_word_and_the_same_question(run: Run, words: str) -> None:
    told = goes_on(run, fill_form(run, SMOKE), words, read("grumble"))
    assert (told.text, told.called) == (HURRIED, None)


def test_articles_are_asked_before_a_question_is_taken_for_one_about_the_form(
    run: Run, knowledge: FakeKnowledge
) -> None:
    told = goes_on(run, fill_form(run, SMOKE), "公积金怎么提取", read("process", ask=0.4))
    assert "带身份证" in told.text
    told = goes_on(run, fill_form(run, SMOKE), "这样子行得通不", read("process", ask=0.4))
    assert told.text.startswith("登记好以后")


def test_a_question_that_nothing_answers_is_registered_with_the_matter(run: Run) -> None:
    """It is said that no answer is known, and the form goes on."""
    begun = run(
        ValidateOrderForm, "我爸的老年证找不到了", "order_help", form="order_form", reading=read("details")
    )
    asked = goes_on(run, begun, "补一张要带啥", read("ask"))
    assert (
        asked.slots["order_draft"]["fields"]["description"]["value"] == "我爸的老年证找不到了；补一张要带啥"
    )
    assert asked.slots["requested_slot"] == begun.slots["requested_slot"]


@pytest.mark.parametrize(
    "words", ["写孩子的还是写我的？", "留谁的电话好", "要不打她的？", "写谁呢", "能不能留我老公的"]
)
def test_whose_name_or_number_is_answered(run: Run, words: str) -> None:
    assert "写谁的都行" in goes_on(run, fill_form(run, SMOKE), words, read("process")).text


# --- nobody is fetched for a mere "anybody there?" -------------------------------------------------------------------


@pytest.mark.parametrize("words", ["人呢", "在吗", "喂", "有人在吗", "喂 听得到吗", "hello"])
def test_who_asks_if_anybody_is_there_is_not_handed_over(run: Run, words: str) -> None:
    told = run(HandOver, words, "ask_human", reading=read("wait", 0.4, human=0.5))
    assert (told.text, told.called) == (HERE, None)


@pytest.mark.parametrize("words", ["多久会有人打给我", "你们什么时候派人来联系我"])
def test_a_question_about_the_order_is_no_wish_for_a_person(run: Run, words: str) -> None:
    told = run(HandOver, words, "ask_human", reading=read("process"))
    assert told.called is None
    assert told.text


@pytest.mark.parametrize("words", ["转人工", "人工客服", "有没有人啊", "我要跟真人说话", "能不能叫个人来听"])
def test_a_wish_for_a_person_is_still_one(run: Run, words: str) -> None:
    assert run(HandOver, words, "ask_human", reading=read("human")).called == ("asked", "")
