"""Applies what a citizen corrects: the part that was named is replaced, the rest stays."""

from __future__ import annotations

from dataclasses import replace

from desk.places.place import PARTS, Place

_DOORS = ("number", "building", "unit", "room")


def merge(place: Place, correction: Place) -> Place:
    """`place` with the parts of `correction` put in; neither is changed.

    * A part alone replaces only itself: 三栋 the building, 86号 the number, 人民路 the road (the number stays,
      for a road that was misheard keeps its houses).
    * A whole new address (another road or community, with a door of its own) replaces everything below it.
    * Another district without a street drops the street, which lay in the old one.
    * The road of an address that had only a community is added to it, and the other way round, as long as
      both can lie in one district.
    """
    if not place:
        return correction
    if not correction:
        return place
    given = {name: value for name in PARTS if (value := getattr(correction, name))}
    kept = {name: value for name in PARTS if (value := getattr(place, name))}
    other_district = _differs(given, kept, "district")
    other_road, other_community = _differs(given, kept, "road"), _differs(given, kept, "community")
    named_elsewhere = ("road" in given or "community" in given) and not (other_road or other_community)
    if (other_road or other_community) and any(door in given for door in _DOORS):
        _drop(kept, "road", "community", *_DOORS, "detail")
    if other_district and named_elsewhere and not (given.keys() & kept.keys() & {"road", "community"}):
        _drop(kept, "road", "community", *_DOORS, "detail")
    if other_district or other_road or other_community:
        # The new name brings its own street if it is known; the old one may not fit any more.
        _drop(kept, "street")
    if other_community:
        _drop(kept, "building", "unit", "room")
    text = (
        "".join(part for part in (place.text, correction.text) if part) if given.keys() <= set(_DOORS) else ""
    )
    merged = Place(**(kept | given))
    return replace(
        merged,
        text=correction.text or text or place.text,
        confidence=max(correction.confidence, min(place.confidence, 0.95)),
    )


def _differs(given: dict[str, str], kept: dict[str, str], part: str) -> bool:
    return part in given and part in kept and given[part] != kept[part]


def _drop(parts: dict[str, str], *names: str) -> None:
    for name in names:
        parts.pop(name, None)
