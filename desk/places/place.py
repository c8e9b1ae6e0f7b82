"""One place as the parts that an order needs, and how it is written out."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, kw_only=True)
class Place:
    """Parts of an address; an unknown part is the empty string.

    Parts carry their Chinese ending and Arabic digits: `number="88号"`, `building="3栋"`, `unit="2单元"`,
    `room="502室"` (or a floor, 5楼). `detail` is what is left (东门对面, 楼下烧烤店). `text` is the stretch of the
    input that was understood as an address, in the citizen's own words. `confidence` is 0 to 1; 0 means that
    nothing was found.
    """

    city: str = ""
    district: str = ""
    street: str = ""
    community: str = ""
    road: str = ""
    number: str = ""
    building: str = ""
    unit: str = ""
    room: str = ""
    detail: str = ""
    text: str = ""
    confidence: float = 0.0

    def __bool__(self) -> bool:
        """True if at least one part is known."""
        return any(getattr(self, name) for name in PARTS)

    @property
    def locatable(self) -> bool:
        """True if somebody could go there: more is known than a door or a district."""
        return bool(self.road or self.community or self.street or self.detail)


PARTS: tuple[str, ...] = tuple(f.name for f in fields(Place) if f.name not in ("text", "confidence"))


def format_place(place: Place) -> str:
    """The address in one line, the way it is written in China: from large to small, without spaces.

    Road and number come before the community (和平路88号幸福里小区3栋), a number without a road after it.
    """
    doors = place.building + place.unit + place.room + place.detail
    upper = place.city + place.district + place.street
    if place.road:
        return f"{upper}{place.road}{place.number}{place.community}{doors}"
    return f"{upper}{place.community}{place.number}{doors}"
