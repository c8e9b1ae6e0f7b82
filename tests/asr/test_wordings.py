"""Spellings of the same sound: what is proposed, and what the real model of likely words makes of it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, pinyin

from asr.wordings import WEIGHT, Wordings, load_wordings
from language.sounds import fold

_CHARACTERS = "我要投诉攻击金提曲内音外婆三四五八，。 aB7停水小区"


def best(wordings: Wordings, text: str) -> str:
    """What would be written if all spellings sounded alike to Whisper."""
    found = wordings.of([(text, -5.0)])
    return min(found, key=lambda wording: wording.surprise).text


def sounds(character: str) -> set[str]:
    """All readings that a character has in any word."""
    return {fold(one) for one in pinyin(character, style=Style.NORMAL, heteronym=True)[0]}


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("其中有两个是内音的指标", "其中有两个是内因的指标"),
        ("我想提曲攻击金", "我想提取公积金"),
        ("今天天气痕好", "今天天气很好"),
        ("我們小區停水三天了", "我们小区停水三天了"),
    ],
)
def test_the_likeliest_words_of_the_same_sound_are_proposed(
    wordings: Wordings, heard: str, meant: str
) -> None:
    assert best(wordings, heard) == meant


def test_what_was_heard_is_a_proposal_too(wordings: Wordings) -> None:
    assert "其中有两个是内音的指标" in [w.text for w in wordings.of([("其中有两个是内音的指标", -5.0)])]


def test_numbers_and_marks_stay(wordings: Wordings) -> None:
    for text in ("电话是幺三八四八二一零零五六", "和平路88号，三单元", "我的App打不开"):
        for wording in wordings.of([(text, -5.0)]):
            assert [c for c in wording.text if not "\u4e00" <= c <= "\u9fff"] == [
                c for c in text if not "\u4e00" <= c <= "\u9fff"
            ]
            assert [c for c in wording.text if c in "零一二三四八五六幺"] == [
                c for c in text if c in "零一二三四八五六幺"
            ]


def test_nothing_to_spell_is_nothing_proposed(wordings: Wordings) -> None:
    assert wordings.of([("", -1.0)]) == []
    assert wordings.of([("OK 110.", -1.0)]) == []
    assert wordings.of([("停水" * 200, -1.0)]) == []


def test_a_further_hypothesis_wins_if_it_is_likelier_all_in_all(wordings: Wordings) -> None:
    found = wordings.of([("用军民部门储蓄", -5.0), ("用居民部门储蓄", -5.5)])
    assert found[0].text == "用居民部门储蓄"
    hopeless = wordings.of([("用军民部门储蓄", -5.0), ("用居民部门储蓄", -500.0)])
    assert hopeless[0].text == "用军民部门储蓄"
    assert 0 < WEIGHT < 1


@given(st.text(_CHARACTERS, max_size=30))
def test_every_spelling_is_as_long_and_sounds_alike(wordings: Wordings, text: str) -> None:
    found = wordings.of([(text, -5.0)])
    assert len({w.text for w in found}) == len(found) <= 6
    for wording in found:
        assert len(wording.text) == len(text) and wording.surprise >= 0
        for heard, spelt in zip(text, wording.text, strict=True):
            assert heard == spelt or sounds(heard) & sounds(spelt), (text, wording.text)


def test_without_its_files_speech_is_written_as_whisper_spells_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert load_wordings(tmp_path / "words.gz", None) is None
    assert not caplog.records
    with caplog.at_level(logging.WARNING):
        assert load_wordings(tmp_path / "words.gz", tmp_path / "zh_CN.lm") is None
    assert "no table of words" in caplog.text
