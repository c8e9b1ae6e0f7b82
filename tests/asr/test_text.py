"""What the engine wrote becomes what a person would write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asr.hot_words import HotWords, distance
from asr.recognizer import Word
from asr.text import Layers, TextMender, keep_numerals, pauses, punctuated, without_spaces
from language.homophones import Repairer


def spoken(*parts: tuple[str, float, float]) -> list[Word]:
    return [Word(text, start, end, 1.0) for text, start, end in parts]


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("我 要 投诉", "我要投诉"),
        ("打开 A P P", "打开APP"),
        ("买了 iPhone 15 手机", "买了iPhone 15手机"),
        ("  ", ""),
    ],
)
def test_spaces_between_characters_go(raw: str, clean: str) -> None:
    assert without_spaces(raw) == clean


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("就在和平路八十八好有一家店", "就在和平路88号有一家店。"),
        ("和平路88好", "和平路88号。"),
        ("这条路好走", "这条路好走。"),
        ("给你们打88分好", "给你们打88分好。"),
    ],
)
def test_the_number_of_a_house_is_put_right(heard: str, meant: str) -> None:
    assert TextMender().mend(heard).text == meant


def test_a_misheard_affair_is_put_right_by_sound(repairer: Repairer) -> None:
    """公积金 is no usual word of a general recogniser, but here it is what people call for."""
    mended = TextMender(repairer).mend("我 想 提曲 攻击金", layers=Layers().without("punctuation"))
    assert mended.text == "我想提取公积金"


def test_a_hot_word_of_one_client_wins_over_its_homophone() -> None:
    mender = TextMender()
    assert mender.mend("我住在幸福李小区", hot_words=["幸福里小区"]).text == "我住在幸福里小区。"
    assert mender.mend("我住在幸福李小区").text == "我住在幸福李小区。"


def test_hot_words_leave_usual_words_and_right_words_alone() -> None:
    hot = HotWords(["失业", "和平路", "和平新村"], is_common=lambda word: word == "事业")
    assert hot.repair("事业单位在和平路") == "事业单位在和平路"
    assert hot.repair("我师业了") == "我失业了"
    assert hot.repair("河平路和和平心村") == "和平路和和平新村"


def test_a_hot_word_needs_more_than_a_rough_likeness() -> None:
    assert HotWords(["公积金"]).repair("那个基金怎么买") == "那个基金怎么买"
    assert HotWords(["长虹新村"]).repair("昨天上午去了") == "昨天上午去了"


def test_sounds_that_accents_merge_are_near() -> None:
    assert distance("shi", "si") < distance("bao", "pao") < distance("bao", "tian")


def test_a_pause_is_a_comma_but_never_inside_a_number() -> None:
    words = spoken(
        ("我家", 0.0, 0.4), ("停水了", 1.0, 1.5), ("电话", 1.6, 1.9), ("幺三八", 2.0, 2.5), ("零零", 3.5, 3.9)
    )
    text = "我家停水了电话幺三八零零"
    assert punctuated(text, pauses(text, words)) == "我家，停水了电话幺三八零零。"
    mended = TextMender().mend("我家 停水了 电话 幺三八 零零", words)
    assert mended.text == "我家，停水了电话13800。"


def test_a_question_ends_in_a_question_mark() -> None:
    assert punctuated("社保怎么办", []) == "社保怎么办？"
    assert punctuated("知道了", []) == "知道了。"


def test_no_comma_is_guessed_when_words_and_text_differ() -> None:
    assert pauses("我家停水", spoken(("我家停水了", 0.0, 1.0), ("吗", 2.0, 2.1))) == []


def test_traditional_characters_become_simplified() -> None:
    assert TextMender().mend("請問醫保怎麼辦").text == "请问医保怎么办？"
    assert TextMender().mend("請問醫保", layers=Layers().without("script")).text == "請問醫保。"


@pytest.mark.parametrize("layer", Layers.names())
def test_each_layer_can_be_switched_off(layer: str, repairer: Repairer) -> None:
    """With a layer off its own work is not done, and the other layers' is."""
    mender = TextMender(repairer)
    words = spoken(("我", 0.0, 0.1), ("想", 0.1, 0.2), ("提曲", 0.2, 0.5), ("攻击金", 0.5, 0.9), ("三十二", 2.0, 2.4),
                   ("元", 2.4, 2.5), ("在", 2.5, 2.6), ("幸福李小區", 2.6, 3.3))  # fmt: skip
    raw = " ".join(word.text for word in words)
    full = mender.mend(raw, words, hot_words=["幸福里小区"])
    assert full.text == "我想提取公积金，32元在幸福里小区。"
    assert [name for name, _ in full.stages] == list(Layers.names())
    partly = mender.mend(raw, words, Layers().without(layer), hot_words=["幸福里小区"])
    assert layer not in dict(partly.stages)
    # A misheard or traditional character in a hot word may be mended by more than one layer.
    assert partly.text != full.text or layer in ("hot_words", "script")
    if layer == "numerals":
        assert "三十二元" in partly.text
    if layer == "punctuation":
        assert partly.text == "我想提取公积金32元在幸福里小区"


@given(st.text(max_size=40))
def test_any_text_survives_all_layers(text: str) -> None:
    TextMender().mend(text, hot_words=["公积金"])


def test_no_layers_change_nothing() -> None:
    assert TextMender().mend(" 我 要 ", layers=Layers.none()).text == " 我 要 "


@pytest.mark.parametrize("text", ["一三零零二五九八四八二", "对是三晚四天的", "电话是幺三八四四七四一七四四"])
def test_a_number_is_never_made_likelier(text: str, repairer: Repairer) -> None:
    """四 and 十 sound alike to many, but a telephone number has no likeliest reading."""
    assert TextMender(repairer).mend(text, layers=Layers().without("numerals", "punctuation")).text == text


@given(st.text(alphabet="一二三四十是师事我要投诉", max_size=12), st.data())
def test_numerals_stay_whatever_the_repair_says(heard: str, data: st.DataObject) -> None:
    repaired = data.draw(
        st.text(alphabet="一二三四十是师事我要投诉", min_size=len(heard), max_size=len(heard))
    )
    kept = keep_numerals(heard, repaired)
    assert [c if c in "一二三四十" else "" for c in kept] == [c if c in "一二三四十" else "" for c in heard]


def test_the_lexicon_is_always_expected() -> None:
    assert TextMender(lexicon=["幸福里小区"]).mend("幸福李小区").text == "幸福里小区。"
    assert HotWords(["监察局", "银保监"]).repair("重点检查住房因报假警") == "重点检查住房因报假警"
