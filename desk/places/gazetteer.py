"""The city's own place names: districts, streets, communities and roads, and which lies in which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "places" / "mingzhou.tsv"
COLUMNS = ("level", "name", "parent", "aliases")
LEVELS = ("city", "district", "street", "community", "road")


class GazetteerError(Exception):
    """The file is missing or wrong. `problems` has one line each, with the line number of the file."""

    def __init__(self, path: str, problems: Iterable[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__(f"{path}: " + "; ".join(self.problems))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One name of the file. The same name may occur once under each parent (two cities have a 人民路 in each district)."""

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

    def __len__(self) -> int:
        return len(self._entries)

    @classmethod
    def load(cls, path: Path) -> Gazetteer:
        """Read a TSV with the columns level, name, parent, aliases (aliases separated by `|`, `,` or `、`).

        Raises:
            GazetteerError: every problem of the file at once, each with its line.
        """
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise GazetteerError(str(path), [f"cannot be read: {error}"]) from error
        return cls(_parse(str(path), lines))

    def entries(self, level: str) -> tuple[Entry, ...]:
        return tuple(entry for entry in self._entries if entry.level == level)

    def names(self, level: str) -> tuple[str, ...]:
        """Every name and alias of a level, longest first (so that 湖滨路 never hides inside 东湖滨路)."""
        names = {name for entry in self.entries(level) for name in (entry.name, *entry.aliases)}
        return tuple(sorted(names, key=lambda name: (-len(name), name)))

    def find(self, level: str, name: str) -> tuple[Entry, ...]:
        """Entries of a level that have this name or alias."""
        return tuple(entry for entry in self._by_name.get(name, ()) if entry.level == level)

    def way_up(self, entry: Entry) -> dict[str, str]:
        """Level -> name from the entry up to the city, itself included. Stops where a parent is ambiguous."""
        way = {entry.level: entry.name}
        current = entry
        while current.parent:
            candidates = [
                parent
                for parent in self._parents.get(current.parent, ())
                if LEVELS.index(parent.level) < LEVELS.index(current.level)
            ]
            if len(candidates) != 1:
                break
            current = candidates[0]
            way[current.level] = current.name
        return way


@lru_cache(maxsize=1)
def default_gazetteer() -> Gazetteer:
    """The shipped file, read once. A missing file is an error, not an empty city."""
    return Gazetteer.load(SHIPPED)


def _parse(path: str, lines: list[str]) -> list[Entry]:
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
    problems.extend(_orphans(entries))
    if not entries and not problems:
        problems.append("has no places")
    if problems:
        raise GazetteerError(path, problems)
    return [entry for _, entry in entries]


def _split_aliases(cell: str) -> tuple[str, ...]:
    for separator in ("|", "、", ",", ";"):
        cell = cell.replace(separator, ",")
    return tuple(alias.strip() for alias in cell.split(",") if alias.strip() not in ("", "-"))


def _orphans(entries: list[tuple[int, Entry]]) -> list[str]:
    by_name: dict[str, set[str]] = {}
    for _, entry in entries:
        by_name.setdefault(entry.name, set()).add(entry.level)
    problems = []
    for line_number, entry in entries:
        if not entry.parent:
            # Streets and what lies in them need a district above; long roads that cross districts have no parent.
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
                f"line {line_number}: the parent {entry.parent} of {entry.name} is not in the file"
            )
    return problems
