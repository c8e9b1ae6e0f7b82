"""The tables of words: reading and checking. A line is word, Mandarin and, if it needs one, a guard, with tabs between them.

A word may hold one slot, 遭{打|骗}; `{}` in the Mandarin is what stood in it. A word that means itself (仲裁 仲裁) keeps
what is in it from being touched. Simplified characters only: texts are brought to them before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from language.dialects.guards import BadGuard, Guard, read_guard
from language.normalise import normalise

FOLDER = Path(__file__).resolve().parent
MANDARIN, AUTO = "mandarin", "auto"

_SLOT = re.compile(r"\{([^{}]*)\}")
_NAME = re.compile(r"[a-z][a-z0-9-]*")


class BadDialectTable(Exception):
    """The message is one line: the file, the line and what to do."""


@dataclass(frozen=True)
class Row:
    """`line` counts from 1 in the table of `dialect`."""

    dialect: str
    word: str
    mandarin: str
    guard: Guard
    line: int = 0

    @property
    def keeps(self) -> bool:
        """Whether it is there to protect a Mandarin word."""
        return self.word == self.mandarin

    @property
    def tells(self) -> bool:
        """Whether the word shows that its dialect is spoken."""
        return not (self.keeps or self.guard.told_only or self.guard.common)


def read_folder(folder: Path = FOLDER) -> tuple[Row, ...]:
    """All tables of a folder, by name. Raises BadDialectTable."""
    paths = sorted(folder.glob("*.tsv"), key=lambda path: path.stem)
    if not paths:
        raise BadDialectTable(f"{folder}: no table of a dialect; restore it from git")
    return tuple(row for path in paths for row in read_table(path))


def read_table(path: Path) -> tuple[Row, ...]:
    """One table; its dialect is the name of the file. Raises BadDialectTable."""
    name = path.stem
    if not _NAME.fullmatch(name) or name in (MANDARIN, AUTO):
        raise BadDialectTable(
            f"{path}: name it after the dialect, in small Latin letters, and not {MANDARIN} or {AUTO}"
        )
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadDialectTable(
            f"{path}: cannot be read as UTF-8 ({type(error).__name__}); save it as UTF-8, or restore it from git"
        ) from error
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            for row in _rows(name, line, number):
                if row.word in seen:
                    raise ValueError(f"{row.word} stands in line {seen[row.word]}, too; take one out")
                seen[row.word] = number
                rows.append(row)
        except ValueError as error:
            raise BadDialectTable(f"{path}:{number}: {error}") from error
    return tuple(rows)


def _rows(name: str, line: str, number: int) -> Iterator[Row]:
    cells = line.split("\t")
    if len(cells) not in (2, 3) or not cells[0]:
        raise ValueError("needs word, Mandarin and, perhaps, a guard, with tabs between them")
    try:
        guard = read_guard(cells[2] if len(cells) == 3 else "")
    except BadGuard as error:
        raise BadGuard(f"the guard {error}") from error
    for word, mandarin in _filled(cells[0], cells[1]):
        if normalise(word).text != word:
            raise ValueError(f"{word} is never met: write it simplified, {normalise(word).text}")
        yield Row(name, word, mandarin, guard, number)


def _filled(word: str, mandarin: str) -> Iterator[tuple[str, str]]:
    slot = _SLOT.search(word)
    if slot is None:
        if "{" in word + mandarin or "}" in word + mandarin:
            raise ValueError("a slot is {甲|乙} in the word and {} in the Mandarin")
        yield word, mandarin
        return
    rest = word[slot.end() :]
    if "{" in rest or mandarin.count("{}") > 1 or "{" in mandarin.replace("{}", ""):
        raise ValueError("a word has one slot, {甲|乙}, and its Mandarin at most one {}")
    for filling in slot[1].split("|"):
        if not filling:
            raise ValueError("an empty text in the slot; take out the | beside it")
        yield word[: slot.start()] + filling + rest, mandarin.replace("{}", filling)
