"""The dense featurizer and the classifier of intents: what they tell apart, and that loading changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rasa", reason="runs in bot/.venv only")

from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.intent_classifier import LinearIntentClassifier
from bot.components.meaning_featurizer import MeaningFeaturizer, _Vectors
from language.encoder.encoder import Encoder

Graph = Callable[..., Any]
EXAMPLES = [
    ("公积金怎么提取", "ask_knowledge"),
    ("社保卡丢了怎么补办", "ask_knowledge"),
    ("医保怎么报销", "ask_knowledge"),
    ("帮我转人工", "ask_human"),
    ("我要找真人客服", "ask_human"),
    ("让你们工作人员跟我说", "ask_human"),
]
ONLY_MEANING = {"sparse": []}


def message(text: str, intent: str | None = None) -> Message:
    made = Message({TEXT: text, TOKENS_NAMES[TEXT]: [Token(text, 0)]})
    if intent:
        made.set(INTENT, intent)
    return made


def training() -> TrainingData:
    return TrainingData([message(text, intent) for text, intent in EXAMPLES])


def vector(featurizer: MeaningFeaturizer, text: str) -> np.ndarray:
    made = message(text)
    featurizer.process([made])
    _, sentence = made.get_dense_features(TEXT, ["meaning"])
    assert sentence is not None
    return np.asarray(sentence.features)[0]


@pytest.fixture
def featurizer(graph: Graph) -> MeaningFeaturizer:
    made = graph(MeaningFeaturizer, {"alias": "meaning"})
    made.train(training())
    return graph(MeaningFeaturizer, {"alias": "meaning"}, load=True)


def test_what_means_the_same_lies_near(featurizer: MeaningFeaturizer) -> None:
    """In other words than any example: 取出 for 提取, 活人 for 真人."""

    def near(one: str, other: str) -> float:
        a, b = vector(featurizer, one), vector(featurizer, other)
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    assert near("住房公积金咋取出来", "公积金怎么提取") > near("住房公积金咋取出来", "帮我转人工")
    assert near("叫个活人来跟我讲", "我要找真人客服") > near("叫个活人来跟我讲", "医保怎么报销")


def test_a_loaded_featurizer_gives_the_same_vectors(graph: Graph) -> None:
    trained = graph(MeaningFeaturizer, {"alias": "meaning"})
    trained.train(training())
    loaded = graph(MeaningFeaturizer, {"alias": "meaning"}, load=True)
    assert np.allclose(vector(trained, "公积金"), vector(loaded, "公积金"))


def test_the_next_training_takes_over_the_vectors_of_the_last(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"alias": "meaning", "cache_path": str(tmp_path / "vectors.npz")}
    graph(MeaningFeaturizer, config).train(training())
    monkeypatch.setattr(_Vectors, "_kept", {})
    monkeypatch.setattr(Encoder, "meaning", lambda encoder, text: pytest.fail("computed again"))
    graph(MeaningFeaturizer, config).train(training())


def test_vectors_of_other_weights_are_not_taken_over(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"alias": "meaning", "cache_path": str(tmp_path / "vectors.npz")}
    with monkeypatch.context() as earlier:
        earlier.setattr(Encoder, "digest", lambda encoder: "of other weights")
        graph(MeaningFeaturizer, config).train(training())
    monkeypatch.setattr(_Vectors, "_kept", {})
    graph(MeaningFeaturizer, config).train(training())
    assert len(_Vectors._kept) == len(EXAMPLES)
    with np.load(tmp_path / "vectors.npz") as arrays:
        assert str(arrays["digest"]) == Encoder.load().digest()


def test_a_broken_cache_of_vectors_only_costs_time(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "vectors.npz").write_bytes(b"not a zip file")
    graph(MeaningFeaturizer, {"alias": "meaning", "cache_path": str(tmp_path / "vectors.npz")}).train(
        training()
    )
    with np.load(tmp_path / "vectors.npz") as arrays:
        assert len(arrays["texts"]) == len(arrays["vectors"])


def test_an_empty_message_gets_no_feature(featurizer: MeaningFeaturizer) -> None:
    empty = Message({TEXT: "", TOKENS_NAMES[TEXT]: []})
    featurizer.process([empty])
    assert empty.get_dense_features(TEXT, ["meaning"]) == (None, None)


@pytest.fixture
def classifier(graph: Graph, featurizer: MeaningFeaturizer) -> LinearIntentClassifier:
    data = training()
    featurizer.process(data.training_examples)
    graph(LinearIntentClassifier, ONLY_MEANING).train(data)
    return graph(LinearIntentClassifier, ONLY_MEANING, load=True)


def classified(classifier: LinearIntentClassifier, featurizer: MeaningFeaturizer, text: str) -> Message:
    made = message(text)
    featurizer.process([made])
    classifier.process([made])
    return made


@pytest.mark.parametrize(
    ("text", "intent"), [("叫个活人来跟我讲", "ask_human"), ("住房公积金咋取出来", "ask_knowledge")]
)
def test_other_words_of_the_same_meaning_get_its_intent(
    classifier: LinearIntentClassifier, featurizer: MeaningFeaturizer, text: str, intent: str
) -> None:
    heard = classified(classifier, featurizer, text)
    assert heard.get(INTENT)["name"] == intent
    confidences = [entry["confidence"] for entry in heard.get(INTENT_RANKING_KEY)]
    assert confidences == sorted(confidences, reverse=True)
    assert sum(confidences) == pytest.approx(1.0, abs=1e-3)


def test_a_missing_featurizer_is_named(graph: Graph) -> None:
    data = training()
    with pytest.raises(ValueError, match="words"):
        graph(LinearIntentClassifier, {"sparse": ["words"], "dense": []})._parts(data.training_examples[0])
