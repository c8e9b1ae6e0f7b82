"""Decides what has to be built again, by the content of its inputs (not by file times, which a clone changes)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from desk.settings import ROOT

# Inputs of the Rasa model. Knowledge articles are absent on purpose: they change without training.
MODEL_INPUTS = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/rules",
    "data/stories",
    "data/lexicon",
    "data/places",
    "data/emotion",
    "data/danger",
    "data/dialogue",
    "bot/components",
    "bot/text",
    "bot/uv.lock",
    "language",
)
# The texts that `models/words.gz` counts.
WORD_INPUTS = ("language", "data/nlu", "data/knowledge", "data/categories", "data/emotion", "data/lexicon")


def digest(inputs: Iterable[str], root: Path = ROOT) -> str:
    """Hex fingerprint of files and folders (recursively), independent of order and time stamps."""
    total = hashlib.sha256()
    for name in sorted(inputs):
        path = root / name
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        for file in files:
            # Pages for people, and the programs that made the shipped weights, change nothing that is built here.
            if "__pycache__" in file.parts or "training" in file.parts or file.suffix == ".md":
                continue
            total.update(str(file.relative_to(root)).encode() + b"\0")
            total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()[:16]


def model_path(root: Path = ROOT) -> Path:
    """Where the Rasa model of the present inputs lies, or will lie."""
    return root / "models" / f"minsheng-{digest(MODEL_INPUTS, root)}.tar.gz"
