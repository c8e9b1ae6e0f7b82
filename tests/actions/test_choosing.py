"""What the citizen says when he was asked which article he means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from actions.knowledge import AnswerKnowledge, NotUnderstood
from actions.open_turns import Deny, TakeDetail
from tests.actions.conftest import FakeKnowledge, Run

ASKED = "公积金要带啥"
CLARIFY = {
    "event": "bot",
    "data": {
        "custom": {
            "kind": "clarify",
            "card": {"articles": [{"id": "a", "title": "公积金提取"}, {"id": "b", "title": "公积金贷款"}]},
        }
    },
}
BEFORE: tuple[Mapping[str, Any], ...] = ({"event": "user", "text": ASKED}, CLARIFY)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("第二个", "b"),
        ("嗯，第一个吧", "a"),
        ("是后面那个", "b"),
        ("前面那个", "a"),
        ("我问的是2个", "b"),
        ("最后一个", "b"),
        ("公积金贷款", "b"),
    ],
)
def test_a_choice_is_told_by_the_question_that_was_asked(
    run: Run, knowledge: FakeKnowledge, said: str, meant: str
) -> None:
    """Not by its title: who asked what to bring still wants to know it."""
    outcome = run(TakeDetail, said, "inform", before=BEFORE)
    assert (knowledge.asked[-1], knowledge.chosen[-1]) == (ASKED, meant)
    assert f"{meant}的答案" in outcome.text


def test_a_press_on_one_of_them_is_a_choice(run: Run, knowledge: FakeKnowledge) -> None:
    payload = '/ask_knowledge{"question": "公积金贷款"}'
    pressed = [{"entity": "question", "value": "公积金贷款"}]
    run(AnswerKnowledge, payload, "ask_knowledge", entities=pressed, before=BEFORE)
    assert (knowledge.asked[-1], knowledge.chosen[-1]) == (ASKED, "b")


@pytest.mark.parametrize("said", ["都不是", "两个都不是。", "这几个都不是", "没有我要问的"])
def test_none_of_them_is_said_honestly_and_the_question_kept(run: Run, said: str) -> None:
    outcome = run(Deny, said, "deny", before=BEFORE)
    assert "不能乱说" in outcome.text
    assert outcome.slots["pending"]["seed"]["text"] == ASKED


@pytest.mark.parametrize("said", ["第三个", "一个月能取几次", "不是这个意思我要投诉"])
def test_what_chooses_nothing_is_read_as_ever(run: Run, knowledge: FakeKnowledge, said: str) -> None:
    run(NotUnderstood, said, "nlu_fallback", before=BEFORE)
    assert not any(knowledge.chosen)


def test_an_older_choice_is_over(run: Run, knowledge: FakeKnowledge) -> None:
    later = ({"event": "user", "text": "谢谢"}, {"event": "bot", "data": {"custom": {"kind": "text"}}})
    run(NotUnderstood, "第二个", "nlu_fallback", before=(*BEFORE, *later))
    assert not any(knowledge.chosen)
