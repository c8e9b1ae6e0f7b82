"""Words of a sentence, cut by jieba with our lexicon over normalised text, with offsets into the original.

Rasa's own JiebaTokenizer loads dictionaries into jieba's global tokenizer (the words of a former model stay), does
not retrain when the dictionary changes, and makes a token of every space. This one owns a private jieba tokenizer,
so two models in one process do not disturb each other; after loading it is only read and is safe to share by threads.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import jieba
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

import bot.text.long_text
import language.dialects.guards
import language.dialects.normaliser
import language.dialects.tables
import language.homophones
import language.normalise
import language.words
from bot.components.context import dialect_of
from bot.components.fingerprint import fingerprint_files
from bot.text.long_text import visible_spans
from language.dialects.normaliser import DialectNormaliser, load_normaliser
from language.dialects.tables import FOLDER as DIALECT_TABLES
from language.homophones import Repairer

WORDS_FILE = "words.gz"
DIALECTS = "dialects"

jieba.setLogLevel(logging.WARNING)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=True)
class LexiconTokenizer(Tokenizer):
    """Tokens carry normalised text; `start` and `end` refer to the message as the citizen wrote it."""

    @staticmethod
    def supported_languages() -> list[str] | None:
        return ["zh"]

    @staticmethod
    def required_packages() -> list[str]:
        return ["jieba"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "dictionary_path": "data/lexicon",
            # Word counts (chinese/words.py) by which misheard words are put right before they are cut; None: they stay.
            "words_path": None,
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
            "prefix_separator_symbol": None,
            # Longer messages are cut to their head and tail: the neural part takes time squared in the length.
            "head_characters": bot.text.long_text.HEAD_CHARACTERS,
            "tail_characters": bot.text.long_text.TAIL_CHARACTERS,
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        dictionary: Path | None,
        words: Path | None,
        dialects: Path = DIALECT_TABLES,
    ) -> None:
        super().__init__(config)
        self._model_storage = model_storage
        self._resource = resource
        self._jieba = jieba.Tokenizer()
        self._jieba.initialize()
        for path in sorted(dictionary.glob("*.txt")) if dictionary else []:
            with path.open("rb") as lines:
                self._jieba.load_userdict(lines)
        # Of the model, not of the working folder, like the dictionary.
        self._dialects: DialectNormaliser = load_normaliser(dialects)
        self._repairer = Repairer(language.words.load(words)) if words and words.exists() else None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> LexiconTokenizer:
        dictionary, words = config["dictionary_path"], config["words_path"]
        return cls(
            config,
            model_storage,
            resource,
            Path(dictionary) if dictionary else None,
            Path(words) if words else None,
        )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> LexiconTokenizer:
        """The dictionary comes from the model, never from the working folder."""
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, folder, folder / WORDS_FILE, folder / DIALECTS)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        path = config.get("dictionary_path", cls.get_default_config()["dictionary_path"])
        helpers = [
            m.__file__
            for m in (
                language.normalise,
                language.dialects.guards,
                language.dialects.normaliser,
                language.dialects.tables,
                bot.text.long_text,
                language.homophones,
                language.words,
            )
        ]
        return fingerprint_files([*([path] if path else []), DIALECT_TABLES, *helpers])

    def train(self, training_data: TrainingData) -> Resource:
        """Nothing to learn: keeps copies of the dictionary and the word counts in the model."""
        with self._model_storage.write_to(self._resource) as folder:
            source = self._config["dictionary_path"]
            for path in sorted(Path(source).glob("*.txt")) if source else []:
                shutil.copy2(path, folder / path.name)
            if self._config["words_path"]:
                shutil.copy2(self._config["words_path"], folder / WORDS_FILE)
            (folder / DIALECTS).mkdir(exist_ok=True)
            for path in sorted(DIALECT_TABLES.glob("*.tsv")):
                shutil.copy2(path, folder / DIALECTS / path.name)
        return self._resource

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """A message without a single word (emoji only) is one token, so that later components have something."""
        original: str = message.get(attribute)
        normalised = self._dialects.read(original, dialect_of(message, self._dialects.dialects))
        tokens = []
        spans = visible_spans(
            len(normalised.text), self._config["head_characters"], self._config["tail_characters"]
        )
        for first, last in spans:
            heard = normalised.text[first:last]
            # As many characters as were heard, so the offsets stay true.
            meant = self._repairer.repair(heard) if self._repairer else heard
            for word, start, end in self._jieba.tokenize(meant):
                if not word.isspace():
                    tokens.append(Token(word, *normalised.original_span(first + start, first + end)))
        if not tokens and original:
            tokens = [Token(original[:1], 0, 1)]
        return self._apply_token_pattern(tokens)
