"""Several places of one name: tells whether the words leave open which is meant, and reads the citizen's choice."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from desk.places.gazetteer import Entry, Gazetteer, default_gazetteer
from desk.places.place import Place, format_place
from desk.places.spoken import place_said

# The smallest first: an estate tells most of where it is.
_SMALL_TO_LARGE = ("community", "landmark", "road", "street")
_NEGATED = re.compile(r"(?:不是|不在)[^,，。;；\s是]{1,12}?(?=[,，。;；\s]|是|而是|在|$)")
_FIRST = re.compile("^(?:第?一个|前(?:面|一个|头)(?:那个|的)?|头一个)")
_SECOND = re.compile("^(?:第二个|二个|后(?:面|一个|头)(?:那个|的)?)")
_ENDING = re.compile("(?:新区|区|县|旗|市|街道|镇|乡)$")


def namesakes(place: Place, gazetteer: Gazetteer | None = None) -> tuple[str, ...]:
    """The districts, or else the streets, in which places of this name lie, in the order of the file.

    Empty if there is one such place or no known one, or if the citizen has said which. A road through several streets
    is one road.
    """
    gazetteer = gazetteer or default_gazetteer()
    for level in _SMALL_TO_LARGE:
        ways = [way for entry in _entries(place, level, gazetteer) for way in gazetteer.ways_up(entry)]
        fitting = [
            way
            for way in ways
            if all(
                not getattr(place, name) or way.get(name, "") in ("", getattr(place, name))
                for name in _ABOVE[level]
            )
        ]
        if not fitting:
            continue
        for above in _ABOVE[level]:
            names = tuple(dict.fromkeys(way[above] for way in fitting if way.get(above)))
            if len(names) > 1 and not (level == "road" and above == "street"):
                return names
        return ()
    return ()


def chosen(words: str, names: Sequence[str], gazetteer: Gazetteer | None = None) -> str:
    """Which of `names` the answer means: by name, alias, name without its ending (青石的), or position in the list; else
    ""."""
    gazetteer = gazetteer or default_gazetteer()
    told = _NEGATED.sub("", words)
    meant = [name for name in names if any(alias in told for alias in _called(name, gazetteer))]
    if len(meant) == 1:
        return meant[0]
    if meant or len(names) < 2:
        return ""
    place = 0 if _FIRST.match(told) else 1 if _SECOND.match(told) else None
    return names[place] if place is not None and len(names) == 2 else ""


def within(place: Place, name: str) -> Place:
    """The place with the chosen district or street, also in its words."""
    said = format_place(place)
    more = place_said(place.city + name + said.removeprefix(place.city))
    return replace(more, text=place.text, confidence=max(place.confidence, more.confidence))


_ABOVE = {
    "community": ("district", "street"),
    "landmark": ("district", "street"),
    "road": ("district", "street"),
    "street": ("district",),
}


def _entries(place: Place, level: str, gazetteer: Gazetteer) -> list[Entry]:
    # A landmark has no part of its own and begins the detail.
    text = place.detail if level == "landmark" else getattr(place, level)
    return [
        entry
        for start, _, entries in gazetteer.occurrences(text)
        if start == 0
        for entry in entries
        if entry.level == level
    ]


def _called(name: str, gazetteer: Gazetteer) -> set[str]:
    known = {alias for entry in gazetteer.named(name) for alias in entry.aliases}
    short = _ENDING.sub("", name)
    return {name, *known, *([short] if len(short) > 1 else [])}
