"""What is known of an order so far. Immutable; it travels as JSON in one slot of the tracker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from desk.places import Place, format_place

TYPES: dict[str, str] = {
    "consult": "咨询",
    "help": "求助",
    "complain": "投诉",
    "report": "举报",
    "suggest": "建议",
    "praise": "表扬",
}

# Everything that can be asked for. `confirm` is the summary, `duplicate` an offer of the caller's own open order.
ASKABLE = (
    "description",
    "place",
    "event_time",
    "subject",
    "appeal",
    "caller",
    "phone",
    "phone_check",
    "confidential",
    "duplicate",
    "confirm",
    "change",
    "cancel_check",
)


@dataclass(frozen=True)
class Value:
    """A field's value and where it came from: the turn, the characters of its text, how sure, by what means."""

    value: str
    turn: int
    start: int = 0
    end: int = 0
    confidence: float = 1.0
    origin: str = "said"

    def to_json(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "turn": self.turn,
            "start": self.start,
            "end": self.end,
            "confidence": self.confidence,
            "origin": self.origin,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Value:
        return cls(
            str(data["value"]),
            int(data["turn"]),
            int(data.get("start", 0)),
            int(data.get("end", 0)),
            float(data.get("confidence", 1.0)),
            str(data.get("origin", "said")),
        )


@dataclass(frozen=True)
class Draft:
    """An order in the making.

    `fields` holds description, appeal, event_time, subject, caller_name, caller_title, phone, callback_phone,
    confidential, reply_wanted. The place is kept in parts so that one part can be corrected alone.
    `skipped` are askable fields that the citizen declined; they are not asked again. `tries` counts bad answers.
    """

    draft_id: str
    type: str = "complain"
    fields: Mapping[str, Value] = field(default_factory=dict)
    place: Place = field(default_factory=Place)
    place_source: Value | None = None
    asked: str = ""
    skipped: frozenset[str] = frozenset()
    checked: frozenset[str] = frozenset()
    tries: Mapping[str, int] = field(default_factory=dict)
    before_cancel: str = ""
    duplicate_number: str = ""
    duplicate_on: str = ""
    phone_part: str = ""
    """The beginning of a telephone number that is told in pieces, digits alone."""
    later: tuple[Mapping[str, Any], ...] = ()
    """Turns, as JSON, that tell of other matters: each becomes an order when this one is registered."""

    def get(self, name: str) -> str:
        found = self.fields.get(name)
        return found.value if found else ""

    def has(self, name: str) -> bool:
        return name in self.fields

    def with_field(self, name: str, value: Value) -> Draft:
        return replace(self, fields={**self.fields, name: value})

    def without(self, name: str) -> Draft:
        return replace(self, fields={key: value for key, value in self.fields.items() if key != name})

    def skip(self, name: str) -> Draft:
        part = "" if name == "phone" else self.phone_part
        return replace(self, skipped=self.skipped | {name}, phone_part=part)

    def check(self, name: str) -> Draft:
        return replace(self, checked=self.checked | {name})

    def uncheck(self, name: str) -> Draft:
        return replace(self, checked=self.checked - {name})

    @property
    def place_text(self) -> str:
        return format_place(self.place)

    def asking(self, name: str) -> Draft:
        return replace(self, asked=name)

    def with_duplicate(self, number: str, day: str) -> Draft:
        """Ask whether this is the caller's own order `number`, registered on `day` (for people)."""
        return replace(self, duplicate_number=number, duplicate_on=day, asked="duplicate")

    def tried(self, name: str) -> Draft:
        return replace(self, tries={**self.tries, name: self.tries.get(name, 0) + 1})

    def to_json(self) -> dict[str, Any]:
        return {
            "draft_id": self.draft_id,
            "type": self.type,
            "fields": {name: value.to_json() for name, value in self.fields.items()},
            "place": {name: part for name, part in asdict(self.place).items() if part},
            "place_source": self.place_source.to_json() if self.place_source else None,
            "asked": self.asked,
            "skipped": sorted(self.skipped),
            "checked": sorted(self.checked),
            "tries": dict(self.tries),
            "before_cancel": self.before_cancel,
            "duplicate_number": self.duplicate_number,
            "duplicate_on": self.duplicate_on,
            "phone_part": self.phone_part,
            "later": [dict(turn) for turn in self.later],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Draft:
        source = data.get("place_source")
        return cls(
            draft_id=str(data["draft_id"]),
            type=str(data.get("type", "complain")),
            fields={name: Value.from_json(value) for name, value in data.get("fields", {}).items()},
            place=Place(**data.get("place", {})),
            place_source=Value.from_json(source) if source else None,
            asked=str(data.get("asked", "")),
            skipped=frozenset(data.get("skipped", ())),
            checked=frozenset(data.get("checked", ())),
            tries={name: int(count) for name, count in data.get("tries", {}).items()},
            before_cancel=str(data.get("before_cancel", "")),
            duplicate_number=str(data.get("duplicate_number", "")),
            duplicate_on=str(data.get("duplicate_on", "")),
            phone_part=str(data.get("phone_part", "")),
            later=tuple(turn for turn in data.get("later", ()) if isinstance(turn, Mapping)),
        )
