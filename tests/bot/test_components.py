"""Graph components: what they add to a message, and that a loaded one behaves like the one that was trained."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rasa", reason="runs in bot/.venv only")

from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.emotion import EmotionClassifier
from bot.components.pinyin_featurizer import PinyinFeaturizer
from bot.components.rule_entities import RuleEntityExtractor
from bot.components.tokenizer import LexiconTokenizer

Graph = Callable[..., Any]


def message(text: str, **data: Any) -> Message:
    return Message({TEXT: text, **data})


def tokens_of(tokenizer: LexiconTokenizer, text: str) -> list[tuple[str, int, int]]:
    return [(token.text, token.start, token.end) for token in tokenizer.tokenize(message(text), TEXT)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("公积金怎么提取", [("公积金", 0, 3), ("怎么", 3, 5), ("提取", 5, 7)]),
        ("公積金 😡 怎么提取", [("公积金", 0, 3), ("怎么", 6, 8), ("提取", 8, 10)]),
        ("😡", [("😡", 0, 1)]),
    ],
)  # fmt: skip
def test_tokens_are_normalised_words_with_original_offsets(
    graph: Graph, text: str, tokens: list[tuple[str, int, int]]
) -> None:
    assert tokens_of(graph(LexiconTokenizer), text) == tokens


def test_the_lexicon_travels_with_the_model(graph: Graph, tmp_path: Path) -> None:
    """A loaded tokenizer knows the words of its model even when the folder has gone."""
    folder = tmp_path / "lexicon"
    folder.mkdir()
    (folder / "words.txt").write_text("幸福里烤鱼王 9000 n\n", encoding="utf-8")
    config = {"dictionary_path": str(folder)}
    graph(LexiconTokenizer, config).train(TrainingData([]))
    before = LexiconTokenizer.fingerprint_addon(config)
    (folder / "words.txt").unlink()
    loaded = graph(LexiconTokenizer, config, load=True)
    assert tokens_of(loaded, "去幸福里烤鱼王吃饭")[1] == ("幸福里烤鱼王", 1, 7)
    assert LexiconTokenizer.fingerprint_addon(config) != before
    other = graph(LexiconTokenizer, {"dictionary_path": None})
    assert ("幸福里烤鱼王", 1, 7) not in tokens_of(other, "去幸福里烤鱼王吃饭")


def test_a_very_long_message_keeps_its_head_and_tail(graph: Graph) -> None:
    text = "开头我要投诉" + "啦哩" * 2500 + "结尾请转人工"
    tokens = tokens_of(graph(LexiconTokenizer), text)
    assert sum(len(word) for word, _, _ in tokens) < 500
    assert tokens[0][1] == 0
    assert tokens[-1][2] == len(text)


def featurized(tokenizer: LexiconTokenizer, featurizer: PinyinFeaturizer, text: str) -> tuple[Any, Any]:
    example = message(text)
    featurizer.process(tokenizer.process([example]))
    sequence, sentence = (part for part in example.get_sparse_features(TEXT))
    return sequence.features.toarray(), sentence.features.toarray()


@pytest.fixture
def trained(graph: Graph) -> tuple[LexiconTokenizer, PinyinFeaturizer]:
    tokenizer = graph(LexiconTokenizer)
    examples = TrainingData(
        [message(text, intent="x") for text in ("公积金怎么提取", "我想提取公积金", "楼上装修太吵")]
    )
    tokenizer.process_training_data(examples)
    featurizer = graph(PinyinFeaturizer, {"min_examples": 1})
    featurizer.train(examples)
    return tokenizer, featurizer


def test_homophones_have_the_features_of_what_was_meant(
    trained: tuple[LexiconTokenizer, PinyinFeaturizer],
) -> None:
    _, meant = featurized(*trained, "公积金怎么提取")
    _, heard = featurized(*trained, "攻击金怎么提曲")
    assert meant.sum() > 0
    assert np.array_equal(meant, heard)


def test_accents_share_half_of_the_features(trained: tuple[LexiconTokenizer, PinyinFeaturizer]) -> None:
    """装修 with a flat tongue (脏修) keeps the folded n-grams and loses the exact ones."""
    _, meant = featurized(*trained, "装修")
    _, blurred = featurized(*trained, "脏修")
    assert 0 < np.minimum(meant, blurred).sum() < meant.sum()


def test_unknown_sounds_are_ignored(trained: tuple[LexiconTokenizer, PinyinFeaturizer]) -> None:
    sequence, sentence = featurized(*trained, "飞碟")
    assert sequence.shape[0] == 1
    assert sentence.sum() == 0


def test_a_loaded_featurizer_gives_the_same_features(
    graph: Graph, trained: tuple[LexiconTokenizer, PinyinFeaturizer]
) -> None:
    tokenizer, featurizer = trained
    loaded = graph(PinyinFeaturizer, {"min_examples": 1}, load=True)
    for before, after in zip(
        featurized(tokenizer, featurizer, "楼上公积金"),
        featurized(tokenizer, loaded, "楼上公积金"),
        strict=True,
    ):
        assert np.array_equal(before, after)


def test_rules_survive_the_model_and_use_the_time_of_the_message(graph: Graph) -> None:
    graph(RuleEntityExtractor).train(TrainingData([]))
    loaded = graph(RuleEntityExtractor, load=True)
    example = message("昨天和平路八十八号", metadata={"now": "2026-03-02T10:00:00+08:00"})
    loaded.process([example])
    found = {
        entity["entity"]: entity["value"] for entity in example.as_dict(only_output_properties=True)[ENTITIES]
    }
    assert found["address"] == "和平路88号"
    assert found["time"]["start"] == "2026-03-01T00:00:00+08:00"


@pytest.mark.parametrize("sent_at", [None, "gibberish", [], 1e30, ""])
def test_a_bad_time_of_message_falls_back_to_the_clock(graph: Graph, sent_at: Any) -> None:
    example = message("昨天", metadata={"now": sent_at})
    graph(RuleEntityExtractor).process([example])
    assert example.get(ENTITIES)[0]["entity"] == "time"


def test_emotion_is_part_of_the_output_and_survives_loading(graph: Graph, tmp_path: Path) -> None:
    folder = tmp_path / "emotion"
    folder.mkdir()
    examples = {
        "angry": "气死我了",
        "sad": "我好难过想哭",
        "anxious": "好害怕怎么办",
        "neutral": "请问怎么办理",
        "happy": "谢谢你太好了",
    }
    lines = [f"{label}\t{text}{mark}" for label, text in examples.items() for mark in ("", "啊", "呀", "。")]
    (folder / "a.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = {"data_path": str(folder)}
    trained = graph(EmotionClassifier, config)
    before = EmotionClassifier.fingerprint_addon(config)
    trained.train(TrainingData([]))
    loaded = graph(EmotionClassifier, config, load=True)
    for label, text in examples.items():
        first, second = message(text), message(text)
        trained.process([first])
        loaded.process([second])
        assert first.as_dict(only_output_properties=True)["emotion"] == second.get("emotion")
        assert second.get("emotion")["label"] == label
        assert 0 < second.get("emotion")["score"] <= 1
    (folder / "a.tsv").write_text("angry\t滚\n", encoding="utf-8")
    assert EmotionClassifier.fingerprint_addon(config) != before
