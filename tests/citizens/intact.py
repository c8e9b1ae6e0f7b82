"""Whether a field holds what the citizen said, or something that was cut up and glued together again.

A field may leave out whole clauses and fillers, and may join what was said at different times; it may not be torn in the
middle of a clause, nor say twice what was said once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import jieba

from language.normalise import to_simplified
from language.numerals import NUMERAL_CHARS, arabic

_NUMERAL = re.compile(f"[{NUMERAL_CHARS}]+")
# What the hotline puts before a correction (desk/orders/drafting/describing.py).
_CORRECTED = re.compile(r"(?:^|\|)更正\|")
# Come and go without anybody missing them.
_FILLER = re.compile("那个|这个|就是|[的了嗯呃额啊哦哎诶吧嘛呢哈呀哟嘞咯室]")
# A value may begin after one of these in the middle of a clause, and end before one of those.
_LEAD = "在到叫是姓住为从找把跟往说给去靠改换按和对家"
_TAIL = "在那这里是有到上边旁门和把被的会附"
_EDGE = "|"
_SHORTEST_RUN = 2


def folded(text: str) -> str:
    """One shape for what sounds the same: half width, simplified, numerals as digits, no punctuation."""
    return _shaped(text).replace(_EDGE, "")


def is_intact(value: str, said: Sequence[str]) -> bool:
    """Whether `value` is made of whole runs of these messages.

    Where two runs meet, the first one has to end where a clause ended, or the second to begin where one began. No run
    begins or ends within a number, the first does not begin and the last does not end within a word.
    """
    wanted = _FILLER.sub("", _CORRECTED.sub(_EDGE, _shaped(value))).replace(_EDGE, "")
    sources = [source for message in said if (source := _source(message)).chars]
    if any(wanted == source.chars for source in sources):
        return True
    return _is_covered(wanted, sources) and not _is_doubled(wanted, sources)


@dataclass(frozen=True)
class _Source:
    """A message without its punctuation. Positions are those between characters: `edges` where clauses begin and end,
    `words` where words do (as jieba finds them, edges among them)."""

    chars: str
    edges: frozenset[int]
    words: frozenset[int]

    def is_edge(self, at: int) -> bool:
        return at in self.edges

    def begins(self, at: int) -> bool:
        return self.is_edge(at) or self.chars[at - 1] in _LEAD

    def ends(self, at: int) -> bool:
        return self.is_edge(at) or self.chars[at] in _TAIL

    def cuts_number(self, at: int) -> bool:
        within = 0 < at < len(self.chars) and not self.is_edge(at)
        return within and self.chars[at - 1].isdigit() and self.chars[at].isdigit()


@lru_cache(maxsize=1024)
def _source(message: str) -> _Source:
    chars, edges, words = "", {0}, {0}
    for clause in _shaped(message).split(_EDGE):
        for word in jieba.cut(_FILLER.sub("", clause)):
            chars += word
            words.add(len(chars))
        edges.add(len(chars))
    return _Source(chars, frozenset(edges), frozenset(words))


def _shaped(text: str) -> str:
    narrow = to_simplified(unicodedata.normalize("NFKC", text)).lower()
    digits = _NUMERAL.sub(lambda found: arabic(found[0]), narrow)
    return re.sub(r"[\W_]+", _EDGE, digits)


def _is_covered(wanted: str, sources: Sequence[_Source]) -> bool:
    """Walks through `wanted` from run to run; `reached[n]` is a set of whether the run that ended at n ended cleanly."""
    reached: list[set[bool]] = [set() for _ in range(len(wanted) + 1)]
    reached[0].add(True)
    for start in range(len(wanted)):
        if not reached[start]:
            continue
        for source in sources:
            for end, clean_start, clean_end in _runs(wanted, start, source):
                if clean_start or True in reached[start]:
                    reached[end].add(clean_end)
    return bool(reached[-1])


def _runs(wanted: str, start: int, source: _Source) -> list[tuple[int, bool, bool]]:
    """Each run of `source` with which `wanted` can go on at `start`: its end, and whether it begins and ends cleanly."""
    found = []
    at = source.chars.find(wanted[start])
    while at >= 0:
        length = 0
        while (
            start + length < len(wanted)
            and at + length < len(source.chars)
            and wanted[start + length] == source.chars[at + length]
        ):
            length += 1
            end = at + length
            whole_clause = source.is_edge(at) and source.is_edge(end)
            cuts_word = (start == 0 and at not in source.words) or (
                start + length == len(wanted) and end not in source.words
            )
            cuts = cuts_word or source.cuts_number(at) or source.cuts_number(end)
            if (length >= _SHORTEST_RUN or whole_clause) and not cuts:
                found.append((start + length, source.begins(at), source.ends(end)))
        at = source.chars.find(wanted[start], at + 1)
    return found


def _is_doubled(wanted: str, sources: Sequence[_Source]) -> bool:
    """68号号: something stands twice in a row that nobody said twice."""
    twice = [found[1] for found in re.finditer(r"(?=((\w{1,12})\2))", wanted) if not found[2].isdigit()]
    return any(not any(words in source.chars for source in sources) for words in twice)
