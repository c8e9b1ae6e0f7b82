"""Cuts a place, as said, into stretches of one kind each, so that a correction can replace exactly one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desk.places.gazetteer import Gazetteer, default_gazetteer
from desk.places.names import HAN, find_names
from language.normalise import to_simplified
from language.numerals import arabic

# From large to small; a missing part goes in by this order.
KINDS = (
    "city", "district", "street", "village", "road", "number", "annex", "community", "phase", "group",
    "building", "unit", "floor", "room", "gate", "exit", "side",
)  # fmt: skip
# Kinds that name the place; the others only say which door.
NAMES = ("road", "community", "village", "landmark")
UPPER = ("city", "district", "street")

_NUM = "[0-9零〇一幺二两三四五六七八九十百]+"
_DOORS = re.compile(
    rf"(?P<lane>{_NUM}弄)"
    rf"|(?P<exit>[A-Z]\d?出?口|{_NUM}号出?口)"
    rf"|(?P<gate>(?:[东南西北]{{1,2}}|[前后正侧大小])门|{_NUM}号门)"
    rf"|(?P<side>[东南西北]{{1,2}}[边面头侧](?![上下子]))"
    rf"|(?P<phase>第?{_NUM}期|第?{_NUM}标段|[A-Z东西南北]区(?!别|分)|{_NUM}区)"
    rf"|(?P<building>(?:{_NUM}|[A-Za-z]\d?|[甲乙丙丁])(?:号楼(?![道梯])|栋|幢|座))"
    rf"|(?P<unit>(?:{_NUM}|[A-Za-z东西南北中])(?:单元|门洞))"
    rf"|(?P<annex>附{_NUM}号)"
    rf"|(?P<number>[甲乙丙丁]?{_NUM}(?:[-之]\d{{1,4}})?号(?!楼(?![道梯])|线|厂房|窗口|摊|铺|档口|柜)(?:大?院)?)"
    rf"|(?P<post>{_NUM}号(?:厂房|窗口|摊位?|铺|档口|柜))"
    rf"|(?P<group>第?{_NUM}[组队社](?!区))"
    rf"|(?P<room>(?<![0-9A-Za-z]){_NUM}(?:室|号房|房间)|(?<![0-9A-Za-z-])\d{{3,4}}(?![0-9米块元路号国省线年]))"
    rf"|(?P<floor>(?:地下|负)?{_NUM}[楼层](?![上下道])|[顶底]楼)"
)
# 36号门口, 88号楼下: behind a road the number is the house's, not that of a gate or building.
_HOUSE = re.compile(rf"{_NUM}号(?=门[口前外]|楼[上下])")
_VILLAGE = re.compile(rf"[{HAN}]{{2,6}}?(?:村(?!民|委)|屯|寨)")


@dataclass(frozen=True)
class Stretch:
    """Characters `start` to `end` (exclusive). `kind` is one of KINDS, or landmark, lane, post."""

    kind: str
    start: int
    end: int

    def of(self, text: str) -> str:
        return text[self.start : self.end]


def stretches(said: str, gazetteer: Gazetteer | None = None) -> list[Stretch]:
    """The stretches, left to right, not overlapping; text of no kind lies between them."""
    plain = to_simplified(said)
    found = [Stretch(f.part, f.start, f.end) for f in find_names(plain, gazetteer or default_gazetteer())]

    def free(start: int, end: int) -> bool:
        return all(end <= other.start or start >= other.end for other in found)

    roads = {road.end for road in found if road.kind == "road"}
    found += [Stretch("number", *house.span()) for house in _HOUSE.finditer(plain) if house.start() in roads]
    for match in _DOORS.finditer(plain):
        if match.lastgroup and free(match.start(), match.end()):
            found.append(Stretch(match.lastgroup, match.start(), match.end()))
    for match in _VILLAGE.finditer(plain):
        after = max((other.end for other in found if other.end <= match.end()), default=0)
        start = max(match.start(), after)
        if match.end() - start > 1 and free(start, match.end()):
            found.append(Stretch("village", start, match.end()))
    return sorted(found, key=lambda stretch: stretch.start)


def same_value(one: str, other: str) -> bool:
    """三单元 and 3单元 are the same door, 502 and 502室 too."""
    return _value(one) == _value(other)


def _value(words: str) -> str:
    digits = re.sub("[零〇一幺二两三四五六七八九十百]+", lambda found: arabic(found.group()), words)
    return re.sub("(?<=[0-9])(?:室|房间|号房)$", "", digits)
