"""Where words end, by jieba's general dictionary."""

from __future__ import annotations

import logging
from functools import cache
from typing import Any

import jieba

# jieba greets on stderr at each start otherwise.
jieba.setLogLevel(logging.WARNING)

# Characters at both sides of a position that decide which word it is in.
_AROUND = 8


@cache
def plain_tokenizer() -> Any:
    """One for the process: its dictionary takes a second to load and never changes."""
    return jieba.Tokenizer()


def word_at(text: str, position: int) -> tuple[int, int]:
    """The word that goes on over `position`; (position, position) where one ends there.

    >>> text = "市中医院门诊大厅的机器"
    >>> text[slice(*word_at(text, 7))], word_at(text, 8)
    ('大厅', (8, 8))
    """
    first = max(0, position - _AROUND)
    end = first
    for word in plain_tokenizer().cut(text[first : position + _AROUND], HMM=False):
        start, end = end, end + len(word)
        if start < position < end:
            return start, end
        if end >= position:
            break
    return position, position
