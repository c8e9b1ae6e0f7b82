"""Which words that are heard are the bot's own."""

from __future__ import annotations

import pytest

from gateway.voice.own_words import OwnWords

GREETING = "您好，这里是明州市12345热线，您可以直接说问题，也可以说转人工。"


def during_the_greeting() -> OwnWords:
    own = OwnWords()
    own.sounding(GREETING, 10.0)
    return own


@pytest.mark.parametrize("heard", ["您好，这里是", "转人工", "明州市", "您好这里是明州是", "您"])
def test_what_is_being_said_is_the_bots(heard: str) -> None:
    assert during_the_greeting().has(heard, 11.0)


@pytest.mark.parametrize("heard", ["我家停水了", "和平路88号路灯不亮", "喂", ""])
def test_other_words_are_the_callers_also_without_a_voice(heard: str) -> None:
    """The detector misses quiet people."""
    assert not during_the_greeting().has(heard, 11.0)


def test_the_same_words_in_a_callers_voice_are_his() -> None:
    own = during_the_greeting()
    for _ in range(10):
        own.voice(0.032, 11.0)
    assert not own.has("转人工", 12.0)


def test_a_click_is_no_voice() -> None:
    own = during_the_greeting()
    own.voice(0.032, 11.0)
    assert own.has("转人工", 12.0)


def test_what_was_said_long_ago_is_free() -> None:
    own = during_the_greeting()
    own.sounds(14.0)
    assert own.has("转人工", 18.0)
    assert not own.has("转人工", 20.0)
