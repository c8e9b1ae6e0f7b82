"""The emotion of a message: `emotion: {"label", "score"}` in the output of the parser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import bot.text.emotion_cues
import bot.text.emotion_model
import language.normalise
from bot.components.fingerprint import fingerprint_files
from bot.text.emotion_model import EmotionModel, read_examples

EMOTION = "emotion"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class EmotionClassifier(GraphComponent):
    """Learns from `data_path/*.tsv`, not from the NLU examples, and leaves the intent alone."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"data_path": "data/emotion"}

    @staticmethod
    def required_packages() -> list[str]:
        return ["scipy"]

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: EmotionModel | None = None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> EmotionClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> EmotionClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, EmotionModel.load(folder))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Retrain when the examples or the way of reading them change."""
        helpers = (bot.text.emotion_cues, bot.text.emotion_model, language.normalise)
        path = config.get("data_path", cls.get_default_config()["data_path"])
        return fingerprint_files([path, *(module.__file__ for module in helpers)])

    def train(self, training_data: TrainingData) -> Resource:
        self._model = EmotionModel.fit(*read_examples(Path(self._config["data_path"])))
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text and self._model:
                label, score = self._model.classify(text)
                message.set(EMOTION, {"label": label, "score": round(score, 4)}, add_to_output=True)
        return messages
