"""One thing a citizen said, as the drafting rules see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from language.reading import Reading, ReadSpan


@dataclass(frozen=True)
class Entity:
    """A stretch of the text that the understanding layer recognised. `start`/`end` count characters."""

    name: str
    value: str
    start: int = 0
    end: int = 0
    confidence: float = 1.0
    moment: str = ""
    """Of a time that happened once: ISO 8601, resolved against the turn's date. Empty for habits and long spans."""


@dataclass(frozen=True)
class Turn:
    """A citizen's turn. `button` is true when a quick reply was pressed: then there are no words to read."""

    text: str
    seq: int
    now: datetime
    intent: str = ""
    confidence: float = 1.0
    entities: tuple[Entity, ...] = ()
    emotion: str = "neutral"
    emotion_score: float = 0.0
    button: bool = False
    arguments: Mapping[str, str] | None = None
    line_phone: str = ""
    """The number that the call came from, where the channel knows it."""
    reading: Reading = field(default_factory=Reading)
    """Acts, spans and danger, as the understanding read them in the light of what was asked. Empty for a button."""

    @property
    def words(self) -> str:
        """What the citizen really said; empty for a button."""
        return "" if self.button else self.text.strip()

    def named(self, name: str) -> list[Entity]:
        return [entity for entity in self.entities if entity.name == name]

    def does(self, *acts: str) -> bool:
        """Whether the citizen does any of these (`language.annotated.ACTS`)."""
        return self.reading.does(*acts)

    def spans(self, *labels: str) -> list[ReadSpan]:
        """What was read as the value of a field, in the order of the text."""
        return self.reading.labelled(*labels)
