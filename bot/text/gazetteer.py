"""Names that the city knows: places, landmarks, departments and well-known companies, read from `data/places/*.tsv`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PLACES_FILE = "mingzhou.tsv"
LANDMARKS_FILE = "landmarks.tsv"
DEPARTMENTS_FILE = "departments.tsv"
COMPANIES_FILE = "companies.tsv"


@dataclass(frozen=True)
class Gazetteer:
    """`places` maps each name and alias to its level, `departments` and `companies` to the full name."""

    places: Mapping[str, str]
    departments: Mapping[str, str]
    companies: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Gazetteer:
        """Reads the four files of `folder`; a missing file is an error. Short aliases of places are left out."""
        places: dict[str, str] = {}
        for file in (PLACES_FILE, LANDMARKS_FILE):
            for row in _rows(folder / file):
                for name in (row["name"], *_aliases(row)):
                    if len(name) >= 3 or row["level"] == "road":
                        places.setdefault(name, row["level"])
        departments: dict[str, str] = {}
        for row in _rows(folder / DEPARTMENTS_FILE):
            for name in (row["name"], row["name"].removeprefix("明州市"), *_aliases(row)):
                departments.setdefault(name, row["name"])
        companies: dict[str, str] = {}
        for row in _rows(folder / COMPANIES_FILE):
            for name in (row["name"], *_aliases(row)):
                companies.setdefault(name, row["name"])
        return cls(places, departments, companies)


def _rows(path: Path) -> list[dict[str, str]]:
    header, *lines = path.read_text(encoding="utf-8").splitlines()
    columns = header.split("\t")
    return [dict(zip(columns, line.split("\t"), strict=False)) for line in lines if line.strip()]


def _aliases(row: Mapping[str, str]) -> list[str]:
    return [alias for alias in row.get("aliases", "").split("|") if alias]


def alternation(names: Iterable[str]) -> str:
    """Regular expression for any of the names, the longest first; matches nothing when there are none."""
    ordered = sorted(set(names), key=lambda name: (-len(name), name))
    return "|".join(map(re.escape, ordered)) or r"(?!)"
