"""Every kind of danger has its answers, and a mistake in the file of ops is told in one clear line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from danger.advice import ENDINGS, FILE, KINDS, OTHER, TEXT_MAX_CHARS, Advice, advice_book, load_advice
from danger.errors import BadAdvice
from language.encoder.labels import DANGERS
from launcher.stale import MODEL_INPUTS

BOOK = advice_book()


def said(advice: Advice) -> tuple[str, ...]:
    return (advice.text, *advice.again, *([advice.spoken] if advice.spoken else []))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_answered(kind: str) -> None:
    """There are numbers with a label, a first answer, and one for later."""
    advice = BOOK.kinds[kind]
    assert advice.numbers and all(label for _, label in advice.numbers)
    assert advice.text and advice.again


@pytest.mark.parametrize("kind", KINDS)
def test_every_number_in_a_text_is_on_the_card_and_the_other_way_round(kind: str) -> None:
    """Nobody is sent to a number without a button; the first answer names all of them."""
    advice = BOOK.kinds[kind]
    numbers = {number for number, _ in advice.numbers}
    for text in said(advice):
        named = set(re.findall(r"\d{3,}", text))
        assert named and named <= numbers, text
    assert set(re.findall(r"\d{3,}", advice.text)) == numbers


@pytest.mark.parametrize("text", list(BOOK.texts()))
def test_texts_are_short_and_of_full_width(text: str) -> None:
    """Somebody in danger reads two lines, with Chinese signs and no blanks."""
    assert len(text) <= TEXT_MAX_CHARS
    assert not re.search(r"[!-/:-@\[-`{-~\s]", text)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_again_is_short_new_and_asks_nothing(kind: str) -> None:
    """A form asks; danger is answered."""
    advice = BOOK.kinds[kind]
    assert len(set(advice.again)) == len(advice.again)
    for again in advice.again:
        assert len(again) <= 60 and again != advice.text
        assert not re.search(r"[？吗呢]|请问|姓名|怎么称呼|登记", again)


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        ("fire", "119"),
        ("trapped_lift", "119"),
        ("drowning", "119"),
        ("gas", "119"),
        ("missing_child", "110"),
        ("violence", "110"),
        ("suicide_other", "110"),
        ("illness", "120"),
        ("birth", "120"),
        ("heatstroke_cold", "120"),
        ("traffic", "120"),
        ("self_harm", "12356"),
        ("silent_help", "12110"),
    ],
)
def test_the_number_that_helps_comes_first(kind: str, first: str) -> None:
    assert BOOK.of(kind).numbers[0][0] == first


def test_who_may_be_overheard_learns_of_the_short_message() -> None:
    for kind in ("silent_help", "domestic_violence", "kidnap_trafficking", "threat", "robbery"):
        assert "12110" in dict(BOOK.of(kind).numbers), kind


def test_gas_and_fumes_are_left_before_a_call() -> None:
    """A switch, or a telephone in the room, can be the spark."""
    for kind in ("gas", "carbon_monoxide"):
        text = BOOK.of(kind).text
        assert "室外" in text.split("拨打")[0] and "开关" in text and "打电话" in text


def test_whoever_wants_to_die_is_listened_to() -> None:
    """No menu; a person, and somebody who stays."""
    advice = BOOK.of("self_harm")
    assert "谢谢您愿意告诉我" in advice.text and "人工" in advice.text
    assert "我们在听" in advice.again[0]
    assert "打字" in BOOK.of("silent_help").again[0]


def test_sentences_come_round_and_an_unknown_kind_has_general_advice() -> None:
    fire = BOOK.of("fire")
    assert [fire.said_again(turn) for turn in range(3)] == [fire.again[0], fire.again[1], fire.again[0]]
    assert BOOK.of("quicksand").kind == OTHER
    assert set(DANGERS) < set(KINDS) and set(BOOK.over) == set(ENDINGS)


def test_advice_changes_without_training() -> None:
    assert not any(name in ("data", "data/danger_advice.yml", "danger") for name in MODEL_INPUTS)


def broken(tmp_path: Path, change: Any) -> Path:
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / "danger_advice.yml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: c["kinds"].pop("fire"), "kinds.fire: is missing"),
        (lambda c: c["kinds"].update(quicksand={}), "kinds.quicksand: is unknown"),
        (lambda c: c["kinds"]["fire"].pop("numbers"), "kinds.fire.numbers: is missing"),
        (lambda c: c["kinds"]["fire"].update(numbers=[911]), "911 has no label"),
        (
            lambda c: c["kinds"]["fire"].update(text="请拨打119,快"),
            "kinds.fire.text: holds the half-width ','",
        ),
        (lambda c: c["kinds"]["fire"].update(text="请拨打110！"), "kinds.fire.text: names 110"),
        (lambda c: c["kinds"]["fire"].update(text="快跑！"), "kinds.fire.text: names no number"),
        (lambda c: c["kinds"]["fire"].update(text="119" + "跑" * 200), "shorten it to 200"),
        (lambda c: c["kinds"]["fire"].update(again=[]), "kinds.fire.again: is empty"),
        (lambda c: c["kinds"]["fire"].update(advice="x"), "kinds.fire.advice: is unknown"),
        (lambda c: c["over"].pop("gentle"), "over.gentle: is missing"),
        (lambda c: c.pop("labels"), "labels: is missing"),
    ],
)
def test_a_mistake_is_told_with_file_and_key(tmp_path: Path, change: Any, told: str) -> None:
    path = broken(tmp_path, change)
    with pytest.raises(BadAdvice) as caught:
        load_advice(path)
    assert str(path) in str(caught.value) and told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(BadAdvice, match="restore it"):
        load_advice(tmp_path / "none.yml")
    (tmp_path / "bad.yml").write_text("kinds: {fire: [", encoding="utf-8")
    with pytest.raises(BadAdvice, match="not YAML in line"):
        load_advice(tmp_path / "bad.yml")
