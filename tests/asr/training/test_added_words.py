"""Rows of a table become words with readings; what is wrong is told with its row, what cannot be learned is left out with a reason."""

from __future__ import annotations

import pytest

from asr.training import units
from asr.training.added_words import MAX_CHARS, MOST_WORDS, WordsError, read_added

COLUMNS = ("word", "reading", "weight")


def spelled(numbers: tuple[int, ...]) -> str:
    return " ".join(units.UNITS[number] for number in numbers)


def readings(word: str, reading: str) -> list[str]:
    found = read_added(COLUMNS, [(2, [word, reading, ""])])
    return [spelled(one) for one in found.words[0].readings]


def test_a_word_alone_is_read_as_a_dictionary_does() -> None:
    found = read_added(["word"], [(2, ["幸福里"])])
    assert found.left_out == () and found.words[0].weight == 1
    assert [spelled(one) for one in found.words[0].readings] == ["x ing4 f u2 l i3"]


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        ("chang2 nan2 lu4", ["ch ang2 n an2 l u4"]),
        ("chang2nan2lu4", ["ch ang2 n an2 l u4"]),
        (" Chang2'nan2-lu4 ", ["ch ang2 n an2 l u4"]),
        ("ｃｈａｎｇ２ nan2 lu4", ["ch ang2 n an2 l u4"]),
        ("chang2 nan2 lu4 | zhang3 lan2 lu4", ["ch ang2 n an2 l u4", "zh ang3 l an2 l u4"]),
        ("chang2 nan2 lu4; chang2 nan2 lu4", ["ch ang2 n an2 l u4"]),
        ("chang2 nü3 lv4", ["ch ang2 n v3 l v4"]),
        ("chang2 nu:3 lu5", ["ch ang2 n v3 l u5"]),
    ],
)
def test_readings_as_people_write_them(reading: str, said: list[str]) -> None:
    assert readings("苌楠路", reading) == said


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (["", "lu4"], "has no word"),
        (["长安路", "chang2 an1"], "has 2 syllables, 长安路 3 characters"),
        (["长安路", "chang2 an lu4"], "an needs its tone, 1 to 5"),
        (["长安路", "chang2 an1 lu6"], "lu needs its tone, 1 to 5"),
        (["长安路", "cháng ān lù"], "write tones as numbers"),
        (["长安路", "chang2 qqq1 lu4"], "qqq1 is no syllable of pinyin"),
        (["长安路", "长安路"], "only pinyin with tone numbers"),
        (["长安路", "a1|a2|a3|a4|a5"], "5 readings; at most 4"),
        (["长安路", "", "often"], "weight often is no number from 0.1 to 100"),
        (["长安路", "", "0"], "weight 0 is no number"),
        (["长安路", "", "nan"], "weight nan is no number"),
        (["长安路", "", "1", "more"], "has more cells than row 1 has columns"),
    ],
)
def test_a_wrong_row_is_told(cells: list[str], problem: str) -> None:
    with pytest.raises(WordsError, match="1 problem.*nothing was built") as told:
        read_added(COLUMNS, [(2, ["幸福里"]), (7, cells)])
    assert told.value.problems[0].startswith("row 7: ") and problem in told.value.problems[0]


def test_all_wrong_rows_are_told_at_once() -> None:
    with pytest.raises(WordsError) as told:
        read_added(COLUMNS, [(2, ["", "a1"]), (3, ["幸福里"]), (4, ["长安路", "", "x"])])
    assert [problem[:5] for problem in told.value.problems] == ["row 2", "row 4"]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        (["幸福里", "长安路"], "the first row must name the columns"),
        (["word", "tone"], "unknown column tone; there are word, reading, weight"),
        (["word", "", "weight"], "column 2 without a name"),
        (["word", "词"], "two columns word"),
    ],
)
def test_wrong_columns_are_told(columns: list[str], problem: str) -> None:
    with pytest.raises(WordsError) as told:
        read_added(columns, [(2, ["幸福里", "", ""])])
    assert problem in told.value.problems[0]


def test_columns_may_be_chinese() -> None:
    found = read_added(["词", "读音", "权重"], [(2, ["苌楠路", "chang2 nan2 lu4", "２.5"])])
    assert found.words[0].weight == 2.5


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("A区3栋", "has A3, which the model cannot spell"),
        ("G318国道", "has G318, which"),
        ("桥", "is one character"),
        ("里" * (MAX_CHARS + 1), f"has more than {MAX_CHARS} characters"),
        ("𠮷祥里", "has 𠮷, whose reading is unknown"),
    ],
)
def test_what_cannot_be_learned_is_left_out(word: str, reason: str) -> None:
    found = read_added(COLUMNS, [(2, ["幸福里"]), (3, [word])])
    assert [one.text for one in found.words] == ["幸福里"]
    assert (found.left_out[0].row, found.left_out[0].text) == (3, word)
    assert found.left_out[0].reason.startswith(reason)


def test_a_rare_character_is_learned_with_its_reading() -> None:
    assert readings("𠮷祥里", "ji2 xiang2 li3") == ["j i2 x iang2 l i3"]


def test_the_same_word_twice_is_one() -> None:
    """With the readings of both and the greater weight; spaces inside a word are none."""
    found = read_added(COLUMNS, [(2, ["长安路", "", "2"]), (3, [" 长安 路", "zhang3 an1 lu4", "3"])])
    assert len(found.words) == 1 and len(found.words[0].readings) == 2 and found.words[0].weight == 3


def test_nothing_and_too_much_are_told() -> None:
    with pytest.raises(WordsError) as told:
        read_added(COLUMNS, [(2, ["A区"])])
    assert "no word that can be added: A区 has A" in told.value.problems[0]
    many = [(n + 2, [f"{chr(0x4E00 + n // 100)}{chr(0x5000 + n % 100)}里"]) for n in range(MOST_WORDS + 1)]
    with pytest.raises(WordsError) as told:
        read_added(COLUMNS, many)
    assert "at most 20000" in told.value.problems[-1]
