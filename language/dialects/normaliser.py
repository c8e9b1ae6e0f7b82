"""Words of dialects in Mandarin, so that one understanding serves all: 我哋樓下冇水 -> 我们楼下没水.

Only for the understanding and for rules: an order keeps what the citizen said. Each character of the result knows where it
comes from, so that what is found in it can be shown in the citizen's own words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from language.dialects.tables import AUTO, FOLDER, MANDARIN, Row, read_folder
from language.normalise import NormalisedText, normalise, to_simplified


class UnknownDialect(ValueError):
    """The message names the dialects that there are."""


@dataclass(frozen=True)
class Change:
    """A word that was put into Mandarin: `start` to `end` (exclusive) of the result."""

    start: int
    end: int
    row: Row


@dataclass(frozen=True)
class InMandarin(NormalisedText):
    """`dialects` are those that the words told, the surest first."""

    changes: tuple[Change, ...] = ()
    dialects: tuple[str, ...] = ()

    def spans(self) -> list[tuple[int, int, int, int]]:
        """All of the result in pieces, each (start, end, start in the original, end in the original). A piece is a word that
        was put into Mandarin, or what stands between two."""
        edges = [edge for change in self.changes for edge in (change.start, change.end)]
        cuts = sorted({0, len(self.text), *edges})
        return [(a, b, *self.original_span(a, b)) for a, b in zip(cuts, cuts[1:], strict=False)]


class DialectNormaliser:
    """Immutable after construction, safe to share between threads; time is linear in the text."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)
        self.dialects = (MANDARIN, *dict.fromkeys(row.dialect for row in self.rows))
        by_word: dict[str, list[Row]] = {}
        for row in self.rows:
            by_word.setdefault(row.word, []).append(row)
        # First character -> words, the longest first.
        self._words: dict[str, list[tuple[str, tuple[Row, ...]]]] = {}
        for word in sorted(by_word, key=len, reverse=True):
            self._words.setdefault(word[0], []).append((word, tuple(by_word[word])))

    def read(self, text: str, dialect: str = AUTO) -> InMandarin:
        """`text` normalised, with words of `dialect` in Mandarin. With "auto" those of every dialect that can be nothing
        else, and the further ones of the dialects that these told. Raises UnknownDialect."""
        plain = normalise(text)
        if dialect == AUTO:
            told = Counter(
                row.dialect for _, _, rows in self._found(plain.text, None) for row in rows if row.tells
            )
            order = tuple(name for name, _ in told.most_common())
            return self._written(text, plain, self._found(plain.text, None, order), order)
        if dialect not in self.dialects:
            raise UnknownDialect(
                f"no dialect is called {dialect}; there are {', '.join((*self.dialects, AUTO))}"
            )
        found = self._found(plain.text, {dialect}, (dialect,))
        return self._written(text, plain, found, () if dialect == MANDARIN else (dialect,))

    def _found(
        self, text: str, only: Collection[str] | None, known: tuple[str, ...] = ()
    ) -> Iterator[tuple[int, int, list[Row]]]:
        """Words, longest first, with the rows that may be meant. `only` these tables count; None: all. Of the `known`
        dialects every row counts, and theirs first."""
        at = 0
        while at < len(text):
            for word, rows in self._words.get(text[at], ()):
                if not text.startswith(word, at):
                    continue
                end = at + len(word)
                fitting = [
                    row
                    for row in rows
                    if (only is None or row.dialect in only)
                    and (row.dialect in known or not row.guard.told_only)
                    and row.guard.allows(text, at, end)
                ]
                if fitting:
                    fitting.sort(
                        key=lambda row: known.index(row.dialect) if row.dialect in known else len(known)
                    )
                    yield at, end, fitting
                    at = end - 1
                    break
            at += 1

    def _written(
        self,
        text: str,
        plain: NormalisedText,
        found: Iterable[tuple[int, int, list[Row]]],
        dialects: tuple[str, ...],
    ) -> InMandarin:
        characters: list[str] = []
        offsets: list[int] = []
        changes: list[Change] = []
        done = 0
        for start, end, rows in found:
            characters.extend(plain.text[done:start])
            offsets.extend(plain.offsets[done:start])
            done, begun, meaning = end, len(characters), rows[0].mandarin
            for place, char in enumerate(meaning):
                # The last character of a meaning comes from the last of the word: a span over all of it covers the word.
                last = place == len(meaning) - 1
                offsets.append(plain.offsets[end - 1 if last else min(start + place, end - 1)])
                characters.append(char)
            if not rows[0].keeps and meaning:
                changes.append(Change(begun, len(characters), rows[0]))
        characters.extend(plain.text[done:])
        offsets.extend(plain.offsets[done:])
        return InMandarin(text, "".join(characters), tuple(offsets), tuple(changes), dialects)


@lru_cache(maxsize=1)
def dialect_normaliser() -> DialectNormaliser:
    """That of this installation, read once. Raises BadDialectTable."""
    return load_normaliser(FOLDER)


def load_normaliser(folder: Path) -> DialectNormaliser:
    """Raises BadDialectTable."""
    return DialectNormaliser(read_folder(folder))


# A turn is looked at by many rules, one after the other.
@lru_cache(maxsize=256)
def to_mandarin(text: str, dialect: str = AUTO) -> InMandarin:
    """Raises UnknownDialect, and BadDialectTable at the first call."""
    return dialect_normaliser().read(text, dialect)


def in_mandarin(text: str, dialect: str = AUTO) -> NormalisedText | None:
    """`to_mandarin` of a text with words of a dialect or traditional characters; None for any other, which is read as it
    was written. Raises as that does."""
    read = to_mandarin(text, dialect)
    strange = read.text != normalise(text).text or to_simplified(text) != text
    return read if strange and read.text else None
