"""Words that a city adds to the bundled model, read from the rows of a table. Pure.

Columns: word (词), reading (读音) and weight (权重), the last two optional. A reading is pinyin with a tone number for each
syllable (xing4 fu2 li3, 5 is the neutral tone); several are separated by `|`. A weight says how often the word is said,
compared with other added words.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from asr.errors import AsrError
from asr.training import units

MOST_WORDS = 20_000
MAX_CHARS = 20
MAX_READINGS = 4
WEIGHTS = (0.1, 100.0)
_COLUMNS = {
    "word": ("word", "name", "词", "词语", "名称"),
    "reading": ("reading", "pinyin", "读音", "拼音"),
    "weight": ("weight", "权重"),
}
_SEPARATORS = re.compile(r"[|/;；、]")
_BETWEEN = re.compile(r"[\s'’,，-]+")
_SYLLABLE = re.compile(r"[a-zü:]+[1-5]?|[0-9]")
# A Chinese character anywhere in Unicode; the model's own dictionary has those of the first block.
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af]")
_MARKED = re.compile(r"[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ]")


class WordsError(AsrError):
    """A table with wrong rows. `problems` has one line each, which names the row and says what to do."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(f"{len(problems)} problem(s); nothing was built")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class AddedWord:
    """`readings` in units, the usual one first."""

    text: str
    readings: tuple[tuple[int, ...], ...]
    weight: float = 1.0


@dataclass(frozen=True)
class LeftOut:
    """A word that the model cannot learn."""

    row: int
    text: str
    reason: str


@dataclass(frozen=True)
class AddedWords:
    words: tuple[AddedWord, ...]
    left_out: tuple[LeftOut, ...] = ()


def read_added(columns: Sequence[str], rows: Iterable[tuple[int, Sequence[str]]]) -> AddedWords:
    """The words of a table whose first row names the columns; the same word twice is one with the readings of both.

    Raises:
        WordsError: with every problem of the table.
    """
    places = _places(columns)
    problems: list[str] = []
    found: dict[str, AddedWord] = {}
    left_out: list[LeftOut] = []
    for row, cells in rows:
        if len(cells) > len(columns):
            problems.append(
                f"row {row}: has more cells than row 1 has columns; put what holds commas in quotes"
            )
            continue
        cell = {name: _plain(cells[at]) if at < len(cells) else "" for name, at in places.items()}
        text = re.sub(r"\s+", "", cell["word"])
        try:
            if not text:
                raise ValueError("has no word; fill the column word, or take the row out")
            readings, weight = _readings(text, cell.get("reading", "")), _weight(cell.get("weight", ""))
        except ValueError as error:
            problems.append(f"row {row}: {error}")
            continue
        reason = _unlearnable(text, readings)
        if reason:
            left_out.append(LeftOut(row, text, reason))
            continue
        word = AddedWord(text, readings or (units.word(text) or (),), weight)
        found[text] = _both(found[text], word) if text in found else word
    if len(found) > MOST_WORDS:
        problems.append(f"{len(found)} words; at most {MOST_WORDS} can be added, so take out rare ones")
    if not found and not problems:
        told = f": {left_out[0].text} {left_out[0].reason}" if left_out else ""
        problems.append(f"no word that can be added{told}")
    if problems:
        raise WordsError(problems)
    return AddedWords(tuple(found.values()), tuple(left_out))


def _places(columns: Sequence[str]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    unknown = []
    for at, name in enumerate(columns):
        meant = next((column for column, names in _COLUMNS.items() if name in names), None)
        if meant is None:
            unknown.append(name or f"column {at + 1} without a name")
        elif meant in found:
            raise WordsError([f"row 1: there are two columns {meant}; take one out"])
        else:
            found[meant] = at
    if "word" not in found:
        raise WordsError(
            ["row 1: the first row must name the columns: word, and if you have them reading and weight"]
        )
    if unknown:
        raise WordsError([f"row 1: unknown column {', '.join(unknown)}; there are {', '.join(_COLUMNS)}"])
    return found


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()


def _readings(text: str, cell: str) -> tuple[tuple[int, ...], ...]:
    """Empty for an empty cell. Raises ValueError."""
    told = [part.strip().lower() for part in _SEPARATORS.split(cell) if part.strip()]
    if len(told) > MAX_READINGS:
        raise ValueError(f"{len(told)} readings; at most {MAX_READINGS}")
    return tuple(dict.fromkeys(_reading(text, part) for part in told))


def _reading(text: str, said: str) -> tuple[int, ...]:
    if _MARKED.search(said):
        raise ValueError(f"reading {said}: write tones as numbers, such as xing4 fu2 li3")
    syllables = [part for piece in _BETWEEN.split(said) for part in _SYLLABLE.findall(piece)]
    if "".join(syllables) != _BETWEEN.sub("", said):
        raise ValueError(
            f"reading {said}: only pinyin with tone numbers, such as xing4 fu2 li3; several with | between"
        )
    numbers: list[int] = []
    for part in syllables:
        if part[-1] not in "12345":
            raise ValueError(f"reading {said}: {part} needs its tone, 1 to 5 (5 is the neutral one)")
        spelled = units.syllable(part.replace("u:", "ü"))
        if spelled is None or not part[:-1]:
            raise ValueError(f"reading {said}: {part} is no syllable of pinyin")
        numbers += [units.NUMBER[unit] for unit in spelled]
    if len(syllables) != len(text):
        raise ValueError(
            f"reading {said} has {len(syllables)} syllables, {text} {len(text)} characters; one for each"
        )
    return tuple(numbers)


def _weight(cell: str) -> float:
    """1 for an empty cell. Raises ValueError."""
    low, high = WEIGHTS
    try:
        weight = float(cell or 1)
    except ValueError:
        weight = math.nan
    if not low <= weight <= high:
        raise ValueError(f"weight {cell} is no number from {low:g} to {high:g} (1 is usual)")
    return weight


def _unlearnable(text: str, readings: Sequence[tuple[int, ...]]) -> str | None:
    """Why the word stays out; None if nothing speaks against it."""
    strange = "".join(dict.fromkeys(char for char in text if not _HAN.fullmatch(char)))
    if strange:
        return f"has {strange}, which the model cannot spell; add it as it is said, in Chinese characters"
    if len(text) < 2:
        return "is one character, which any sentence may hold"
    if len(text) > MAX_CHARS:
        return f"has more than {MAX_CHARS} characters; add its parts"
    if not readings and units.word(text) is None:
        rare = "".join(char for char in text if units.word(char) is None)
        return f"has {rare or 'a character'}, whose reading is unknown; add one in the column reading"
    return None


def _both(one: AddedWord, other: AddedWord) -> AddedWord:
    readings = tuple(dict.fromkeys((*one.readings, *other.readings)))[:MAX_READINGS]
    return AddedWord(one.text, readings, max(one.weight, other.weight))
