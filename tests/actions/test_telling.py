"""What a citizen sees and hears of an article: the part that was asked for, the other sections, the whole."""

from __future__ import annotations

import pytest

from actions.knowledge import AnswerKnowledge, NotUnderstood
from actions.ports import Answer, Article, Told
from actions.topic import TURNS_KEPT
from tests.actions.conftest import FakeKnowledge, Outcome, Run

PERMIT = Article(
    "permit", "居住证怎么办理和签注", "明州市公安局", "住满半年能办。", "## 签注\n\n每年一次。", "《条例》"
)
TOLD = Told("签注", "每年签注一次。", "每年签注一次。", ("提醒", "条件", "材料", "怎么办"))


@pytest.fixture
def asked(knowledge: FakeKnowledge, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str]]:
    """The searches made (query, topic, section); each finds the residence permit."""
    searches: list[tuple[str, str, str]] = []

    def answer(query: str, *, topic: str = "", section: str = "") -> Answer:
        searches.append((query, topic, section))
        return Answer("found", PERMIT, (), TOLD)

    monkeypatch.setattr(knowledge, "answer", answer)
    return searches


def told(run: Run, **given: object) -> Outcome:
    return run(AnswerKnowledge, "居住证到期了怎么签注", "ask_knowledge", **given)


def test_the_part_is_told_with_its_origin_and_the_other_sections(run: Run, asked: list[object]) -> None:
    """Three other sections, those that answer something first; then the whole, an order, a person."""
    (message,) = told(run).messages
    assert message["text"] == "每年签注一次。\n\n承办单位：明州市公安局；依据：《条例》"
    assert message["speech"] == "每年签注一次。"
    names = [button["text"] for button in message["quick_replies"]]
    assert names == ["条件", "材料", "怎么办", "全文", "登记诉求", "转人工"]
    assert message["quick_replies"][0]["payload"] == (
        '/ask_knowledge{"question": "居住证怎么办理和签注", "section": "条件"}'
    )


def test_a_quick_reply_asks_for_its_section(run: Run, asked: list[tuple[str, str, str]]) -> None:
    payload = '/ask_knowledge{"question": "居住证怎么办理和签注", "section": "全文"}'
    entities = [{"entity": "question", "value": PERMIT.title}, {"entity": "section", "value": "全文"}]
    run(AnswerKnowledge, payload, "ask_knowledge", entities=entities)
    assert asked[-1] == (PERMIT.title, "", "全文")


def test_the_next_short_question_is_asked_of_the_article_told(
    run: Run, asked: list[tuple[str, str, str]]
) -> None:
    """By whichever action the turn comes to, even of two characters."""
    slots = told(run).slots
    assert slots["topic"] == {"id": "permit", "title": "居住证怎么办理和签注"}
    for action, intent in ((AnswerKnowledge, "ask_knowledge"), (NotUnderstood, "nlu_fallback")):
        run(action, "几天", intent, slots=slots)
        assert asked[-1] == ("几天", "permit", "")


def test_after_some_turns_the_article_is_forgotten(run: Run, asked: list[tuple[str, str, str]]) -> None:
    slots = told(run).slots
    between = [{"event": "user"}] * TURNS_KEPT
    since = [{"event": "slot", "name": "topic", "value": slots["topic"]}, *between]
    told(run, slots=slots, before=since[:-1])
    assert asked[-1][1] == "permit"
    told(run, slots=slots, before=since)
    assert asked[-1][1] == ""


def test_in_a_form_no_quick_reply_leads_away(run: Run, asked: list[object]) -> None:
    (message,) = told(run, form="order_form").messages
    assert message["quick_replies"] == []


def test_simple_style_shows_the_spoken_form(run: Run, asked: list[object]) -> None:
    (message,) = told(run, slots={"style": "simple"}).messages
    assert (message["text"], message["format"]) == ("每年签注一次。", "plain")


def test_a_figure_that_no_article_has_is_said_to_be_missing(
    run: Run, knowledge: FakeKnowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = Told("", "住满半年能办。", "住满半年能办。", untold="办理时限")
    monkeypatch.setattr(knowledge, "answer", lambda _query, **_more: Answer("found", PERMIT, (), missing))
    (message,) = told(run).messages
    assert message["speech"] == "办理时限这里没有写明，以承办单位的答复为准。住满半年能办。"
    assert message["text"].startswith("办理时限这里没有写明，")
