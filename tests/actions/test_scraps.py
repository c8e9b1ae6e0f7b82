"""A scrap of speech raises no alarm, ends no call and calls nobody: it is asked about."""

from __future__ import annotations

import pytest

from actions.alarm import CAUTION
from actions.emergency import AnswerEmergency
from actions.handoff import HandOver
from actions.manners import Goodbye
from actions.open_turns import TakeDetail
from actions.scraps import BELIEVED, DANGER, GOODBYE, PERSON
from danger.rules import is_scrap
from language.reading import Reading
from tests.actions.conftest import Outcome, Run

ACTIONS = {"emergency": AnswerEmergency, "goodbye": Goodbye, "ask_human": HandOver, "inform": TakeDetail}


def said(run: Run, text: str, intent: str, danger: float, acts: str = "", kind: str = "violence") -> Outcome:
    """As the understanding of the shipped model reads it."""
    reading = Reading({act: 0.9 for act in acts.split("+")} if acts else {"greet": 0.1}, (), danger, kind)
    return run(ACTIONS[intent], text, intent, reading=reading)


def texts(outcome: Outcome) -> list[str]:
    return [message["text"] for message in outcome.messages if "text" in message]


@pytest.mark.parametrize(
    ("text", "danger"),
    [("红额刀。", 0.34), ("火烧一刀。", 0.40), ("刀。", 0.26), ("额火了", 0.52), ("门刀。", 0.32), ("血红一片", 0.50), ("燃了", 0.31)],
)  # fmt: skip
def test_a_scrap_with_a_word_of_danger_is_asked_about(run: Run, text: str, danger: float) -> None:
    outcome = said(run, text, "emergency", danger)
    assert texts(outcome) == [DANGER] and not outcome.called and not outcome.signals
    assert "110" in DANGER and "119" in DANGER and "120" in DANGER


@pytest.mark.parametrize(
    ("text", "danger"),
    [("着火", 0.31), ("救命", 0.67), ("救火", 0.17), ("触电了", 0.44), ("杀人", 0.31), ("有刀", 0.46), ("没呼吸", 0.46), ("骨折了", 0.44), ("门被踹", 0.29)],
)  # fmt: skip
def test_a_cry_is_no_scrap(run: Run, text: str, danger: float) -> None:
    assert not is_scrap(text)
    if danger >= 0.2:
        assert said(run, text, "emergency", danger).called


@pytest.mark.parametrize("text", ["娃抽了", "嘴歪了", "他压着我", "要生了！", "锅炉爆了"])
def test_what_the_reading_is_sure_of_needs_no_word_of_ours(run: Run, text: str) -> None:
    assert is_scrap(text) or text == "锅炉爆了"
    assert said(run, text, "emergency", 0.9, "details", "illness").called
    assert said(run, text, "emergency", BELIEVED, "details", "illness").called


def test_who_cannot_say_more_when_asked_is_believed(run: Run) -> None:
    first = said(run, "红刀", "emergency", 0.43)
    assert texts(first) == [DANGER]
    events = [{"event": "bot", "data": {"custom": {"text": DANGER}}}]
    again = run(
        AnswerEmergency,
        "红刀",
        "emergency",
        reading=Reading({"greet": 0.1}, (), 0.43, "violence"),
        before=events,
    )
    assert again.called and DANGER not in texts(again)


@pytest.mark.parametrize(
    ("text", "intent", "question"),
    [("走。", "goodbye", GOODBYE), ("挂。", "goodbye", GOODBYE), ("人。", "ask_human", PERSON), ("人", "ask_human", PERSON)],
)  # fmt: skip
def test_one_syllable_ends_nothing_and_calls_nobody(run: Run, text: str, intent: str, question: str) -> None:
    outcome = said(run, text, intent, 0.06)
    assert texts(outcome) == [question] and not outcome.called and not outcome.signals


@pytest.mark.parametrize(
    ("text", "intent"),
    [("再见", "goodbye"), ("拜拜", "goodbye"), ("人工", "ask_human"), ("找人", "ask_human")],
)
def test_two_syllables_are_a_wish(run: Run, text: str, intent: str) -> None:
    assert not {GOODBYE, PERSON, CAUTION} & set(
        texts(said(run, text, intent, 0.03, "human" if "人" in text else ""))
    )


@pytest.mark.parametrize("text", ["我叫才让多杰", "您好，我叫多吉次仁", "我姓仁青", "我名字叫扎西顿珠"])
def test_a_name_is_no_call_for_a_person(run: Run, text: str) -> None:
    outcome = run(HandOver, text, "ask_human", reading=Reading({"details": 0.6}, (), 0.05, ""))
    assert not outcome.called


@pytest.mark.parametrize("text", ["我叫人工", "我姓王，转人工", "我叫你转人工"])
def test_a_call_for_a_person_beside_a_name_is_one(run: Run, text: str) -> None:
    assert run(HandOver, text, "ask_human", reading=Reading({"human": 0.9}, (), 0.05, "")).called


def test_a_surname_that_sounds_of_danger_is_a_name(run: Run) -> None:
    outcome = said(run, "刀", "inform", 0.3, "value")
    assert DANGER not in texts(outcome)
