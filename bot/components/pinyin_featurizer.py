"""Pinyin n-grams as sparse features: homophone errors of speech recognition do not move the intent."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import rasa.shared.utils.io
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import bot.text.pinyin
from bot.components.fingerprint import fingerprint_files
from bot.text.pinyin import fold_accent, ngrams, syllables

VOCABULARY_FILE = "vocabulary.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class PinyinFeaturizer(SparseFeaturizer, GraphComponent):
    """A vocabulary of tone-less pinyin n-grams, learned in training; unknown n-grams are ignored.

    A token gets the n-grams that touch it (they reach over its edges, because a misheard sentence is cut into other
    words), the sentence gets the counts of all of them. With `accents`, each n-gram is there twice: as spelt and
    with blurred accents folded together.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["pypinyin", "scipy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **SparseFeaturizer.get_default_config(),
            "min_ngram": 1,
            "max_ngram": 3,
            # An n-gram of two or more syllables must occur in this many training examples.
            "min_examples": 2,
            "max_features": 30_000,
            "accents": True,
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raises InvalidConfigException when the n-gram sizes make no sense."""
        if not 1 <= config["min_ngram"] <= config["max_ngram"]:
            raise InvalidConfigException("PinyinFeaturizer needs 1 <= min_ngram <= max_ngram")

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        vocabulary: dict[str, int] | None = None,
    ) -> None:
        super().__init__(execution_context.node_name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._finetuning = execution_context.is_finetuning
        self.vocabulary: dict[str, int] = vocabulary or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> PinyinFeaturizer:
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> PinyinFeaturizer:
        with model_storage.read_from(resource) as folder:
            words = rasa.shared.utils.io.read_json_file(folder / VOCABULARY_FILE)
        return cls(
            config, model_storage, resource, execution_context, {word: i for i, word in enumerate(words)}
        )

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return fingerprint_files([bot.text.pinyin.__file__])

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the vocabulary. Fine-tuning keeps the old one: the layers above have its width."""
        if not self._finetuning:
            examples: Counter[str] = Counter()
            for message in training_data.training_examples:
                tokens = message.get(TOKENS_NAMES[TEXT])
                if tokens:
                    examples.update({gram for _, _, gram in self._grams(_spell(tokens)[0])})
            least = self._config["min_examples"]
            kept = [gram for gram, count in examples.items() if count >= least or " " not in gram]
            kept.sort(key=lambda gram: (-examples[gram], gram))
            self.vocabulary = {gram: i for i, gram in enumerate(sorted(kept[: self._config["max_features"]]))}
        with self._model_storage.write_to(self._resource) as folder:
            rasa.shared.utils.io.dump_obj_as_json_to_file(folder / VOCABULARY_FILE, list(self.vocabulary))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            tokens = message.get(TOKENS_NAMES[TEXT])
            if message.get(TEXT) and tokens and self.vocabulary:
                sequence, sentence = self._matrices(tokens)
                self.add_features_to_message(sequence, sentence, TEXT, message)
        return messages

    def _grams(self, sounds: list[str]) -> list[tuple[int, int, str]]:
        shortest, longest = self._config["min_ngram"], self._config["max_ngram"]
        grams = list(ngrams(sounds, shortest, longest))
        if self._config["accents"]:
            folded = [fold_accent(sound) for sound in sounds]
            grams += [(start, end, "~" + gram) for start, end, gram in ngrams(folded, shortest, longest)]
        return grams

    def _matrices(self, tokens: list[Token]) -> tuple[scipy.sparse.coo_matrix, scipy.sparse.coo_matrix]:
        sounds, owners = _spell(tokens)
        cells: Counter[tuple[int, int]] = Counter()
        sentence: Counter[int] = Counter()
        for start, end, gram in self._grams(sounds):
            column = self.vocabulary.get(gram)
            if column is None:
                continue
            sentence[column] += 1
            for row in set(owners[start:end]):
                cells[row, column] = 1
        width = len(self.vocabulary)
        rows = {(0, column): count for column, count in sentence.items()}
        return _coo(cells, (len(tokens), width)), _coo(rows, (1, width))


def _spell(tokens: list[Token]) -> tuple[list[str], list[int]]:
    """Syllables of the sentence and, for each, the number of the token it belongs to."""
    sounds: list[str] = []
    owners: list[int] = []
    for number, token in enumerate(tokens):
        own = syllables(token.text)
        sounds += own
        owners += [number] * len(own)
    return sounds, owners


def _coo(cells: dict[tuple[int, int], int], shape: tuple[int, int]) -> scipy.sparse.coo_matrix:
    keys = sorted(cells)
    values = np.array([cells[key] for key in keys], dtype=np.float32)
    rows, columns = [key[0] for key in keys], [key[1] for key in keys]
    return scipy.sparse.coo_matrix((values, (rows, columns)), shape=shape)
