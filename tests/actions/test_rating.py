"""A mark is one where it was asked for, or where nothing else was said."""

from __future__ import annotations

import pytest

from actions.rating import Rate, only_rates, score_in
from tests.actions.conftest import Run
from tests.actions.readings import read

ASKED = [
    {"event": "user", "text": "再见"},
    {"event": "bot", "text": None, "data": {"custom": {"text": "请打个分", "kind": "rating"}}},
]


@pytest.mark.parametrize(
    "words",
    [
        "差五分八点停水",
        "七点五分就开始吵",
        "三分之一的灯不亮",
        "公司欠我五分利",
        "等了五分钟没人接",
        "找了三分局也没人管",
        "一星期没来水了",
    ],
)
def test_a_number_is_no_mark(run: Run, words: str) -> None:
    """Times, shares, offices and weeks are taken for what they are, and nothing is closed."""
    assert score_in(words) is None or not only_rates(words)
    outcome = run(Rate, words, "rate")
    assert not [signal for signal in outcome.signals if signal["event"] in ("rating", "close")]


@pytest.mark.parametrize(
    ("words", "score"),
    [("5分", 5), ("给你打三分", 3), ("五星好评", 5), ("非常满意，谢谢", 5), ("不满意", 2), ("还行吧", 3)],
)
def test_nothing_but_a_mark_is_one_unasked(run: Run, words: str, score: int) -> None:
    """Who says only a mark gives one."""
    assert {"event": "rating", "score": score} in run(Rate, words, "rate").signals


def test_asked_for_a_mark_it_is_heard_among_other_words(run: Run) -> None:
    """After the question a sentence with a mark in it is one."""
    outcome = run(Rate, "小姑娘说话蛮耐心的，五分", "rate", before=ASKED, reading=read("chat"))
    assert {"event": "rating", "score": 5} in outcome.signals


def test_a_trouble_told_with_a_number_opens_an_order(run: Run) -> None:
    """The sentence that was taken for a mark is what it tells."""
    outcome = run(Rate, "差五分八点停水，到现在没来", "rate", reading=read("details"))
    assert outcome.followup == "order_form"
