"""Entities by rule (bot/text), merged with those of an extractor that stands before it in the pipeline."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.fingerprint import fingerprint_files
from bot.text.entities import EntityFinder, merge
from bot.text.gazetteer import COMPANIES_FILE, DEPARTMENTS_FILE, LANDMARKS_FILE, PLACES_FILE, Gazetteer
from bot.text.spans import Span

FILES = (PLACES_FILE, LANDMARKS_FILE, DEPARTMENTS_FILE, COMPANIES_FILE)
# China has one time zone and no summer time; a fixed offset needs no zone database.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
# Metadata key in which a channel may say when the citizen wrote, ISO 8601 or Unix seconds.
NOW = "now"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class RuleEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Adds entities by rule. "Training" keeps a copy of the gazetteer in the model, nothing is learned.

    Times are resolved against the message's `now` metadata, else against the clock, in Chinese time.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"places_path": "data/places"}

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        finder: EntityFinder | None,
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._finder = finder

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RuleEntityExtractor:
        return cls(config, model_storage, resource, EntityFinder(Gazetteer.load(Path(config["places_path"]))))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> RuleEntityExtractor:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, EntityFinder(Gazetteer.load(folder)))

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        folder = Path(config.get("places_path", cls.get_default_config()["places_path"]))
        return fingerprint_files(folder / name for name in FILES)

    def train(self, training_data: TrainingData) -> Resource:
        with self._model_storage.write_to(self._resource) as folder:
            for name in FILES:
                shutil.copy2(Path(self._config["places_path"]) / name, folder / name)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT)
            if not text or not self._finder:
                continue
            found = [self._entity(span, text) for span in self._finder.find(text, _sent_at(message))]
            message.set(ENTITIES, merge(message.get(ENTITIES, []), found), add_to_output=True)
        return messages

    def _entity(self, span: Span, text: str) -> dict[str, Any]:
        entity = {
            "entity": span.entity,
            "value": span.value,
            "start": span.start,
            "end": span.end,
            "text": text[span.start : span.end],
            "confidence_entity": span.confidence,
            "extractor": type(self).__name__,
        }
        return {**entity, "parts": span.parts} if span.parts else entity


def _sent_at(message: Message) -> datetime:
    metadata = message.get("metadata") or {}
    given = metadata.get(NOW) if isinstance(metadata, dict) else None
    try:
        if isinstance(given, (int, float)):
            return datetime.fromtimestamp(given, CHINA)
        if isinstance(given, str):
            moment = datetime.fromisoformat(given.replace("Z", "+00:00"))
            return moment.astimezone(CHINA) if moment.tzinfo else moment.replace(tzinfo=CHINA)
    except (ValueError, OverflowError, OSError):
        pass
    return datetime.now(CHINA)
