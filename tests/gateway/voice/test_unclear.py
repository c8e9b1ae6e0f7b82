"""Short words that the recogniser does not believe are asked about; nobody in danger is asked to repeat."""

from __future__ import annotations

import pytest

from gateway.voice.unclear import DOUBTED, is_unclear


@pytest.mark.parametrize("text", ["走。", "红额刀。", "有一个人。", "同时见到。", "人。", "来吧"])
def test_a_doubted_scrap_is_asked_about(text: str) -> None:
    assert is_unclear(text, 0.1)
    assert not is_unclear(text, DOUBTED)
    assert not is_unclear(text, None)


@pytest.mark.parametrize(
    "text", ["救命！", "着火了。", "有刀", "没呼吸了", "嗯", "可以。", "好的", "对对对", "1分。", "", "。"]
)
def test_cries_yes_and_digits_are_believed(text: str) -> None:
    assert not is_unclear(text, 0.01)


def test_a_long_sentence_is_kept_whatever_its_parts() -> None:
    assert not is_unclear("学院路五十八号门口路灯坏了", 0.1)
