"""The citizens of `citizens.yml`: what each one wants, knows and says, and what has to come of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from tests.citizens.questions import QUESTIONS

FILE = Path(__file__).parent / "citizens.yml"
OUTCOMES = ("order", "answer", "human", "emergency", "none")
TYPES = ("complain", "help", "consult", "report", "suggest", "praise")
# More of his messages than this mean that he was led in a circle.
MAX_TURNS = 20


class BadCast(ValueError):
    """A citizen is not written as tests/citizens/README.md says; the message names him."""


@dataclass(frozen=True, kw_only=True)
class Gold:
    """What has to come out. None and empty: nothing is demanded of it.

    `*_has` and `*_lacks` are parts of the text of a field; `name` and `phone` "" mean that the order must hold none;
    `answer_any` are words of which the hotline has to say at least one.
    """

    outcome: str
    type: tuple[str, ...] = ()
    place_has: tuple[str, ...] = ()
    place_lacks: tuple[str, ...] = ()
    subject_has: tuple[str, ...] = ()
    subject_lacks: tuple[str, ...] = ()
    description_has: tuple[str, ...] = ()
    name: str | None = None
    phone: str | None = None
    confidential: bool | None = None
    answer_any: tuple[str, ...] = ()
    answer_lacks: tuple[str, ...] = ()
    max_turns: int = MAX_TURNS


@dataclass(frozen=True, kw_only=True)
class Citizen:
    """One person. `facts`: slot -> ways to say it, the one that is said first when asked at first."""

    id: str
    about: str
    openings: tuple[str, ...]
    gold: Gold
    facts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    at_summary: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    confirm: str = "对，没问题"


def load_citizens(path: Path = FILE) -> list[Citizen]:
    """Every citizen of the file, in its order.

    Raises:
        BadCast: one has a key or slot that nobody would ever look at, lacks one, or has another's name.
    """
    citizens = [_citizen(entry) for entry in yaml.safe_load(path.read_text(encoding="utf-8"))]
    names = [citizen.id for citizen in citizens]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        raise BadCast(f"two citizens have the same id: {', '.join(doubled)}")
    return citizens


def _citizen(entry: Mapping[str, Any]) -> Citizen:
    name = str(entry.get("id", entry))
    _check_keys(name, entry, Citizen)
    _check_keys(name, entry["gold"], Gold)
    facts = {slot: _many(ways) for slot, ways in entry.get("facts", {}).items()}
    instead = {slot: str(words) for slot, words in entry.get("instead", {}).items()}
    unknown = sorted({*facts, *instead} - QUESTIONS)
    if unknown:
        raise BadCast(f"{name}: nothing is ever asked by {', '.join(unknown)}")
    told = {key: _many(entry[key]) for key in ("openings", "at_summary", "then") if key in entry}
    plain = {key: str(entry[key]) for key in ("id", "about", "confirm") if key in entry}
    values: dict[str, Any] = {**plain, **told}
    return Citizen(**values, facts=facts, instead=instead, gold=_gold(name, entry["gold"]))


def _gold(name: str, entry: Mapping[str, Any]) -> Gold:
    lists = {"type", "answer_any", "answer_lacks"}
    values: dict[str, Any] = {
        key: _many(value) if key in lists or key.endswith(("_has", "_lacks")) else value
        for key, value in entry.items()
    }
    gold = Gold(**values)
    if gold.outcome not in OUTCOMES or set(gold.type) - set(TYPES):
        raise BadCast(f"{name}: no such outcome or type: {gold.outcome} {' '.join(gold.type)}")
    # A number that YAML has read as one has lost its leading zero.
    if not isinstance(gold.phone, str | None) or not isinstance(gold.name, str | None):
        raise BadCast(f"{name}: name and phone have to be in quotes")
    return gold


def _check_keys(name: str, entry: Mapping[str, Any], form: type) -> None:
    known = {one.name for one in fields(form)}
    if set(entry) - known:
        raise BadCast(f"{name}: unknown: {', '.join(sorted(set(entry) - known))}")
    needed = {"id", "about", "openings", "gold"} if form is Citizen else {"outcome"}
    if needed - set(entry):
        raise BadCast(f"{name}: missing: {', '.join(sorted(needed - set(entry)))}")


def _many(value: Any) -> tuple[str, ...]:
    many: Sequence[Any] = value if isinstance(value, list) else [value]
    return tuple(str(one) for one in many)
