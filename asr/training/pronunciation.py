"""How a dialect says the sounds of Mandarin: tables of changes (`asr/dialects/pronunciation/*.tsv`), and the ways to say a
word that follow from them. Pure, except that it reads the tables.

A line is a change: what Mandarin has, what the dialect says, and a cost, with tabs between them. What changes together, because
who does the one does the other, stands in one line with spaces:

    zh- ch- sh-   z- c- s-   0.5    initials
    -ing          -in        0.7    a final, in full: -iou, -uei, -uen, and -ir, -iz after zh and z
    hui           fei        1.0    a syllable, whatever its tone; with a tone on both sides (jie1, gai1) only that one
    2 3 4         3 4 3      0.7    tones

A cost is a negative natural logarithm: 0.7 is one speaker in two. Who has one accent has the others, too, so a way to say a
word costs what its dearest change does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TypeVar

from asr.errors import AsrError
from asr.training import units

FOLDER = Path(__file__).resolve().parent.parent / "dialects" / "pronunciation"
# Ways to say one word at most, the usual one among them. Each makes the graph larger.
MOST_WAYS = 4
# Changes that are looked at in one word; of more, the cheapest. All of them at once is one of the ways.
_MOST_CHANGES = 6
_COSTS = (0.0, 6.0)
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_TONES = frozenset("12345")
_INITIALS = frozenset(units.INITIALS)
_FINALS = frozenset(units.FINALS)
_RETROFLEX, _SIBILANT, _PALATAL = frozenset({"zh", "ch", "sh", "r"}), frozenset("zcs"), frozenset("jqx")


_Part = TypeVar("_Part")


class PronunciationError(AsrError):
    """A table cannot be used. The message is one line: the file, the line, and what to do."""


@dataclass(frozen=True)
class Sound:
    """A syllable in units; `initial` is empty where there is none."""

    initial: str
    final: str
    tone: str


@dataclass(frozen=True)
class Change:
    """A line of a table. Each mapping is from what Mandarin has to what is said."""

    cost: float
    initials: dict[str, str]
    finals: dict[str, str]
    tones: dict[str, str]
    # An empty tone on both sides stands for every tone.
    syllables: dict[Sound, Sound]


@dataclass(frozen=True)
class Way:
    """One way to say a word: numbers of units, and what it costs more than the usual one."""

    units: tuple[int, ...]
    cost: float


class Pronunciation:
    """The changes of one dialect. Immutable, safe to share."""

    def __init__(self, changes: Sequence[Change] = ()) -> None:
        self._changes = tuple(changes)

    def __bool__(self) -> bool:
        return bool(self._changes)

    def ways(self, word: tuple[int, ...], most: int = MOST_WAYS) -> tuple[Way, ...]:
        """The usual way first, then all changes at once, then fewer of them, the cheapest first; at most `most` in all."""
        usual = Way(word, 0.0)
        if not self._changes or most < 2:
            return (usual,)
        sounds = sounds_of(word)
        able = [change for change in self._changes if _changed(sounds, (change,)) not in (None, sounds)]
        able = sorted(able, key=lambda change: change.cost)[:_MOST_CHANGES]
        fewer = [chosen for n in range(1, len(able)) for chosen in combinations(able, n)]
        fewer.sort(key=lambda chosen: max(change.cost for change in chosen))
        found: dict[tuple[int, ...], float] = {}
        for chosen in [tuple(able), *fewer] if able else ():
            changed = _changed(sounds, chosen)
            if changed is None:
                continue
            said = units_of(changed)
            if said != word:
                found.setdefault(said, max(change.cost for change in chosen))
            if len(found) == most - 1:
                break
        return (usual, *(Way(said, cost) for said, cost in found.items()))


PLAIN = Pronunciation()


def sounds_of(word: Iterable[int]) -> tuple[Sound, ...]:
    """The syllables of a word that is given in units."""
    found: list[Sound] = []
    initial = ""
    for number in word:
        unit = units.UNITS[number]
        if unit in _INITIALS:
            initial = unit
        else:
            found.append(Sound(initial, unit[:-1], unit[-1]))
            initial = ""
    return tuple(found)


def units_of(sounds: Iterable[Sound]) -> tuple[int, ...]:
    return tuple(
        units.NUMBER[unit] for sound in sounds for unit in (sound.initial, sound.final + sound.tone) if unit
    )


def _changed(sounds: Sequence[Sound], changes: Sequence[Change]) -> tuple[Sound, ...] | None:
    """All sounds that the changes touch, changed; None where two of them want the same thing."""
    found = []
    for sound in sounds:
        said = _said(sound, changes)
        if said is None:
            return None
        found.append(said)
    return tuple(found)


def _said(sound: Sound, changes: Sequence[Change]) -> Sound | None:
    new: dict[str, str] = {}
    for change in changes:
        for part, value in _parts(sound, change):
            if new.setdefault(part, value) != value:
                return None
    said = Sound(**{"initial": sound.initial, "final": sound.final, "tone": sound.tone, **new})
    return _pronounceable(said) or sound


def _parts(sound: Sound, change: Change) -> Iterator[tuple[str, str]]:
    """What a change makes of one syllable, part by part."""
    for tone in (sound.tone, ""):
        whole = change.syllables.get(Sound(sound.initial, sound.final, tone))
        if whole is not None:
            yield "initial", whole.initial
            yield "final", whole.final
            if whole.tone:
                yield "tone", whole.tone
            return
    if sound.initial in change.initials:
        yield "initial", change.initials[sound.initial]
    if sound.final in change.finals:
        yield "final", change.finals[sound.final]
    if sound.tone in change.tones:
        yield "tone", change.tones[sound.tone]


def _pronounceable(sound: Sound) -> Sound | None:
    """The vowel of zhi follows its initial: zi, ji; None after any other, where it is no vowel at all."""
    if sound.final not in ("ir", "iz"):
        return sound
    if sound.initial in _RETROFLEX:
        return Sound(sound.initial, "ir", sound.tone)
    if sound.initial in _SIBILANT:
        return Sound(sound.initial, "iz", sound.tone)
    return Sound(sound.initial, "i", sound.tone) if sound.initial in _PALATAL else None


# -- tables ---------------------------------------------------------------------------------------------


def load_pronunciation(name: str, folder: Path = FOLDER) -> Pronunciation:
    """The table of that name. Raises PronunciationError."""
    path = folder / f"{name}.tsv"
    if not _NAME.fullmatch(name) or not path.is_file():
        known = ", ".join(sorted(found.stem for found in folder.glob("*.tsv"))) or "none"
        raise PronunciationError(f"there is no table {name} in {folder}; there are {known}")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PronunciationError(
            f"{path}: cannot be read as UTF-8 ({type(error).__name__}); save it as UTF-8, or restore it from git"
        ) from error
    changes: list[Change] = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            changes.append(_change(line))
        except ValueError as error:
            raise PronunciationError(f"{path}, line {number}: {error}") from error
    if not changes:
        raise PronunciationError(f"{path}: holds no change; take it out, and the keys that name it")
    return Pronunciation(changes)


def _change(line: str) -> Change:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) != 3 or not all(cells):
        raise ValueError("needs what Mandarin has, what is said and a cost, with tabs between them")
    befores, afters = cells[0].split(), cells[1].split()
    if len(befores) != len(afters):
        raise ValueError(f"{len(befores)} sounds become {len(afters)}; write one for each, with spaces")
    change = Change(_cost(cells[2]), {}, {}, {}, {})
    for before, after in zip(befores, afters, strict=True):
        _add(change, before, after)
    return change


def _cost(text: str) -> float:
    low, high = _COSTS
    try:
        cost = float(text)
    except ValueError:
        cost = math.nan
    if not low < cost <= high:
        raise ValueError(f"{text} is no cost: a number above {low:g} and up to {high:g}, such as 0.7")
    return cost


def _add(change: Change, before: str, after: str) -> None:
    if before == after:
        raise ValueError(f"{before} is said as it is; take it out")
    if before in _TONES and after in _TONES:
        _once(change.tones, before, after)
    elif before.endswith("-"):
        _once(change.initials, _initial(before), _initial(after))
    elif before.startswith("-"):
        _once(change.finals, _final(before), _final(after))
    else:
        old, new = _syllable(before), _syllable(after)
        if bool(old.tone) != bool(new.tone):
            raise ValueError(f"{before} {after}: a tone on both sides, or on none")
        _once(change.syllables, old, new)


def _once(mapping: dict[_Part, _Part], before: _Part, after: _Part) -> None:
    if mapping.setdefault(before, after) != after:
        raise ValueError("a sound stands there twice; take one out, or give it a line of its own")


def _initial(text: str) -> str:
    if not text.endswith("-") or text[:-1] not in _INITIALS:
        raise ValueError(f"{text} is no initial; there are {' '.join(i + '-' for i in units.INITIALS)}")
    return text[:-1]


def _final(text: str) -> str:
    if not text.startswith("-") or text[1:] not in _FINALS:
        raise ValueError(f"{text} is no final; there are {' '.join('-' + f for f in units.FINALS)}")
    return text[1:]


def _syllable(text: str) -> Sound:
    toned = text[-1:] in _TONES
    spelled = units.syllable(text if toned else f"{text}5")
    sounds = sounds_of(units.NUMBER[unit] for unit in spelled) if spelled else ()
    if len(sounds) != 1:
        raise ValueError(f"{text} is no syllable of pinyin; mark initials as zh- and finals as -ing")
    return sounds[0] if toned else Sound(sounds[0].initial, sounds[0].final, "")
