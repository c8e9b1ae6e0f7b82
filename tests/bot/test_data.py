"""The data files of the Rasa side: complete, well formed, enough of them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from bot.text.emotion_cues import LABELS
from bot.text.emotion_model import EmotionModel, read_examples
from bot.text.gazetteer import Gazetteer

DATA = Path(__file__).resolve().parents[2] / "data"


def test_the_lexicon_has_a_word_a_frequency_and_a_tag_in_every_line() -> None:
    lines = [
        line for path in sorted((DATA / "lexicon").iterdir()) for line in path.read_text("utf-8").splitlines()
    ]
    assert len(lines) >= 1200
    assert [line for line in lines if not re.fullmatch(r"\S+ \d+ [a-z]+", line)] == []
    assert [word for word, count in Counter(line.split()[0] for line in lines).items() if count > 1] == []


def test_the_gazetteer_is_large_enough_and_every_parent_exists() -> None:
    rows = [
        line.split("\t") for line in (DATA / "places" / "mingzhou.tsv").read_text("utf-8").splitlines()[1:]
    ]
    levels = Counter(row[0] for row in rows)
    assert levels["district"] == 8
    assert levels["community"] >= 100
    assert levels["road"] >= 60
    names = {row[1] for row in rows}
    assert [row for row in rows if row[2] and row[2] not in names] == []
    gazetteer = Gazetteer.load(DATA / "places")
    assert gazetteer.departments["社保局"] == "明州市人力资源和社会保障局"


def test_emotions_have_many_distinct_examples_each() -> None:
    texts, labels = read_examples(DATA / "emotion")
    assert min(Counter(labels)[label] for label in LABELS) >= 200
    assert len(set(texts)) == len(texts)


def test_the_emotion_model_understands_sentences_that_it_was_not_taught() -> None:
    model = EmotionModel.fit(*read_examples(DATA / "emotion"))
    cases = {
        "你们这帮骗子,打了十次电话都不管,气死我了": "angry",
        "老伴走了,我一个人在家天天掉眼泪": "sad",
        "闻到煤气味,我好怕会爆炸,怎么办": "anxious",
        "请问医保怎么缴费": "neutral",
        "太好了,谢谢你们这么快就解决": "happy",
    }
    assert {text: model.classify(text)[0] for text in cases} == cases
