"""Reads a message in the light of what was asked: acts, spans, danger (`reading` in the output of the parser).

Three views are averaged, because each fails elsewhere: the encoder (language/encoder, shipped, knows meanings), linear
models over n-grams and sounds, and a tagger of characters (conditional random field). The last two are trained here, in
half a minute, from data/danger and data/dialogue, so that ops can teach the reader a wording without torch.
"""

from __future__ import annotations

import csv
import logging
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pycrfsuite
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import language.annotated
import language.linear
import language.ngrams
import language.span_features
from bot.components.context import expecting
from bot.components.fingerprint import fingerprint_files
from language.annotated import ACTS, EXPECTATIONS, AnnotatedTurn, read_folder
from language.dialect_words import in_mandarin
from language.encoder.encoder import WEIGHTS, Encoder
from language.encoder.labels import DANGERS, TAGS
from language.encoder.pieces import best_spans
from language.linear import LinearModel, Sample
from language.ngrams import shortened
from language.reading import Reading, ReadSpan
from language.span_features import features

logger = logging.getLogger(__name__)

READING = "reading"
TAGGER_FILE = "spans.crf"
_DANGER, _ACTS = "danger", "acts"
# Of the messages of other files: an ordinary turn, or an example of an intent, is nearly never dangerous.
_TURN_WEIGHT, _EXAMPLE_WEIGHT, _EMERGENCY_WEIGHT = 1.0, 0.5, 0.5
_EXAMPLES_READ = 5_000
# Spans of a message longer than this are read in its first characters only.
_TAGGED_CHARS = 400
_PARAMETERS = {"c1": 0.05, "c2": 0.02, "max_iterations": 80, "feature.possible_transitions": True}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MessageReader(GraphComponent):
    """Adds `reading` (`language.reading.Reading` as JSON). A message that cannot be read gets none, and is logged."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "danger_path": "data/danger",
            "dialogue_path": "data/dialogue",
            # Share of the encoder; the rest is the linear models' or the tagger's.
            "danger_share": 0.5,
            "acts_share": 0.5,
            "spans_share": 0.6,
        }

    @staticmethod
    def required_packages() -> list[str]:
        # Rasa looks a package up by the name it is imported and installed under; python-crfsuite has two.
        return ["onnxruntime", "scipy"]

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        danger: LinearModel | None = None,
        acts: LinearModel | None = None,
        tagger: bytes = b"",
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._danger = danger
        self._acts = acts
        self._encoder = Encoder.load()
        # The tagger reads from these bytes as long as it lives.
        self._tagger_bytes = tagger
        self._tagger: Any = None
        if tagger:
            self._tagger = pycrfsuite.Tagger()
            self._tagger.open_inmemory(tagger)

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageReader:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MessageReader:
        with model_storage.read_from(resource) as folder:
            return cls(
                config,
                model_storage,
                resource,
                LinearModel.load(folder, _DANGER),
                LinearModel.load(folder, _ACTS),
                (folder / TAGGER_FILE).read_bytes(),
            )

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        modules = (language.annotated, language.linear, language.ngrams, language.span_features)
        paths = {**cls.get_default_config(), **config}
        return fingerprint_files(
            [paths["danger_path"], paths["dialogue_path"], WEIGHTS, *(m.__file__ for m in modules)]
        )

    def train(self, training_data: TrainingData) -> Resource:
        turns = read_folder(Path(self._config["dialogue_path"]))
        # Danger is learned without what was asked: few cry out just when the secrecy of their name is asked for.
        harmless = [Sample(turn.text, frozenset(), weight=_TURN_WEIGHT) for turn in turns]
        told = _read_danger(Path(self._config["danger_path"]))
        self._danger = LinearModel.fit(
            [*told, *harmless, *_examples(training_data)], inverse_regularisation=4.0, labels=[_DANGER]
        )
        self._acts = LinearModel.fit(
            [_sample(turn.text, turn.expecting, turn.acts, 1.0) for turn in turns],
            inverse_regularisation=6.0,
            labels=ACTS,
        )
        with self._model_storage.write_to(self._resource) as folder:
            self._danger.save(folder, _DANGER)
            self._acts.save(folder, _ACTS)
            _train_tagger(turns, folder / TAGGER_FILE)
        return self._resource

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """`tracker` is filled in by Rasa, which passes what a component's argument of this name asks for."""
        for message in messages:
            text = message.get(TEXT)
            if not text or text.startswith("/") or not self._danger:
                continue
            try:
                asked = _told(message) or expecting(tracker)
                message.set(READING, self.read(text, asked).to_json(), add_to_output=True)
            except Exception as error:
                # Without a reading the desk falls back on its rules; without an answer the citizen has nothing.
                logger.error("message not read: %s", type(error).__name__, exc_info=error)
        return messages

    def read(self, text: str, asked: str) -> Reading:
        """`asked` is one of `language.annotated.EXPECTATIONS`."""
        assert self._danger is not None and self._acts is not None
        mandarin = in_mandarin(text)
        text = mandarin.text if mandarin is not None else text
        marks = (_mark(asked),)
        seen = self._encoder.read(shortened(text), asked)
        danger = _mean(
            seen.danger,
            self._danger.probabilities(text).get(_DANGER, 0.0),
            self._config["danger_share"],
        )
        ours = self._acts.probabilities(text, marks)
        acts = {act: _mean(seen.acts[act], ours.get(act, 0.0), self._config["acts_share"]) for act in ACTS}
        kind = max(DANGERS, key=lambda name: seen.kinds[name])
        spans = self._spans(text[:_TAGGED_CHARS], asked)
        if mandarin is not None:
            spans = tuple(
                ReadSpan(span.label, *mandarin.original_span(span.start, span.end), span.confidence)
                for span in spans
            )
        return Reading(acts, spans, danger, kind)

    def _spans(self, text: str, asked: str) -> tuple[ReadSpan, ...]:
        rows = self._encoder.read(text, asked).tags
        if self._tagger is not None and text:
            self._tagger.set(features(text, asked))
            known = set(self._tagger.labels())
            ours = np.zeros_like(rows)
            for column, tag in enumerate(TAGS):
                if tag in known:
                    ours[:, column] = [self._tagger.marginal(tag, place) for place in range(len(text))]
            share = self._config["spans_share"]
            rows = share * rows + (1 - share) * ours
        found = (_trimmed(text, span) for span in best_spans(rows))
        return tuple(span for span in found if span is not None)


def _trimmed(text: str, span: ReadSpan) -> ReadSpan | None:
    """Without the spaces and commas at its edges."""
    start, end = span.start, span.end
    while start < end and text[start] in " ,，。、;；":
        start += 1
    while start < end and text[end - 1] in " ,，。、;；":
        end -= 1
    return replace(span, start=start, end=end) if start < end else None


def _mean(first: float, second: float, share: float) -> float:
    return share * first + (1 - share) * second


def _mark(asked: str) -> str:
    return f"expecting={asked}"


def _sample(text: str, asked: str, labels: Any, weight: float) -> Sample:
    return Sample(text, frozenset(labels), (_mark(asked),), weight)


def _told(message: Message) -> str:
    """What was asked, where whoever sends the message says so (evaluation, seats' tools)."""
    metadata = message.get("metadata")
    given = metadata.get("expecting") if isinstance(metadata, dict) else None
    return str(given) if given in EXPECTATIONS else ""


def _read_danger(folder: Path) -> list[Sample]:
    samples = []
    for path in sorted(folder.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                samples.append(Sample(row["text"], frozenset([_DANGER] if row["label"] == "danger" else [])))
    return samples


def _examples(training_data: TrainingData) -> list[Sample]:
    """Examples of intents, the same ones each time."""
    known = [m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT) != "emotion_despair"]
    random.Random(1).shuffle(known)
    samples = []
    for message in known[:_EXAMPLES_READ]:
        danger = message.get(INTENT) == "emergency"
        weight = _EMERGENCY_WEIGHT if danger else _EXAMPLE_WEIGHT
        samples.append(Sample(message.get(TEXT), frozenset([_DANGER] if danger else []), weight=weight))
    return samples


def _train_tagger(turns: list[AnnotatedTurn], path: Path) -> None:
    trainer = pycrfsuite.Trainer(verbose=False)
    for turn in turns:
        tags = ["O"] * len(turn.text)
        for span in turn.spans:
            for place in range(span.start, span.end):
                tags[place] = f"{'B' if place == span.start else 'I'}-{span.label}"
        trainer.append(features(turn.text, turn.expecting), tags)
    trainer.set_params(_PARAMETERS)
    trainer.train(str(path))
