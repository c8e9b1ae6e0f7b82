"""Turns what an engine wrote into what a person would write. Pure; each layer can be switched off and is scored
alone.

The layers, in this order: spaces (and the engine's own punctuation) go; traditional characters become simplified; misheard characters
are put right by the likeliest words of the same sound; hot words by likeness of sound; pauses become commas; numerals become digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path

from asr.hot_words import HotWords
from asr.numerals import to_digits
from asr.recognizer import Word
from language import words as words_table
from language.homophones import Repairer
from language.sounds import CJK
from language.words import Words

# A reader expects a comma at a silence of this length between two words; shorter ones are breath.
COMMA_S = 0.35
# Between two numerals even a long pause is no comma: people think while they say a number.
_NUMERAL = frozenset("零〇一二三四五六七八九十百千万亿幺两点0123456789")
_MARKS = "，。！？、；：,.!?;:…"
_DIGITS = _NUMERAL - {"点"}
_WIDE = {",": "，", "?": "？", "!": "！", ";": "；"}
_QUESTION = re.compile(r"(?:吗|么|呢|什么|哪里|哪儿|怎么办|多少|几点|多久)$")
_HOUSE = re.compile(r"(?<=[路街巷弄道])(\d+)好")
# 什么 and 那么 end in 么 and ask nothing by themselves.
_NO_QUESTION = re.compile(r"(?:那么|这么|没什么)$")


@dataclass(frozen=True)
class Layers:
    """Which layers run. The names are those of `minsheng asr evaluate`."""

    spaces: bool = True
    script: bool = True
    homophones: bool = True
    hot_words: bool = True
    punctuation: bool = True
    numerals: bool = True

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(f.name for f in fields(cls))

    @classmethod
    def none(cls) -> Layers:
        return cls(**dict.fromkeys(cls.names(), False))

    def without(self, *names: str) -> Layers:
        return replace(self, **dict.fromkeys(names, False))


ALL = Layers()


@dataclass(frozen=True)
class MendedText:
    text: str
    # The text after each layer that ran, in order.
    stages: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@lru_cache(maxsize=1)
def table_of_words(path: Path) -> Words:
    """What `language.words.build` wrote; read once for all who ask. Raises OSError, EOFError, ValueError."""
    return words_table.load(path)


class TextMender:
    """Shared by all streams; thread-safe. Without a `repairer` that layer does nothing."""

    def __init__(
        self,
        repairer: Repairer | None = None,
        is_common: Callable[[str], bool] | None = None,
        lexicon: Iterable[str] = (),
    ) -> None:
        self._repairer = repairer
        # Our own names, which everybody may say; a client's hot words are added.
        self._lexicon = tuple(lexicon)
        self._is_common = is_common
        # Clients send the same list with each call; preparing it costs pinyin for each word.
        self._hot_words = lru_cache(maxsize=64)(self._prepared)

    @classmethod
    def from_table(cls, path: Path, lexicon: Iterable[str] = ()) -> TextMender:
        """With the table of words that `language.words.build` wrote; without that layer if there is none."""
        try:
            table = table_of_words(path)
        except (OSError, EOFError, ValueError):
            return cls(lexicon=lexicon)
        return cls(Repairer(table), is_common=lambda word: word in table.counts, lexicon=lexicon)

    def mend(
        self, raw: str, words: Sequence[Word] = (), layers: Layers = ALL, hot_words: Iterable[str] = ()
    ) -> MendedText:  # fmt: skip
        """`words` give the pauses; without them no comma is set."""
        text = raw
        stages: list[tuple[str, str]] = []
        wanted = (*hot_words, *self._lexicon)
        steps: tuple[tuple[str, Callable[[str], str]], ...] = (
            ("spaces", without_spaces),
            ("script", simplified),
            ("homophones", self._repaired),
            ("hot_words", lambda t: self._hot_words(wanted).repair(t) if wanted else t),
            ("punctuation", lambda t: punctuated(t, pauses(t, words))),
            ("numerals", lambda t: house_numbers(to_digits(t))),
        )
        for name, step in steps:
            if getattr(layers, name) and text:
                text = step(text)
                stages.append((name, text))
        return MendedText(text, tuple(stages))

    def _repaired(self, text: str) -> str:
        return keep_numerals(text, self._repairer.repair(text)) if self._repairer else text

    def _prepared(self, words: tuple[str, ...]) -> HotWords:
        return HotWords(words, self._is_common)


def keep_numerals(heard: str, repaired: str) -> str:
    """`repaired`, but each run of changes that takes or makes a numeral as it was heard.

    A telephone number has no likeliest reading: 四八二 must never become 十八二. Both texts are equally long.
    """
    result = list(repaired)
    start = 0
    while start < len(heard):
        end = start
        while end < len(heard) and heard[end] != repaired[end]:
            end += 1
        if not _DIGITS.isdisjoint(heard[start:end] + repaired[start:end]):
            result[start:end] = heard[start:end]
        start = max(end, start + 1)
    return "".join(result)


def house_numbers(text: str) -> str:
    """和平路88好 becomes 和平路88号: after a house number nobody says that a road is fine."""
    return _HOUSE.sub(r"\1号", text)


def without_spaces(text: str) -> str:
    """Spaces go except between two letters or digits: 打 开 A P P is 打开APP, but iPhone 15 stays."""
    text = re.sub(r"(?<=\b[A-Za-z])\s+(?=[A-Za-z]\b)", "", text)
    return re.sub(r"(?<![A-Za-z0-9])\s+|\s+(?![A-Za-z0-9])", "", text.strip())


@lru_cache(maxsize=1)
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


def simplified(text: str) -> str:
    """Simplified characters; Whisper writes traditional ones now and then."""
    return _converter()(text)


def pauses(text: str, words: Sequence[Word]) -> list[tuple[int, float]]:
    """(position in `text`, seconds of silence before it) for each gap between two words.

    Empty if the words do not spell the text, because then no pause has a place. Repaired characters count as
    the same, since repairs keep the length.
    """
    bare = [i for i, c in enumerate(text) if c not in _MARKS and not c.isspace()]
    lengths = [sum(1 for c in word.text if c not in _MARKS and not c.isspace()) for word in words]
    if sum(lengths) != len(bare):
        return []
    found: list[tuple[int, float]] = []
    position = 0
    for previous, word, length in zip(words, words[1:], lengths, strict=False):
        position += length
        if 0 < position < len(bare):
            found.append((bare[position], word.start_s - previous.end_s))
    return found


def punctuated(text: str, gaps: Sequence[tuple[int, float]]) -> str:
    """Commas where the speaker paused, and a full stop or question mark at the end."""
    commas = {
        position
        for position, seconds in gaps
        if seconds >= COMMA_S
        and text[position - 1] not in _MARKS
        and text[position] not in _MARKS
        and not (text[position - 1] in _NUMERAL and text[position] in _NUMERAL)
    }
    marked = "".join("，" + c if i in commas else c for i, c in enumerate(text))
    # Whisper writes Western marks between Chinese characters.
    marked = re.sub(r"(?<=[\u3400-\u9fff])[,?!;]", lambda m: _WIDE[m[0]], marked)
    if not marked or marked[-1] in _MARKS or not (CJK.match(marked[-1]) or marked[-1].isalnum()):
        return marked
    asks = _QUESTION.search(marked) and not _NO_QUESTION.search(marked)
    return marked + ("？" if asks else "。")
