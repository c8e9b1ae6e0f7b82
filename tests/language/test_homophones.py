"""Misheard sentences are put right, and what was heard well stays."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from language.homophones import MAX_CHARS, Repairer
from language.sounds import readings, sound
from language.words import START, build, load

TABLE = """的\t60000000\tde
我\t900000\two
想\t500000\txiang
提取\t90000\tti qu
公积金\t200000\tgong ji jin
攻击\t5000\tgong ji
金\t2000\tjin
提\t9000\tti
曲\t900\tqu
银行\t80000\tyin hang
社保卡\t60000\tshe bao ka
丢\t30000\tdiu
了\t900000\tle
四川\t50000\tsi chuan
^ 我\t50
想 提取\t40
"""


@pytest.fixture(scope="module")
def repairer(tmp_path_factory: pytest.TempPathFactory) -> Repairer:
    path = tmp_path_factory.mktemp("words") / "words.gz"
    path.write_bytes(gzip.compress(TABLE.strip().encode()))
    return Repairer(load(path))


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("我想提曲攻击金", "我想提取公积金"),
        ("社宝卡丢了!", "社保卡丢了!"),
        ("因航", "银行"),
        # An accent: sh for s.
        ("世川", "四川"),
        ("我想提取公积金", "我想提取公积金"),
        # Nothing likelier sounds so.
        ("王建国", "王建国"),
        ("ID 13900000000", "ID 13900000000"),
        ("", ""),
        ("😀", "😀"),
    ],
)
def test_the_likeliest_sentence_of_the_same_sounds_is_found(
    repairer: Repairer, heard: str, meant: str
) -> None:
    assert repairer.repair(heard) == meant


def test_offsets_stay_true_and_very_long_texts_are_left_alone(repairer: Repairer) -> None:
    text = "社宝卡丢了,打 12333 没人接!\n我想提曲攻击金。" * 3
    assert len(repairer.repair(text)) == len(text)
    long = "社宝卡" * MAX_CHARS
    assert repairer.repair(long) is long


def test_characters_are_read_in_their_context_and_accents_are_folded() -> None:
    assert readings("去银行a1") == ["qu", "yin", "hang", "a", "1"]
    assert sound("牛") == sound("流") and sound("四") == sound("是")


def test_words_of_our_texts_and_lexicon_are_counted_beside_general_chinese(tmp_path: Path) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "places.txt").write_text("翠屏苑 1000 ns\n", encoding="utf-8")
    build(tmp_path / "words.gz", ["幸福里小区停水了", "翠屏苑停水了"], tmp_path / "lexicon")
    words = load(tmp_path / "words.gz")
    assert words.counts["翠屏苑"] > 0 and words.counts["中国"] > 0
    assert words.pairs["停水"]["了"] == 2
    # Known to follow, so less surprising there than anywhere.
    assert words.surprise("停水", "了") < words.surprise(START, "了")
