"""Sentence vectors as dense features: a wording that no example shares still lies near its intent."""

from __future__ import annotations

import os
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.fingerprint import fingerprint_files
from language.encoder.encoder import WEIGHTS, Encoder

CENTRE_FILE = "centre.npz"
# Training asks for each text twice (to learn the centre, to add the features), in two instances of the component.
KEPT_VECTORS = 20_000
# What a citizen wants is said in this many characters; the model reads no further than 512 tokens anyway.
READ_MAX_CHARS = 200


class _Vectors:
    """Sentence vectors of `language.encoder`, one store per process. The last texts are remembered."""

    _lock = threading.Lock()
    _kept: dict[str, npt.NDArray[np.float32]] = {}

    @classmethod
    def encode(cls, texts: list[str]) -> npt.NDArray[np.float32]:
        """Shape (len(texts), 384), float32. Thread-safe. Raises EncoderError where the encoder cannot be loaded."""
        encoder = Encoder.load()
        with cls._lock:
            new = sorted({text for text in texts if text not in cls._kept})
            if len(cls._kept) + len(new) > KEPT_VECTORS:
                cls._kept = {text: cls._kept[text] for text in texts if text in cls._kept}
            if len(new) == 1:
                cls._kept[new[0]] = encoder.meaning(new[0])
            elif new:
                # A training: the network runs outside Python's lock, so a thread a core is a core a thread.
                with ThreadPoolExecutor(os.cpu_count()) as threads:
                    cls._kept.update(zip(new, threads.map(encoder.meaning, new), strict=True))
            return np.stack([cls._kept[text] for text in texts])

    @classmethod
    def recall(cls, path: Path) -> None:
        """Take over the vectors of an earlier training with the same weights; no file, or a broken one: nothing."""
        try:
            with np.load(path) as arrays:
                if str(arrays["digest"]) != Encoder.load().digest():
                    return
                known = dict(zip(arrays["texts"].tolist(), arrays["vectors"].astype(np.float32), strict=True))
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            return
        with cls._lock:
            cls._kept = {**known, **cls._kept}

    @classmethod
    def remember(cls, path: Path, texts: list[str]) -> None:
        """Keep the vectors of these texts for the next training. Atomic; a full disk loses nothing but time."""
        part = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            vectors = np.stack([cls._kept[text] for text in texts])
            np.savez(part, digest=Encoder.load().digest(), texts=np.array(texts), vectors=vectors)
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class MeaningFeaturizer(DenseFeaturizer, GraphComponent):
    """Adds one dense sentence feature. Training learns only the centre and spread of the vectors.

    Vectors of this model all point roughly the same way; less their mean, what tells sentences apart is left.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["onnxruntime"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return fingerprint_files([WEIGHTS])

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # Where training keeps the vectors of its texts (5 ms each), so that the next one computes only new ones.
        return {**DenseFeaturizer.get_default_config(), "cache_path": None}

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """There is nothing to get wrong."""

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        centre: npt.NDArray[np.float32] | None = None,
        spread: npt.NDArray[np.float32] | None = None,
    ) -> None:
        super().__init__(execution_context.node_name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._centre = centre
        self._spread = spread

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MeaningFeaturizer:
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MeaningFeaturizer:
        with model_storage.read_from(resource) as folder, np.load(folder / CENTRE_FILE) as arrays:
            return cls(config, model_storage, resource, execution_context, arrays["centre"], arrays["spread"])

    def train(self, training_data: TrainingData) -> Resource:
        texts = sorted(
            {_read(message) for message in training_data.training_examples if message.get(TOKENS_NAMES[TEXT])}
        )
        cache = Path(self._config["cache_path"]) if self._config["cache_path"] else None
        if cache:
            _Vectors.recall(cache)
        vectors = _Vectors.encode(texts) if texts else np.zeros((1, 1), dtype=np.float32)
        if cache and texts:
            _Vectors.remember(cache, texts)
        self._centre = vectors.mean(axis=0)
        self._spread = np.maximum(vectors.std(axis=0), 1e-6)
        with self._model_storage.write_to(self._resource) as folder:
            np.savez(folder / CENTRE_FILE, centre=self._centre, spread=self._spread)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        wanted = [message for message in messages if message.get(TEXT) and message.get(TOKENS_NAMES[TEXT])]
        if wanted and self._centre is not None and self._spread is not None:
            vectors = (_Vectors.encode([_read(message) for message in wanted]) - self._centre) / self._spread
            for message, vector in zip(wanted, vectors, strict=True):
                message.add_features(
                    Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._identifier)
                )
        return messages


def _read(message: Message) -> str:
    """The tokens' text (normalised, misheard words put right), with the gaps between them as spaces."""
    text, last = "", 0
    for token in message.get(TOKENS_NAMES[TEXT]):
        text += (" " if text and token.start > last else "") + token.text
        last = token.end
    if len(text) > READ_MAX_CHARS:
        text = text[: READ_MAX_CHARS // 2] + " " + text[-READ_MAX_CHARS // 2 :]
    return text
