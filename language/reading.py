"""What was read in one message: how likely somebody is in danger, what the citizen does, and where the values stand.

Made by the understanding (`bot/components/reader.py`), carried as JSON in the parsed message, read by the desk's rules.
The rules check and normalise what was read; they do not interpret the words again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# An act, or a span, below this probability is not asserted (chosen on half of tests/data/dialogue_heldout.txt).
HOLDS = 0.45


@dataclass(frozen=True)
class ReadSpan:
    """Characters `start` to `end` (exclusive) of the message. `label` is one of `language.annotated.LABELS`."""

    label: str
    start: int
    end: int
    confidence: float = 1.0

    def of(self, text: str) -> str:
        return text[self.start : self.end]


@dataclass(frozen=True)
class Reading:
    """`acts` (of `language.annotated.ACTS`) have a probability each. `danger` is the probability that somebody is in
    danger now; `danger_kind` the likeliest kind (`language.encoder.labels.DANGERS`), "" where there is none. An empty
    reading means that nothing was read, not that nothing was said."""

    acts: Mapping[str, float] = field(default_factory=dict)
    spans: tuple[ReadSpan, ...] = ()
    danger: float = 0.0
    danger_kind: str = ""

    def __bool__(self) -> bool:
        return bool(self.acts)

    def does(self, *acts: str, at_least: float = HOLDS) -> bool:
        """Whether the citizen does any of these."""
        return any(self.acts.get(act, 0.0) >= at_least for act in acts)

    @property
    def is_clear(self) -> bool:
        """Whether any act is asserted."""
        return self.does(*self.acts)

    def only(self, *acts: str) -> bool:
        """Whether the citizen does some of these and nothing else."""
        done = {act for act, likely in self.acts.items() if likely >= HOLDS}
        return bool(done) and done <= set(acts)

    def labelled(self, *labels: str, at_least: float = HOLDS) -> list[ReadSpan]:
        """Spans of these labels, in the order of the text."""
        return [span for span in self.spans if span.label in labels and span.confidence >= at_least]

    def to_json(self) -> dict[str, Any]:
        return {
            "acts": {act: round(likely, 3) for act, likely in self.acts.items() if likely >= 0.05},
            "spans": [[s.label, s.start, s.end, round(s.confidence, 3)] for s in self.spans],
            "danger": round(self.danger, 4),
            "danger_kind": self.danger_kind,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Reading:
        """An empty reading for None or for what is no reading: an older model's messages have none."""
        if not isinstance(data, Mapping):
            return cls()
        spans: Sequence[Sequence[Any]] = data.get("spans") or ()
        return cls(
            {str(act): float(likely) for act, likely in (data.get("acts") or {}).items()},
            tuple(ReadSpan(str(s[0]), int(s[1]), int(s[2]), float(s[3])) for s in spans),
            float(data.get("danger") or 0.0),
            str(data.get("danger_kind") or ""),
        )
