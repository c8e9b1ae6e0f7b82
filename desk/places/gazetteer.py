"""The city's own place names: districts, streets, communities, roads and landmarks, and which lies in which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pypinyin import lazy_pinyin

_FOLDER = Path(__file__).resolve().parents[2] / "data" / "places"
SHIPPED = (_FOLDER / "mingzhou.tsv", _FOLDER / "landmarks.tsv")
COLUMNS = ("level", "name", "parent", "aliases")
# How many problems of a file fit into the one line: another city's file has thousands.
_TOLD = 5
LEVELS = ("city", "district", "street", "community", "road", "landmark")


class GazetteerError(Exception):
    """The file is missing or wrong. `problems` has one line each, with the line number of the file."""

    def __init__(self, path: str, problems: Iterable[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        told = "; ".join(self.problems[:_TOLD])
        more = len(self.problems) - _TOLD
        super().__init__(f"{path}: {told}" + (f"; and {more} more" if more > 0 else ""))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One name of the file. A name may occur once under each parent (a 人民路 in several districts)."""

    level: str
    name: str
    parent: str
    aliases: tuple[str, ...] = ()


class Gazetteer:
    """Names with their way up to the district. Immutable after loading, safe to share."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        self._by_name: dict[str, list[Entry]] = {}
        self._parents: dict[str, list[Entry]] = {}
        for entry in self._entries:
            for name in (entry.name, *entry.aliases):
                known = self._by_name.setdefault(name, [])
                if entry not in known:
                    known.append(entry)
            self._parents.setdefault(entry.name, []).append(entry)
        # Longest first, so that a name never hides inside a longer one that starts at the same place.
        longest_first = sorted(self._by_name, key=lambda name: (-len(name), name))
        self._any_name = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        self._by_sound: dict[tuple[str, ...], set[str]] = {}
        for entry in self._entries:
            self._by_sound.setdefault(sound_of(entry.name), set()).add(entry.name)

    def __len__(self) -> int:
        return len(self._entries)

    @classmethod
    def load(cls, path: Path, *more: Path) -> Gazetteer:
        """Read TSV files with the columns level, name, parent, aliases (separated by `|`, `,` or `、`).

        A parent may be in any of the files read before or in the same one.

        Raises:
            GazetteerError: every problem of a file at once, each with its line.
        """
        entries: list[Entry] = []
        for file in (path, *more):
            try:
                lines = file.read_text(encoding="utf-8-sig").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise GazetteerError(str(file), [f"cannot be read: {error}"]) from error
            entries += _parse(str(file), lines, entries)
        return cls(entries)

    def entries(self, level: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._entries if entry.level == level)

    def occurrences(self, text: str) -> Iterator[tuple[int, int, tuple[Entry, ...]]]:
        """Names and aliases in a text as (start, end, entries of that name), left to right, not overlapping."""
        for match in self._any_name.finditer(text):
            yield match.start(), match.end(), tuple(self._by_name[match.group()])

    def sounding_like(self, name: str, level: str) -> tuple[Entry, ...]:
        """Entries of the level that sound like `name` (tones aside): 河平路 finds 和平路.

        Empty if no name or several names sound so.
        """
        names = self._by_sound.get(sound_of(name), set())
        same_level = [entry for found in names for entry in self._by_name[found] if entry.level == level]
        return tuple(same_level) if len({entry.name for entry in same_level}) == 1 else ()

    def way_up(self, entry: Entry) -> dict[str, str]:
        """Level -> name from the entry up to the city, itself included. Stops where a parent is ambiguous."""
        way = {entry.level: entry.name}
        current = entry
        while len(above := self._above(current)) == 1:
            current = above[0]
            way[current.level] = current.name
        return way

    def ways_up(self, entry: Entry) -> list[dict[str, str]]:
        """Every way up: several where a parent's name occurs more than once."""
        ways = [way for parent in self._above(entry) for way in self.ways_up(parent)] or [{}]
        return [{entry.level: entry.name, **way} for way in ways]

    def named(self, name: str) -> tuple[Entry, ...]:
        """All entries of this name or alias."""
        return tuple(self._by_name.get(name, ()))

    def _above(self, entry: Entry) -> list[Entry]:
        return [
            parent
            for parent in self._parents.get(entry.parent, ())
            if LEVELS.index(parent.level) < LEVELS.index(entry.level)
        ]


@lru_cache(maxsize=1)
def default_gazetteer() -> Gazetteer:
    """The shipped files, read once. A missing file is an error, not an empty city."""
    return Gazetteer.load(*SHIPPED)


def sound_of(name: str) -> tuple[str, ...]:
    """Pinyin without tones, one syllable a character."""
    return tuple(lazy_pinyin(name))


def _parse(path: str, lines: list[str], known: list[Entry]) -> list[Entry]:
    problems: list[str] = []
    entries: list[tuple[int, Entry]] = []
    if not lines:
        raise GazetteerError(path, ["is empty"])
    header = tuple(cell.strip() for cell in lines[0].split("\t"))
    if header != COLUMNS:
        raise GazetteerError(
            path, [f"line 1: the columns must be {' '.join(COLUMNS)}, found {' '.join(header)}"]
        )
    seen: set[tuple[str, str, str]] = set()
    for line_number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) == 3:
            cells.append("")
        if len(cells) != 4:
            problems.append(f"line {line_number}: {len(cells)} columns instead of 4")
            continue
        level, name, parent, aliases = cells
        parent = "" if parent == "-" else parent
        if level not in LEVELS:
            problems.append(f"line {line_number}: unknown level {level!r}")
        elif len(name) < 2:
            problems.append(f"line {line_number}: the name {name!r} is too short")
        elif (level, name, parent) in seen:
            problems.append(f"line {line_number}: {name} is there twice")
        else:
            seen.add((level, name, parent))
            entries.append(
                (line_number, Entry(level=level, name=name, parent=parent, aliases=_split_aliases(aliases)))
            )
    problems.extend(_orphans(entries, known))
    if not entries and not problems:
        problems.append("has no places")
    if problems:
        raise GazetteerError(path, problems)
    return [entry for _, entry in entries]


def _split_aliases(cell: str) -> tuple[str, ...]:
    for separator in ("|", "、", ",", ";"):
        cell = cell.replace(separator, ",")
    return tuple(alias.strip() for alias in cell.split(",") if alias.strip() not in ("", "-"))


def _orphans(entries: list[tuple[int, Entry]], known: list[Entry]) -> list[str]:
    by_name: dict[str, set[str]] = {}
    for entry in (*known, *(entry for _, entry in entries)):
        by_name.setdefault(entry.name, set()).add(entry.level)
    problems = []
    for line_number, entry in entries:
        if not entry.parent:
            # Streets and what lies in them need a district above; long roads that cross districts have none.
            if entry.level in ("street", "community"):
                problems.append(f"line {line_number}: {entry.name} ({entry.level}) needs a parent")
            continue
        above = {
            level
            for level in by_name.get(entry.parent, ())
            if LEVELS.index(level) < LEVELS.index(entry.level)
        }
        if not above and not (entry.level == "district" and entry.parent):
            problems.append(
                f"line {line_number}: the parent {entry.parent} of {entry.name} is not in "
                + ("this file or one before it (is it of the same city?)" if known else "the file")
            )
    return problems
