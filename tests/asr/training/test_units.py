"""Every Mandarin syllable is spelled in units that the model knows, each sound in one way only."""

from __future__ import annotations

import pytest

from asr.training import units


@pytest.mark.parametrize(
    ("sound", "spelled"),
    [
        ("zhong1", ("zh", "ong1")),
        ("zhi1", ("zh", "ir1")),
        ("zi5", ("z", "iz5")),
        ("xue2", ("x", "ve2")),
        ("lüe4", ("l", "ve4")),
        ("jiu3", ("j", "iou3")),
        ("you3", ("iou3",)),
        ("gui4", ("g", "uei4")),
        ("wei4", ("uei4",)),
        ("dun1", ("d", "uen1")),
        ("yuan2", ("van2",)),
        ("er2", ("er2",)),
        ("de", ("d", "e5")),
        ("ng2", ("en2",)),
    ],
)
def test_a_syllable_is_spelled_as_it_sounds(sound: str, spelled: tuple[str, ...]) -> None:
    assert units.syllable(sound) == spelled


def test_what_mandarin_does_not_have_is_refused() -> None:
    assert units.syllable("hng5") is None
    assert units.word("OK") is None


def test_the_numbers_of_the_units_never_change() -> None:
    """A trained model and its graph would no longer fit each other."""
    assert len(units.UNITS) == len(set(units.UNITS)) == 207
    assert (units.UNITS[0], units.UNITS[1], units.UNITS[21], units.UNITS[-1]) == ("<blk>", "b", "s", "iz5")


def test_a_sentence_is_the_sounds_of_its_words() -> None:
    said = units.sentence(["我", "要", "，", "投诉"])
    assert said and [units.UNITS[unit] for unit in said] == ["uo3", "iao4", "t", "ou2", "s", "u4"]
    assert units.toneless(said) == ["uo", "iao", "t", "ou", "s", "u"]


def test_digits_and_letters_are_not_guessed() -> None:
    assert units.sentence(["打", "12345"]) is None and units.sentence(["。"]) is None


def test_a_character_may_be_said_in_several_ways_at_a_cost() -> None:
    usual, *others = units.readings("不")
    assert usual[1] == 0 and all(cost > 0 for _, cost in others)
    assert tuple(units.word("不") or ()) == usual[0]
    assert len(units.readings("公积金")) == 1 and units.readings("x") == ()
