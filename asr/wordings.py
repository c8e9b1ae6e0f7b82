"""Other ways to write what Whisper heard: words that sound the same, and how likely each sequence of them is.

Nine of ten characters that Whisper's small models get wrong sound right, or right but for an accent (内音 for 内因). So
each of its hypotheses is spelt anew by a noisy channel, as `language.homophones` does it, but with a model of three words
beside the hotline's own; the recogniser then asks Whisper how well each spelling fits what it heard.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from asr.errors import EngineError
from asr.language_model import LanguageModel
from asr.text import keep_numerals, simplified, table_of_words
from language.homophones import SAME_SOUND, candidates
from language.sounds import readings
from language.words import START, Words

_log = logging.getLogger(__name__)

# All chosen on a hundred recordings of AISHELL-1 (open ones), wide and by telephone; see docs/decisions/0022.
# Weight of a nat of surprise against a nat of Whisper's own score.
WEIGHT = 0.4
# How much of a word's likelihood comes from general texts; the rest from the hotline's own.
_GENERAL = 0.7
# Price of a character that was heard differently, in nats. Low: these are proposals, Whisper has the last word.
_CHANGE = 2.0
# Beam width: how many readings are followed at each character.
_BEAM = 16
# How many hypotheses are spelt; spellings of the first and of each further one; how many Whisper is asked about.
_HYPOTHESES, _OF_FIRST, _OF_OTHERS, _MOST = 5, 6, 2, 6
# The work grows with each character, and nobody is misread for minutes.
_MAX_CHARS = 200
_CHINESE = re.compile(r"([\u3400-\u9fff\uf900-\ufaff]+)")


@dataclass(frozen=True)
class Wording:
    text: str
    # Surprise of all its words, in nats.
    surprise: float


@dataclass(frozen=True)
class _Reading:
    """A reading of the first characters of a run."""

    price: float
    surprise: float
    text: str
    word: str
    state: Any


class Wordings:
    """Thread-safe."""

    def __init__(self, words: Words, model: LanguageModel) -> None:
        self._words = words
        self._model = model

    @classmethod
    def load(cls, words_file: Path, model: Path) -> Wordings:
        """Raises EngineError: one of the two files is missing or broken."""
        try:
            words = table_of_words(words_file)
        except (OSError, EOFError, ValueError) as error:
            raise EngineError(f"no table of words in {words_file}: make train") from error
        return cls(words, LanguageModel(model, words.counts))

    def of(self, hypotheses: Sequence[tuple[str, float]]) -> list[Wording]:
        """Spellings of the hypotheses (text, log-probability in nats; the likeliest first), the most promising first.

        Empty if there is nothing in Chinese to spell.
        """
        found: dict[str, tuple[float, Wording]] = {}
        texts: dict[str, float] = {}
        for text, probability in hypotheses:
            texts.setdefault(simplified(text), probability)
        for number, (text, probability) in enumerate(list(texts.items())[:_HYPOTHESES]):
            if len(text) > _MAX_CHARS or not _CHINESE.search(text):
                return []
            for price, wording in self._spelt(text, _OF_OTHERS if number else _OF_FIRST):
                promise = probability - WEIGHT * wording.surprise - (price - wording.surprise)
                if wording.text not in found or promise > found[wording.text][0]:
                    found[wording.text] = promise, wording
        ranked = [wording for _, wording in sorted(found.values(), key=lambda entry: -entry[0])]
        # What Whisper heard best may always stand: it can be a name.
        heard = next((wording for wording in ranked[_MOST:] if wording.text == next(iter(texts))), None)
        return [*ranked[: _MOST - 1], heard] if heard else ranked[:_MOST]

    def _spelt(self, text: str, most: int) -> Iterator[tuple[float, Wording]]:
        """(price, wording): the cheapest spellings, and the text as it is."""
        sounds = readings(text)
        whole = [(0.0, 0.0, "")]
        position = 0
        as_heard = 0.0
        for piece in _CHINESE.split(text):
            if not piece:
                continue
            there = [(0.0, 0.0, piece)]
            if _CHINESE.match(piece):
                there = self._run(piece, sounds[position : position + len(piece)], most)
            as_heard += next(surprise for _, surprise, spelling in there if spelling == piece)
            whole = sorted(
                (price + more, surprise + further, before + behind)
                for price, surprise, before in whole
                for more, further, behind in there
            )[:most]
            position += len(piece)
        for price, surprise, spelling in [*whole, (as_heard, as_heard, text)]:
            yield price, Wording(keep_numerals(text, spelling), surprise)

    def _run(self, heard: str, sounds: list[str], most: int) -> list[tuple[float, float, str]]:
        """(price, surprise, text) of the cheapest spellings of an unbroken run, and of the run as it was heard."""
        ways: list[list[_Reading]] = [[] for _ in range(len(heard) + 1)]
        ways[0] = [_Reading(0.0, 0.0, "", START, self._model.start())]
        for i in range(len(heard)):
            likely = _cheapest(ways[i], _BEAM, heard[:i])
            for word, changes in candidates(self._words, heard, sounds, i):
                for reading in likely:
                    state, surprise = self._surprise(reading, word)
                    price = reading.price + changes / SAME_SOUND * _CHANGE + surprise
                    ways[i + len(word)].append(
                        _Reading(price, reading.surprise + surprise, reading.text + word, word, state)
                    )
        return [(r.price, r.surprise, r.text) for r in _cheapest(ways[-1], most, heard)]

    def _surprise(self, before: _Reading, word: str) -> tuple[Any, float]:
        state, general = self._model.after(before.state, word)
        own = self._words.surprise(before.word, word)
        return state, -math.log(_GENERAL * math.exp(-general) + (1 - _GENERAL) * math.exp(-own))


def _cheapest(ways: Sequence[_Reading], most: int, heard: str) -> list[_Reading]:
    """One for each text, the cheapest first; what was heard is never left out."""
    kept: dict[str, _Reading] = {}
    for way in sorted(ways, key=lambda way: way.price):
        if way.text not in kept and (len(kept) < most or way.text == heard):
            kept[way.text] = way
    return list(kept.values())


def load_wordings(words_file: Path, language_model: Path | None) -> Wordings | None:
    """None, and a line in the log, if something is missing: Whisper's own spelling can be read, too."""
    if language_model is None:
        return None
    try:
        return Wordings.load(words_file, language_model)
    except EngineError as error:
        _log.warning("speech is written as Whisper spells it: %s", error)
        return None
