"""Finds the address in what a citizen says. Gazetteer names first, then rules that hold in any Chinese city."""

from __future__ import annotations

from desk.places.gazetteer import Gazetteer
from desk.places.place import Place


def parse_address(text: str, gazetteer: Gazetteer | None = None) -> Place:
    """The place in `text` with every part that is said or that follows without doubt (road -> street -> district).

    `gazetteer` defaults to the shipped city. Numbers come out in Arabic digits (三栋 -> 3栋). A text without an
    address gives a false Place with confidence 0.
    """
    raise NotImplementedError
