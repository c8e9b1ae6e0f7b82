"""Splits a place into the columns of an order. Read one after the other they give what the citizen said."""

from __future__ import annotations

from typing import NamedTuple

from desk.places.gazetteer import Gazetteer, default_gazetteer
from desk.places.place import Place


class Columns(NamedTuple):
    """District and street may be derived; community and detail hold only what was said."""

    district: str
    street: str
    community: str
    detail: str


def columns_of(place: Place, gazetteer: Gazetteer | None = None) -> Columns:
    """Parts at the head of the place as said move into their columns; the rest is the detail.

    A community in the middle of the words stays there, or it would be read twice. A place in another city fills no
    column of ours. The own city's name is left out before a
    district: all columns lie in it.
    """
    if not place.said:
        doors = (place.road, place.number, place.building, place.unit, place.room, place.detail)
        return Columns(place.district, place.street, place.community, "".join(doors))
    rest = place.said
    if place.city and rest.startswith(place.city):
        own = {entry.name for entry in (gazetteer or default_gazetteer()).entries("city")}
        if place.city not in own:
            return Columns("", "", "", place.said)
        behind = _behind(rest, place.city)
        # 明州市实验小学 is a name, not a city and a school.
        rest = behind if place.district and behind.startswith(place.district) else rest
    # 东湖 alone is the district by its short name; 县城 is the town in it.
    town = place.district[-1:] == "县" and rest in (
        f"{place.district}城{end}" for end in ("", "里", "区", "上")
    )
    behind = rest[len(place.district) - 1 :] if town else _behind(rest, place.district)
    rest = "" if place.district.startswith(rest) else behind
    rest = _behind(rest, place.street)
    if place.community and rest.startswith(place.community):
        return Columns(place.district, place.street, place.community, _behind(rest, place.community))
    return Columns(place.district, place.street, "", rest)


def _behind(words: str, name: str) -> str:
    return words.removeprefix(name).lstrip("，的、") if name and words.startswith(name) else words
