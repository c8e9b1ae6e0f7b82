"""A dialect's table makes ways to say a word, few and the likely ones first; a wrong table is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from asr.training import units
from asr.training.pronunciation import (
    FOLDER,
    MOST_WAYS,
    PLAIN,
    Pronunciation,
    PronunciationError,
    load_pronunciation,
    sounds_of,
    units_of,
)
from language.dialects.tables import MANDARIN


def spelled(numbers: tuple[int, ...]) -> str:
    return " ".join(units.UNITS[number] for number in numbers)


def ways(pronunciation: Pronunciation, word: str) -> list[tuple[str, float]]:
    numbers = units.word(word)
    assert numbers is not None
    return [(spelled(way.units), way.cost) for way in pronunciation.ways(numbers)]


def table(folder: Path, text: str) -> Pronunciation:
    (folder / "hakka.tsv").write_text(text, encoding="utf-8")
    return load_pronunciation("hakka", folder)


def test_mandarin_is_said_as_it_is() -> None:
    assert ways(PLAIN, "城关镇") == [("ch eng2 g uan1 zh en4", 0)]
    assert not PLAIN and not (FOLDER / f"{MANDARIN}.tsv").exists()


def test_what_changes_together_is_one_change(tmp_path: Path) -> None:
    """Who says zh as z says ch as c: 城 and 镇 of 城关镇 never differ."""
    found = ways(table(tmp_path, "zh- ch- sh-\tz- c- s-\t0.5\n"), "城关镇")
    assert found == [("ch eng2 g uan1 zh en4", 0), ("c eng2 g uan1 z en4", 0.5)]


def test_all_changes_at_once_come_first_and_cost_what_the_dearest_does(tmp_path: Path) -> None:
    found = ways(table(tmp_path, "ch- zh-\tc- z-\t0.5\n-eng\t-en\t0.3\n2 4\t3 3\t0.7\n"), "城关镇")
    assert found == [
        ("ch eng2 g uan1 zh en4", 0),
        ("c en3 g uan1 z en3", 0.7),
        ("ch en2 g uan1 zh en4", 0.3),
        ("c eng2 g uan1 z en4", 0.5),
    ]


@pytest.mark.parametrize(
    ("line", "word", "said"),
    [
        ("hui\tfei\t1", "灰", "f ei1"),
        ("jie1\tgai1\t1", "街", "g ai1"),
        ("zh-\tz-\t1", "知", "z iz1"),
        ("zh-\tj-\t1", "知", "j i1"),
        ("ren\tyin\t1", "人", "in2"),
        ("-iou\t-ou\t1", "刘", "l ou2"),
        ("5\t4\t1", "的", "d e4"),
    ],
)
def test_a_line_changes_what_it_names(tmp_path: Path, line: str, word: str, said: str) -> None:
    """Initials, finals, syllables with and without a tone, tones; the vowel of zhi goes with its initial."""
    assert ways(table(tmp_path, line), word)[1:] == [(said, 1)]


def test_what_cannot_be_said_or_is_not_there_changes_nothing(tmp_path: Path) -> None:
    """日 has no vowel that could follow l; a syllable with a tone changes no other tone."""
    assert len(ways(table(tmp_path, "r-\tl-\t1"), "日")) == 1
    assert len(ways(table(tmp_path, "jie1\tgai1\t1"), "姐")) == 1


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.tsv")))
def test_the_shipped_tables(name: str) -> None:
    """Each is sound, changes something, and gives no word more ways than it may have."""
    pronunciation = load_pronunciation(name)
    words = ("城关镇", "湖滨路", "热水", "牛奶", "孙家花园")
    found = [ways(pronunciation, word) for word in words]
    assert any(len(one) > 1 for one in found)
    for word, one in zip(words, found, strict=True):
        assert one[0] == (spelled(units.word(word) or ()), 0)
        assert len(one) <= MOST_WAYS and len(dict(one)) == len(one)


def test_units_are_syllables_and_back() -> None:
    numbers = units.word("幸福里安居苑")
    assert numbers is not None and units_of(sounds_of(numbers)) == numbers


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("zh-\tz-\n", "line 1: needs what Mandarin has"),
        ("zh- ch-\tz-\t1\n", "line 1: 2 sounds become 1"),
        ("# so\n\nzh-\tz-\tmuch\n", "line 3: much is no cost: a number above 0"),
        ("zh-\tz-\t0\n", "0 is no cost"),
        ("zh-\tz-\tnan\n", "nan is no cost"),
        ("zh-\tzz-\t1\n", "zz- is no initial; there are b-"),
        ("-ing\t-inn\t1\n", "-inn is no final; there are -a "),
        ("xyz\tfei\t1\n", "xyz is no syllable of pinyin"),
        ("hui1\tfei\t1\n", "a tone on both sides"),
        ("zh-\tzh-\t1\n", "zh- is said as it is"),
        ("2 2\t3 4\t1\n", "a sound stands there twice"),
        ("1\tfei\t1\n", "1 is no syllable"),
        ("# nothing\n", "holds no change"),
    ],
)
def test_a_wrong_line_is_told(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(PronunciationError, match="hakka.tsv") as told:
        table(tmp_path, text)
    assert problem in str(told.value) and "\n" not in str(told.value)


def test_a_table_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(PronunciationError, match="there is no table klingon in .*; there are none"):
        load_pronunciation("klingon", tmp_path)
    (tmp_path / "hakka.tsv").write_bytes("# 客家话的读音\n".encode("gbk"))
    with pytest.raises(PronunciationError, match="save it as UTF-8"):
        load_pronunciation("hakka", tmp_path)
