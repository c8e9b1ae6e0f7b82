"""Readings of characters that a dictionary gets wrong: 三幢, 还款, 朝阳路, 曾女士. Pure, except that it reads the table.

Ops may add to the table, data/readings.tsv. A row's kind says where it holds: a surname only in a name, a place only
before an ending of places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parents[2] / "data" / "readings.tsv"
HEADER = "kind\tword\treading"
_SYLLABLE = re.compile("[a-zü]{1,6}[1-5]")
_HAN = r"[\u3400-\u9fff]"

_TITLE = "某|先生|女士|小姐|师傅|老师|阿姨|叔叔|大爷|大妈|大姐|大哥|奶奶|爷爷|同志"
_NAMED = r"(?:联系人|姓名|名字|称呼|反映人|来电人|我叫|您叫|记为|记成)[是为：:，,\s]{0,3}"
# The most frequent surnames, without those that are also small words (于, 方, 向).
_COMMON = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范廖贾夏韦付"
    "邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵钱严武戴莫孔汤"
)
_PLACE_END = (
    "[东南西北中大新]?[0-9一二三四五六七八九十]{0,3}(?:路|街|巷|弄|里|区|镇|乡|村|小区|新村|花园|苑|园|公园|门|桥|广场|大厦|大道|社区|"
    "站|家园|府|庭|城|湖|河)"
)
# Where each kind holds; WORDS is the alternation of its words.
_WHERE = {
    # 李华先生 and 王建华先生 are no 华先生; 业主华先生 is one.
    "surname": (
        rf"(?<![{_COMMON}])(?<![{_COMMON}].)(?P<word>WORDS)(?={_TITLE})",
        r"(?<=姓)(?P<word>WORDS)(?![名氏])",
        rf"{_NAMED}(?P<word>WORDS)(?={_HAN}{{1,2}}(?:$|[，。！？、；,\s]|{_TITLE}|对吗|吗))",
    ),
    "place": (rf"(?P<word>WORDS)(?={_PLACE_END})",),
    "number": (r"(?<=[0-9零一二三四五六七八九十百])(?P<word>WORDS)",),
    "word": (r"(?P<word>WORDS)",),
}


class BadReadings(ValueError):
    """The table cannot be used; the message names the line."""


@dataclass(frozen=True)
class Reading:
    """Characters `start` to `end` (exclusive) of a text: a syllable with its tone for each, 5 the neutral one."""

    start: int
    end: int
    syllables: tuple[str, ...]


class Readings:
    def __init__(self, rows: dict[str, dict[str, tuple[str, ...]]]) -> None:
        """Syllables by kind and word."""
        self._rows = rows
        self._patterns = [
            (
                rows[kind],
                re.compile(pattern.replace("WORDS", "|".join(sorted(rows[kind], key=len, reverse=True)))),
            )
            for kind, patterns in _WHERE.items()
            if rows.get(kind)
            for pattern in patterns
        ]

    def rows(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Kind, word and syllables."""
        for kind, words in self._rows.items():
            for word, syllables in words.items():
                yield kind, word, syllables

    def find(self, text: str) -> list[Reading]:
        """In order and without overlaps: names before places before words."""
        found: list[Reading] = []
        taken = [False] * len(text)
        for words, pattern in self._patterns:
            for match in pattern.finditer(text):
                start, end = match.span("word")
                if not any(taken[start:end]):
                    taken[start:end] = [True] * (end - start)
                    found.append(Reading(start, end, words[match["word"]]))
        return sorted(found, key=lambda reading: reading.start)


def read_table(path: Path) -> Readings:
    """Raises BadReadings, OSError."""
    lines = [
        (number, line.rstrip("\n"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    if not lines or lines[0][1] != HEADER:
        raise BadReadings(f"{path}: the first line must be kind, word, reading, with tabs between them")
    rows: dict[str, dict[str, tuple[str, ...]]] = {}
    for number, line in lines[1:]:
        kind, word, reading = (line.split("\t") + ["", ""])[:3]
        syllables = tuple(reading.split())
        if kind not in _WHERE:
            raise BadReadings(f"{path}, line {number}: the kind is one of {', '.join(_WHERE)}")
        if not re.fullmatch(f"{_HAN}+", word) or len(syllables) != len(word):
            raise BadReadings(f"{path}, line {number}: one syllable for each Chinese character, please")
        if not all(_SYLLABLE.fullmatch(syllable) for syllable in syllables):
            raise BadReadings(f"{path}, line {number}: a syllable is written like zhuang4, with its tone")
        rows.setdefault(kind, {})[word] = syllables
    return Readings(rows)


@cache
def shipped() -> Readings:
    return read_table(FILE)
