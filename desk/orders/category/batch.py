"""Classifies a file of texts, one a line, for the command line and for measuring."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from desk.orders.category.artifact import load_or_train
from desk.orders.category.model import CategoryClassifier
from desk.settings import ROOT, load_settings


def classify_text(classifier: CategoryClassifier, text: str) -> dict[str, Any]:
    """The JSON object of one text: text, category (names from the top), confidence, urgency, department."""
    found = classifier.classify(text)
    return {
        "text": text,
        "category": list(found.path),
        "confidence": found.confidence,
        "urgency": found.urgency.value,
        "department": found.department,
    }


def classify_file(path: Path, classifier: CategoryClassifier | None = None) -> Iterator[dict[str, Any]]:
    """One object a line, in order, empty lines included, so that line n of the output is line n of the input.

    Without a classifier, the shipped one is loaded (or trained into the settings' var folder).
    Raises: OSError, UnicodeDecodeError.
    """
    if classifier is None:
        classifier = load_or_train(ROOT / "data", load_settings().var_dir)
    with path.open(encoding="utf-8-sig") as lines:
        for line in lines:
            yield classify_text(classifier, line.rstrip("\r\n"))
