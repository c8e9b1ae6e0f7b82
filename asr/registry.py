"""The models that we know by name, read from registry.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asr.errors import ModelError

REGISTRY_FILE = Path(__file__).with_name("registry.toml")


@dataclass(frozen=True)
class Package:
    """A wheel of the package index, pinned."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True)
class ModelEntry:
    name: str
    engine: str
    about: str
    language: str
    rate_hz: int
    licence: str
    size_mb: int
    dialect: str = "mandarin"
    url: str | None = None
    # SHA-256 of the zip, where known.
    sha256: str | None = None
    packages: tuple[Package, ...] = ()
    take: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Path in the folder -> SHA-256.
    files: Mapping[str, str] = field(default_factory=dict)


class Registry:
    def __init__(self, entries: tuple[ModelEntry, ...]) -> None:
        self.entries = entries
        self._by_name = {entry.name: entry for entry in entries}

    def get(self, name: str) -> ModelEntry:
        """Raises ModelError for an unknown name."""
        if name not in self._by_name:
            raise ModelError(f"no model is called {name}; known: {', '.join(self._by_name)}")
        return self._by_name[name]

    def find(self, name: str) -> ModelEntry | None:
        return self._by_name.get(name)


def load_registry(path: Path = REGISTRY_FILE) -> Registry:
    """Raises ModelError if the file is no registry."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return Registry(tuple(_entry(item) for item in raw.get("model", ())))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{path} is no list of models: {error}") from error


def _entry(item: dict[str, Any]) -> ModelEntry:
    item = dict(item)
    packages = tuple(Package(**package) for package in item.pop("packages", ()))
    parts = {target: tuple(sources) for target, sources in item.pop("parts", {}).items()}
    return ModelEntry(**item, packages=packages, parts=parts)
