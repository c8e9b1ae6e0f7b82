"""The intent of a message: a linear model over its words, characters, sounds and meaning.

A transformer over the same features (Rasa's DIET) adds nothing to it that can be measured (docs/decisions/0023) and costs
half of a turn, half of the memory and three quarters of the training.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import rasa.shared.utils.io
import scipy.sparse
import scipy.sparse.linalg
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.fingerprint import fingerprint_files
from language import softmax

WEIGHTS_FILE = "weights.npz"
LABELS_FILE = "labels.json"
RANKING_LENGTH = 10


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class LinearIntentClassifier(IntentClassifier, GraphComponent):
    """Multinomial logistic regression over sentence features. Needs the featurizers that its configuration names."""

    @staticmethod
    def required_packages() -> list[str]:
        # Not "sklearn": Rasa looks packages up by the name they are installed under.
        return ["scipy"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return fingerprint_files([softmax.__file__])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            # Aliases of the featurizers that are read.
            "sparse": ["words", "characters"],
            "dense": ["meaning"],
            # Dense features have unit variance in each of 384 directions; scaled to the length of the sparse ones.
            "dense_scale": 0.05,
            "inverse_regularisation": 5.0,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        weights: npt.NDArray[np.float32] | None = None,
        bias: npt.NDArray[np.float32] | None = None,
        labels: list[str] | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._weights = weights
        self._bias = bias
        self._labels = labels or []

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LinearIntentClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LinearIntentClassifier:
        with model_storage.read_from(resource) as folder, np.load(folder / WEIGHTS_FILE) as arrays:
            labels = rasa.shared.utils.io.read_json_file(folder / LABELS_FILE)
            return cls(config, model_storage, resource, arrays["weights"], arrays["bias"], labels)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(TEXT) and m.features_present(TEXT)]
        rows = [self._parts(message) for message in examples]
        self._weights, self._bias, self._labels = softmax.fit(
            scipy.sparse.vstack([sparse for sparse, _ in rows]),
            np.vstack([dense for _, dense in rows]),
            [message.get(INTENT) for message in examples],
            self._config["inverse_regularisation"],
        )
        with self._model_storage.write_to(self._resource) as folder:
            np.savez_compressed(folder / WEIGHTS_FILE, weights=self._weights, bias=self._bias)
            rasa.shared.utils.io.dump_obj_as_json_to_file(folder / LABELS_FILE, self._labels)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT) and message.features_present(TEXT) and self._weights is not None:
                self._classify(message)
        return messages

    def _classify(self, message: Message) -> None:
        assert self._weights is not None and self._bias is not None
        sparse, dense = self._parts(message)
        split = sparse.shape[1]
        scores = np.asarray(sparse @ self._weights[:, :split].T + dense @ self._weights[:, split:].T).ravel()
        scores += self._bias
        odds = np.exp(scores - scores.max())
        likely = dict(zip(self._labels, (odds / odds.sum()).tolist(), strict=True))
        ranking = sorted(likely.items(), key=lambda item: (-item[1], item[0]))[:RANKING_LENGTH]
        entries = [{INTENT_NAME_KEY: name, PREDICTED_CONFIDENCE_KEY: value} for name, value in ranking]
        message.set(INTENT, entries[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, entries, add_to_output=True)

    def _parts(self, message: Message) -> tuple[scipy.sparse.csr_matrix, npt.NDArray[np.float32]]:
        """All wanted sentence features of a message side by side, one row each: the sparse ones, each part of length
        one, and the dense ones (no column where none is wanted)."""
        sparse = []
        for alias in self._config["sparse"]:
            _, sentence = message.get_sparse_features(TEXT, [alias])
            if sentence is None:
                raise ValueError(
                    f"LinearIntentClassifier found no sparse features named {alias!r}; check the pipeline's aliases"
                )
            part = scipy.sparse.csr_matrix(sentence.features, dtype=np.float32)
            sparse.append(part / max(float(scipy.sparse.linalg.norm(part)), 1e-9))
        dense = [np.zeros((1, 0), dtype=np.float32)]
        for alias in self._config["dense"]:
            _, sentence = message.get_dense_features(TEXT, [alias])
            if sentence is None:
                raise ValueError(
                    f"LinearIntentClassifier found no dense features named {alias!r}; check the pipeline's aliases"
                )
            dense.append(np.asarray(sentence.features, dtype=np.float32) * self._config["dense_scale"])
        side_by_side = scipy.sparse.hstack(sparse).tocsr() if sparse else scipy.sparse.csr_matrix((1, 0))
        return side_by_side, np.hstack(dense)
