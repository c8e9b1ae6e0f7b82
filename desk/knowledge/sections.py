"""An article's answer in parts: sections under their headings, and the sentences and list items in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADING = re.compile(r"^#{1,6}\s*(.+?)\s*#*$")
_ITEM = re.compile(r"^\s*(?:[-+*]|\d{1,2}[.、)])\s+")
_SENTENCE = re.compile(r"[^。！!？?；;]+[。！!？?；;]*")
_MARKS = re.compile(r"[*_`]+")
# The last line of most articles says whom to ask; it belongs to no section.
_WHOM_TO_ASK = re.compile(r"^[^。]{0,18}(?:咨询|疑问|不清楚|投诉)[^。]*\d{5}[^。]*。?$")
WHOM_TO_ASK = "咨询电话"


@dataclass(frozen=True)
class Passage:
    """One sentence or one list item, as plain text. `item`: stands in a list."""

    text: str
    item: bool = False

    @property
    def opens_list(self) -> bool:
        """Whether the passage only announces a list."""
        return self.text.endswith((":", "："))


@dataclass(frozen=True)
class Section:
    """What stands under one heading; `heading` is empty for what stands above the first one."""

    heading: str
    text: str

    @property
    def passages(self) -> tuple[Passage, ...]:
        return tuple(_passages(self.text))


def cut(body: str) -> tuple[Section, ...]:
    """The sections of a Markdown text in order, empty ones left out."""
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in body.splitlines():
        heading = _HEADING.match(line.strip())
        if heading:
            found.append((_MARKS.sub("", heading.group(1)), []))
        else:
            found[-1][1].append(line)
    last = found[-1][1]
    while last and not last[-1].strip():
        last.pop()
    if len(last) > 1 and _WHOM_TO_ASK.match(_MARKS.sub("", last[-1])):
        found.append((WHOM_TO_ASK, [last.pop()]))
    sections = (Section(heading, "\n".join(lines).strip()) for heading, lines in found)
    return tuple(section for section in sections if section.text)


def _passages(text: str) -> Iterator[Passage]:
    for line in text.splitlines():
        plain = _MARKS.sub("", _ITEM.sub("", line)).strip()
        if not plain:
            continue
        if _ITEM.match(line):
            yield Passage(plain, item=True)
        else:
            for sentence in _SENTENCE.findall(plain):
                yield Passage(sentence.strip())
