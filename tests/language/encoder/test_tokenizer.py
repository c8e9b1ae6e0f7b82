"""A message is cut into the pieces that the model was trained with, and each knows its characters."""

from __future__ import annotations

import json

import pytest

from language.encoder.encoder import VOCABULARY_FILE, WEIGHTS
from language.encoder.pieces import Splitter
from language.encoder.tokenizer import Tokenizer

# What the original's own tokenizer (250,002 pieces) made of these.
ORIGINAL = {
    "你好世界": ["▁", "你好", "世界"],
    "我家楼上漏水": ["▁", "我家", "楼", "上", "漏", "水"],
    "query: 和平路88号": ["▁que", "ry", ":", "▁", "和平", "路", "88", "号"],
}


@pytest.fixture(scope="module")
def words() -> dict[str, object]:
    body: dict[str, object] = json.loads((WEIGHTS / VOCABULARY_FILE).read_text(encoding="utf-8"))
    return body


@pytest.fixture(scope="module")
def tokenizer(words: dict) -> Tokenizer:  # type: ignore[type-arg]
    return Tokenizer(words["pieces"], words["scores"], words["normaliser"], words["unknown"])


@pytest.fixture(scope="module")
def splitter(tokenizer: Tokenizer, words: dict) -> Splitter:  # type: ignore[type-arg]
    return Splitter(tokenizer, words["start"], words["end"])


@pytest.mark.parametrize("text", ORIGINAL)
def test_pieces_are_those_of_the_original(text: str, tokenizer: Tokenizer, words: dict) -> None:  # type: ignore[type-arg]
    assert [words["pieces"][number] for number in tokenizer.split(text).ids] == ORIGINAL[text]


@pytest.mark.parametrize(
    "text", ["ＡＢＣ　１２３", "你好  世界", " 前面有空格", "第①栋\u200b二单元", "龘𠀀字", "", "\x01"]
)
def test_pieces_cover_the_text_from_left_to_right(text: str, tokenizer: Tokenizer) -> None:
    """Whatever is full-width, doubled, invisible or unknown: no piece overlaps another or leaves the text."""
    pieces = tokenizer.split(text)
    last = 0
    for start, end in zip(pieces.starts, pieces.ends, strict=True):
        assert last <= start <= end <= len(text)
        last = end


def test_full_width_digits_and_spaces_keep_their_places(tokenizer: Tokenizer) -> None:
    text = "电话　１３８ 0000"
    pieces = tokenizer.split(text)
    covered = [text[start:end] for start, end in zip(pieces.starts, pieces.ends, strict=True)]
    assert "".join(covered) == text.replace("　", "").replace(" ", "")


def test_a_long_message_keeps_its_beginning_and_its_end(splitter: Splitter) -> None:
    text = "开" + "路灯坏了很久没人来修。" * 200 + "完"
    sentence = splitter.read(text, "place")
    assert len(sentence.ids) <= 288
    assert sentence.starts[1] == 0 or sentence.ends[4] >= 0
    assert max(sentence.ends) == len(text)


def test_what_was_asked_stands_behind_the_text(splitter: Splitter) -> None:
    """The first part is the same with and without a question, so the sentence vector has the same pieces."""
    plain, asked = splitter.read("王"), splitter.read("王", "name")
    assert asked.ids[: asked.first] == plain.ids
    assert len(asked.ids) > len(plain.ids) == plain.first
    assert splitter.read("王", "something new") == plain
