"""Counts the words of everything that we ship, for `language.homophones`. Ten seconds, when the texts changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock
from rich.console import Console

from desk.settings import ROOT, WORDS_FILE
from language import words
from launcher.stale import WORD_INPUTS, digest

# Rasa's marks of entities: [和平路](address) and [和平路]{"entity": ...}.
_MARKED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def shipped_texts(data: Path) -> Iterator[str]:
    for path in sorted((data / "nlu").rglob("*.yml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.lstrip().startswith("- "):
                yield _MARKED.sub(r"\1", line.lstrip()[2:])
    for pattern in ("knowledge/**/*.md", "categories/examples/*.tsv", "emotion/*.tsv"):
        for path in sorted(data.glob(pattern)):
            yield path.read_text(encoding="utf-8")


def count_words(console: Console) -> Path:
    """Return the table of the present texts; count first if they changed. Two starters at once count once."""
    mark, wanted = WORDS_FILE.with_suffix(".digest"), digest(WORD_INPUTS)
    WORDS_FILE.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(WORDS_FILE.parent / ".words.lock"):
        if not (WORDS_FILE.exists() and mark.exists() and mark.read_text() == wanted):
            console.print("train: counting the words of the shipped texts (ten seconds)")
            words.build(WORDS_FILE, shipped_texts(ROOT / "data"), ROOT / "data" / "lexicon")
            mark.write_text(wanted)
    return WORDS_FILE
