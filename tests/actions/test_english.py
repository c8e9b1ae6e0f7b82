"""Who writes English is answered in English, brought to a person who speaks it, or called back."""

from __future__ import annotations

from typing import Any

import pytest

from actions.knowledge import AnswerKnowledge
from actions.order_form import ValidateOrderForm
from actions.turn_facts import skill_in
from tests.actions.conftest import Outcome, Run

PHONE = "13812345678"


def has_chinese(outcome: Outcome) -> bool:
    return any("\u3400" <= char <= "\u9fff" for char in outcome.text)


def call_of(outcome: Outcome) -> dict[str, Any]:
    return next(signal for signal in outcome.signals if signal["event"] == "handoff_requested")


def callback_of(outcome: Outcome) -> dict[str, Any]:
    return next(signal for signal in outcome.signals if signal["event"] == "callback_requested")


@pytest.mark.parametrize(
    "text",
    [
        "Hello, can you speak English?",
        "My landlord refuses to return my deposit",
        "Where can I renew my residence permit?",
        "I want to speak to someone",
        "english please",
        "The heating at 幸福小区 is broken and nobody comes",
    ],
)
def test_the_first_words_are_answered_honestly_and_a_person_is_asked_for(run: Run, text: str) -> None:
    """The bot says what it is and whom to call in an emergency; the call for a person names skill and language."""
    said = run(AnswerKnowledge, text, intent="ask_knowledge")
    assert not has_chinese(said)
    assert "Mingzhou" in said.text and "110 (police)" in said.text and "Chinese only" in said.text
    call = call_of(said)
    assert (call["reason"], call["skill"], call["detail"]["language"]) == ("asked", "english", "en")


def test_another_language_gets_a_chinese_line_too(run: Run) -> None:
    """Not everybody who writes no Chinese reads English."""
    said = run(AnswerKnowledge, "외국인 등록증 어디서 받나요")
    assert "Chinese only" in said.text and "汉语" in said.text
    assert call_of(said)["skill"] == "language"


@pytest.mark.parametrize(
    "text",
    ["landlord不退我deposit怎么办", "hello", "OK", "John Smith", "wo yao tou su wu ye", "我家WiFi连不上"],
)
def test_chinese_with_english_words_is_not_answered_in_english(run: Run, text: str) -> None:
    """Mixed chat, names, courtesies and pinyin go to the bot."""
    assert "hotline" not in run(AnswerKnowledge, text).text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Fire! Fire!", "119"),
        ("help, he has a knife", "110"),
        ("I want to kill myself", "12356"),
        ("my child is not breathing", "120"),
        ("There is a strong smell of gas", "119"),
    ],
)
def test_danger_gets_the_number_at_once(run: Run, text: str, number: str) -> None:
    """In English, with a card to tap, before anything else; a person is alerted."""
    said = run(AnswerKnowledge, text)
    first = said.messages[0]
    assert first["kind"] == "emergency" and number in first["text"] and not has_chinese(said)
    assert first["card"]["numbers"][0]["number"] == number
    assert any(signal["event"] == "emergency" for signal in said.signals)
    assert call_of(said)["reason"] == "emergency"


def test_danger_lasts_until_it_is_over(run: Run) -> None:
    """What follows is answered in its light, with the number, and not as a new matter."""
    said = run(AnswerKnowledge, "my child is not breathing")
    again = run(AnswerKnowledge, "what should I do", slots=said.slots)
    assert "120" in again.text and again.text != said.text
    over = run(AnswerKnowledge, "the ambulance is here, thank you", slots=again.slots)
    assert over.slots["danger_state"] is None and "glad" in over.text


def test_danger_told_in_chinese_is_answered_in_english_if_it_goes_on_so(run: Run) -> None:
    """One state for both languages."""
    said = run(
        AnswerKnowledge, "he is still in the room", slots={"danger_state": {"kind": "violence", "told": 1}}
    )
    assert "110 (police)" in said.text and not has_chinese(said)


def test_another_matter_ends_danger_in_the_end(run: Run) -> None:
    """Not before it was heard twice what helps, and never where somebody wanted to die."""
    question = "Where can I renew my residence permit"
    once = run(AnswerKnowledge, question, slots={"danger_state": {"kind": "fire", "told": 1}})
    assert "119" in once.text and once.slots["danger_state"]
    assert (
        run(
            AnswerKnowledge, "I pay my rent tomorrow", slots={"danger_state": {"kind": "fire", "told": 2}}
        ).slots["danger_state"]
        is None
    )
    lasting = run(
        AnswerKnowledge, "I pay my rent tomorrow", slots={"danger_state": {"kind": "self_harm", "told": 4}}
    )
    assert lasting.slots["danger_state"]


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        (PHONE, PHONE),
        ("My number is 138 1234 5678", PHONE),
        ("please call me at 138-1234-5678 tomorrow after 3pm", PHONE),
        ("+44 20 7946 0958", "+442079460958"),
    ],
)
def test_a_number_makes_a_callback_with_the_matter(run: Run, text: str, phone: str) -> None:
    """The matter is what was written before, the time wish is kept, and the answer names the number."""
    told = run(AnswerKnowledge, "My landlord refuses to return my deposit")
    said = run(AnswerKnowledge, text, slots=told.slots)
    callback = callback_of(said)
    assert callback["phone"] == phone and "refuses to return my deposit" in callback["matter"]
    assert callback["matter"].startswith("（需要英语）")
    assert ("3pm" in callback["wish"]) == ("3pm" in text)
    assert "will call you back" in said.text and said.slots["callback_phone"] == phone


def test_what_is_written_after_the_number_is_added(run: Run) -> None:
    """The request of the call is changed, not doubled (desk/handoff/store.py), and thanks are only thanks."""
    told = run(AnswerKnowledge, "Hello, can you speak English?")
    asked = run(AnswerKnowledge, "Call me back", slots=told.slots)
    assert "phone number" in asked.text and asked.called is None
    called = run(AnswerKnowledge, PHONE, slots=asked.slots)
    more = run(AnswerKnowledge, "The water in my flat is brown", slots=called.slots)
    assert callback_of(more) == {
        "event": "callback_requested",
        "phone": PHONE,
        "wish": "",
        "matter": "（需要英语）The water in my flat is brown",
    }
    thanks = run(AnswerKnowledge, "ok thank you", slots=more.slots)
    assert not thanks.signals and "welcome" in thanks.text


def test_a_number_after_a_chinese_question_is_no_callback(run: Run) -> None:
    """Who has gone over to Chinese since is asked for his number by the form."""
    told = run(AnswerKnowledge, "Hello, can you speak English?")
    before = [
        {"event": "user", "text": "路灯坏了"},
        {"event": "bot", "text": "", "data": {"custom": {"text": "请问您的联系电话是多少？"}}},
    ]
    said = run(AnswerKnowledge, PHONE, slots=told.slots, before=before)
    assert not any(signal["event"] == "callback_requested" for signal in said.signals)


def test_english_in_a_form_leaves_the_form_open(run: Run) -> None:
    """The draft stays, and the form's Chinese question is not put beside the English answer."""
    begun = run(ValidateOrderForm, "和平路88号路灯坏了", intent="order_help", form="order_form")
    said = run(ValidateOrderForm, "Sorry, I do not understand Chinese", slots=begun.slots, form="order_form")
    assert "Chinese only" in said.text and said.slots["order_draft"] == begun.slots["order_draft"]
    assert said.slots["requested_slot"] == "order_resume"
    danger = run(ValidateOrderForm, "There is a fire!", slots=said.slots, form="order_form")
    assert danger.messages[0]["kind"] == "emergency" and danger.slots["requested_slot"] == "order_resume"


@pytest.mark.parametrize(
    ("words", "skill"),
    [
        ("转英语人工", "english"),
        ("我朋友只会说英语", "english"),
        ("有没有会讲英文的", "english"),
        ("有韩语服务吗", "language"),
        ("学校英语老师体罚学生", ""),
        ("英语培训班不退费", ""),
        ("韩语课的钱不退", ""),
        ("My landlord is rude to me", "english"),
    ],
)
def test_a_language_is_a_skill_only_where_somebody_speaks_it(words: str, skill: str) -> None:
    """A complaint about lessons needs nobody who speaks the language."""
    assert skill_in(words) == skill
