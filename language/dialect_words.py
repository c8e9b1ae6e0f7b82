"""Words of dialects in Mandarin, so that one understanding serves all: 我哋樓下冇水 -> 我们楼下没有水. Pure but for the reading
of data/dialect_words.tsv, which ops edit.

Only for the understanding and for rules: an order keeps what the citizen said. Each character of the result knows where it
comes from, so that what is found in it can be shown in the citizen's own words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from language.normalise import NormalisedText, normalise, to_simplified

FILE = Path(__file__).resolve().parent.parent / "data" / "dialect_words.tsv"
_UNSURE = "?"


class BadDialectWords(Exception):
    """The message is one line: the file, the line and what to do."""


@dataclass(frozen=True)
class DialectWords:
    """A table of words. `sure` are those of each group that are never Mandarin, `unsure` those that are elsewhere."""

    meanings: dict[str, tuple[tuple[str, str], ...]]
    sure: re.Pattern[str]
    all: re.Pattern[str]

    def groups_in(self, text: str) -> frozenset[str]:
        """The dialects of which the text has a sure word; words that mean themselves tell nothing."""
        found = {
            group
            for match in self.sure.finditer(text)
            for group, meaning in self.meanings[match.group()]
            if meaning != match.group() and not group.endswith(_UNSURE)
        }
        return frozenset(found)

    def meaning(self, word: str, groups: frozenset[str]) -> str:
        """What the word is in Mandarin in a text of these dialects; itself if it is of none of them."""
        rows = self.meanings[word]
        # The same word of two dialects (忒, 冇得): that of the text's own counts, else the first that is sure.
        fitting = [meaning for group, meaning in rows if group.rstrip(_UNSURE) in groups]
        sure = [meaning for group, meaning in rows if not group.endswith(_UNSURE)]
        return (fitting or sure or [word])[0]


def to_mandarin(text: str, words: DialectWords | None = None) -> NormalisedText:
    """`text` normalised, with words of dialects in Mandarin; a text without any is only normalised."""
    table = words or dialect_words()
    plain = normalise(text)
    groups = table.groups_in(plain.text)
    if not groups:
        return plain
    characters: list[str] = []
    offsets: list[int] = []
    at = 0
    for match in table.all.finditer(plain.text):
        _keep(plain, at, match.start(), characters, offsets)
        at = match.end()
        meaning = table.meaning(match.group(), groups)
        for place, char in enumerate(meaning):
            # The last character of a meaning comes from the last of the word: a span over all of it covers the word.
            last = place == len(meaning) - 1
            offsets.append(plain.offsets[at - 1 if last else min(match.start() + place, at - 1)])
            characters.append(char)
    _keep(plain, at, len(plain.text), characters, offsets)
    return NormalisedText(text, "".join(characters), tuple(offsets))


def in_mandarin(text: str) -> NormalisedText | None:
    """`to_mandarin` of a text with words of a dialect or traditional characters; None for any other, which is read as it
    was written."""
    read = to_mandarin(text)
    strange = read.text != normalise(text).text or to_simplified(text) != text
    return read if strange and read.text else None


def _keep(plain: NormalisedText, start: int, end: int, characters: list[str], offsets: list[int]) -> None:
    characters.extend(plain.text[start:end])
    offsets.extend(plain.offsets[start:end])


@lru_cache(maxsize=1)
def dialect_words() -> DialectWords:
    """The table of this installation, read once. Raises BadDialectWords."""
    return load_dialect_words(FILE)


def load_dialect_words(path: Path) -> DialectWords:
    """Read and check. Raises BadDialectWords."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadDialectWords(
            f"{path}: cannot be read ({type(error).__name__}); restore it from git"
        ) from error
    meanings: dict[str, tuple[tuple[str, str], ...]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != 3 or not cells[0] or not cells[1]:
            raise BadDialectWords(f"{path}:{number}: needs group, word and Mandarin, with tabs between them")
        group, word, meaning = cells
        if normalise(word).text != word:
            raise BadDialectWords(
                f"{path}:{number}: {word} is never met: write it simplified, {normalise(word).text}"
            )
        known = meanings.get(word, ())
        if any(group == other for other, _ in known):
            raise BadDialectWords(f"{path}:{number}: {word} stands twice in the group {group}; take one out")
        meanings[word] = (*known, (group, meaning))
    sure = [w for w, rows in meanings.items() if any(not group.endswith(_UNSURE) for group, _ in rows)]
    return DialectWords(meanings, _any_of(sure), _any_of(list(meanings)))


def _any_of(words: list[str]) -> re.Pattern[str]:
    # Python takes the first that fits: the longest have to stand first.
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or "(?!)")
