"""Reads a message in the light of what was asked: acts, spans, danger (`reading` in the output of the parser).

Three views are averaged, because each fails elsewhere: the encoder (language/encoder, shipped, knows meanings), linear
models over n-grams and sounds, and a tagger of characters (conditional random field). The last two are trained here, in
half a minute, from data/danger and data/dialogue, so that ops can teach the reader a wording without torch.
"""

from __future__ import annotations

import csv
import hashlib
import logging
import os
import random
import tempfile
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
import language.dialects.guards
import language.dialects.normaliser
import language.dialects.tables
import language.linear
import language.ngrams
import language.normalise
import language.span_features
from bot.components.context import dialect_of, expecting
from bot.components.fingerprint import fingerprint_files
from language.annotated import ACTS, EXPECTATIONS, AnnotatedTurn, read_folder
from language.dialects.normaliser import dialect_normaliser, in_mandarin
from language.dialects.tables import AUTO
from language.dialects.tables import FOLDER as DIALECT_TABLES
from language.encoder.encoder import WEIGHTS, Encoded, Encoder
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
_CHECKSUM_BYTES = hashlib.sha256().digest_size
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
            # A folder where training keeps the tagger, half a minute's work, until what it learns from changes.
            "cache_path": None,
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
        modules = (
            language.annotated,
            language.dialects.guards,
            language.dialects.normaliser,
            language.dialects.tables,
            language.linear,
            language.ngrams,
            language.normalise,
            language.span_features,
        )
        paths = {**cls.get_default_config(), **config}
        folders = (paths["danger_path"], paths["dialogue_path"], DIALECT_TABLES)
        return fingerprint_files([*folders, WEIGHTS, *(m.__file__ for m in modules)])

    def train(self, training_data: TrainingData) -> Resource:
        turns = read_folder(Path(self._config["dialogue_path"]))
        # Danger is learned without what was asked: few cry out just when the secrecy of their name is asked for.
        harmless = [Sample(_heard(turn.text), frozenset(), weight=_TURN_WEIGHT) for turn in turns]
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
            (folder / TAGGER_FILE).write_bytes(self._taught_tagger(turns))
        return self._resource

    def _taught_tagger(self, turns: list[AnnotatedTurn]) -> bytes:
        """The one of the last training where it learned from the same turns in the same way."""
        kept = Path(self._config["cache_path"]) if self._config["cache_path"] else None
        # The features ask the rules of times, and those many others.
        rules = Path(language.span_features.__file__).parent
        inputs = fingerprint_files([self._config["dialogue_path"], rules, DIALECT_TABLES, __file__])
        known = _kept(kept / f"spans-{inputs}.crf") if kept else b""
        if known:
            return known
        with tempfile.TemporaryDirectory() as folder:
            _train_tagger(turns, Path(folder) / TAGGER_FILE)
            tagger = (Path(folder) / TAGGER_FILE).read_bytes()
        if kept:
            _keep(tagger, kept / f"spans-{inputs}.crf")
        return tagger

    def process(self, messages: list[Message], tracker: DialogueStateTracker | None = None) -> list[Message]:
        """`tracker` is filled in by Rasa, which passes what a component's argument of this name asks for."""
        for message in messages:
            text = message.get(TEXT)
            if not text or text.startswith("/") or not self._danger:
                continue
            try:
                asked = _told(message) or expecting(tracker)
                dialect = dialect_of(message, dialect_normaliser().dialects)
                reading = self.read(text, asked, dialect)
                message.set(READING, reading.to_json(), add_to_output=True)
            except Exception as error:
                # Without a reading the desk falls back on its rules; without an answer the citizen has nothing.
                logger.error("message not read: %s", type(error).__name__, exc_info=error)
        return messages

    def read(self, text: str, asked: str, dialect: str = AUTO) -> Reading:
        """`asked` is one of `language.annotated.EXPECTATIONS`. Raises UnknownDialect."""
        assert self._danger is not None and self._acts is not None
        mandarin = in_mandarin(text, dialect)
        said, text = text, text if mandarin is None else mandarin.text
        marks = (_mark(asked),)
        seen = self._encoder.read(shortened(text), asked)
        danger = self._danger_in(seen, text)
        if mandarin is not None:
            # What a dialect says of danger may be lost in Mandarin: whichever sees more of it is believed.
            danger = max(danger, self._danger_in(self._encoder.read(shortened(said), asked), said))
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

    def _danger_in(self, seen: Encoded, text: str) -> float:
        assert self._danger is not None
        ours = self._danger.probabilities(text).get(_DANGER, 0.0)
        return _mean(seen.danger, ours, self._config["danger_share"])

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
    return Sample(_heard(text), frozenset(labels), (_mark(asked),), weight)


def _heard(text: str) -> str:
    """As messages are read: what is learned of a dialect's words would never be met."""
    mandarin = in_mandarin(text)
    return text if mandarin is None else mandarin.text


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
                labels = frozenset([_DANGER] if row["label"] == "danger" else [])
                # A message in a dialect is looked at for danger in its own words, too.
                samples += [Sample(text, labels) for text in sorted({row["text"], _heard(row["text"])})]
    return samples


def _examples(training_data: TrainingData) -> list[Sample]:
    """Examples of intents, the same ones each time."""
    known = [m for m in training_data.intent_examples if m.get(TEXT) and m.get(INTENT) != "emotion_despair"]
    random.Random(1).shuffle(known)
    samples = []
    for message in known[:_EXAMPLES_READ]:
        danger = message.get(INTENT) == "emergency"
        weight = _EMERGENCY_WEIGHT if danger else _EXAMPLE_WEIGHT
        samples.append(
            Sample(_heard(message.get(TEXT)), frozenset([_DANGER] if danger else []), weight=weight)
        )
    return samples


def _kept(path: Path) -> bytes:
    """Empty where there is none, or where the file is not as it was written."""
    try:
        body = path.read_bytes()
    except OSError:
        return b""
    checksum, tagger = body[:_CHECKSUM_BYTES], body[_CHECKSUM_BYTES:]
    return tagger if hashlib.sha256(tagger).digest() == checksum else b""


def _keep(tagger: bytes, path: Path) -> None:
    """In the place of older ones, behind its checksum. Atomic; a full disk loses nothing but time."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(hashlib.sha256(tagger).digest() + tagger)
        for old in path.parent.glob("spans-*.crf"):
            old.unlink(missing_ok=True)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)


def _moved(tags: list[str], offsets: tuple[int, ...]) -> list[str]:
    """Tags of a text for another one, whose characters come from those at `offsets`."""
    moved = []
    for place, offset in enumerate(offsets):
        tag = tags[offset]
        again = tag.startswith("B-") and place and offsets[place - 1] == offset
        moved.append("I-" + tag[2:] if again else tag)
    return moved


def _train_tagger(turns: list[AnnotatedTurn], path: Path) -> None:
    trainer = pycrfsuite.Trainer(verbose=False)
    for turn in turns:
        tags = ["O"] * len(turn.text)
        for span in turn.spans:
            for place in range(span.start, span.end):
                tags[place] = f"{'B' if place == span.start else 'I'}-{span.label}"
        mandarin = in_mandarin(turn.text)
        text = turn.text
        if mandarin is not None:
            text, tags = mandarin.text, _moved(tags, mandarin.offsets)
        trainer.append(features(text, turn.expecting), tags)
    trainer.set_params(_PARAMETERS)
    trainer.train(str(path))
