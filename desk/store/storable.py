"""Text that every database of ours can hold.

Two things cannot be stored everywhere. PostgreSQL refuses NUL (U+0000), and half of a surrogate pair has no UTF-8. NUL is
dropped: it means nothing to a reader, it comes from programs that pad or that take UTF-16 for bytes (`气\\0漏\\0气\\0`), and
without it the words are whole again, for danger too. Half a pair stands for a character that is lost, so U+FFFD takes its
place and the gap is seen. Text is cleaned before anything else looks at it, so that nothing is checked that is changed later.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_ANY = re.compile("[\x00\ud800-\udfff]")
_NUL = "\x00"


def storable(text: str) -> str:
    """`text` as it can be stored; the same object where nothing has to change, which is nearly always."""
    if _ANY.search(text) is None:
        return text
    # A whole pair in two halves (JSON that was read piece by piece) is one character; only what is left alone is lost.
    whole = text.replace(_NUL, "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.replace(_NUL, "")


def storable_json(value: Any) -> Any:
    """The same for every text inside of what JSON can say, keys included. Anything else is given back as it is."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable_json(key): storable_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [storable_json(item) for item in value]
    return value
