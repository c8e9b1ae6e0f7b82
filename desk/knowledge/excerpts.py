"""Shortens a section to what a chat message or a voice can carry. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from desk.knowledge.sections import Passage, Section

# A voice takes half a minute for so many characters.
SPOKEN_CHARS = 120
PASSAGES_SHOWN = 3
_CLAUSE_ENDS = re.compile(r"[，,；;、。][^，,；;、。]*$")


def excerpt(section: Section, best_first: Sequence[Passage], limit: int) -> str:
    """The section itself where it is short; else its best passages as Markdown, in the order of the text."""
    if len(section.text) <= limit:
        return section.text
    chosen: set[Passage] = set()
    length = 0
    for passage in best_first:
        if passage.opens_list:
            continue
        length += len(passage.text)
        if chosen and (length > limit or len(chosen) == PASSAGES_SHOWN):
            break
        chosen.add(passage)
    lines: list[str] = []
    follows = False
    for passage in section.passages:
        if passage not in chosen:
            follows = False
        elif follows and not passage.item:
            lines[-1] += passage.text
        else:
            lines.append(f"- {passage.text}" if passage.item else passage.text)
            follows = not passage.item
    return "\n".join(lines)


def spoken(section: Section, best_first: Sequence[Passage]) -> str:
    """The best sentence of a section and what follows it, cut to what a voice may speak."""
    passages = section.passages
    best = next((passage for passage in best_first if not passage.opens_list), passages[0])
    text = best.text
    for passage in passages[passages.index(best) + 1 :][: PASSAGES_SHOWN - 1]:
        if passage.item != best.item or len(text) + len(passage.text) >= SPOKEN_CHARS:
            break
        text += ("" if text.endswith(("。", "；", ";", "！", "？")) else "；") + passage.text
    return clip(text)


def clip(text: str) -> str:
    """At most `SPOKEN_CHARS` characters, cut where a clause ends."""
    if len(text) <= SPOKEN_CHARS:
        return text
    return _CLAUSE_ENDS.sub("", text[:SPOKEN_CHARS]) + "。"
