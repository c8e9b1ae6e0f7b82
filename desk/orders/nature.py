"""What the words of a matter show about its order: which type it is, and whether a party, a risk or a place belongs to it.

A linear model over n-grams and the sentence vector, learned from the rows that ops edit (data/natures/, its README tells the labels). Whoever
blames somebody is asked for the name, whoever may be hit back is asked about secrecy: no list of trades knows them all.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from desk.orders.category.tables import read_table
from desk.settings import ROOT
from language import linear
from language.encoder.encoder import GRAPH_FILE, WEIGHTS, Encoder
from language.linear import LinearModel, Sample, Vector

logger = logging.getLogger(__name__)

FOLDER = ROOT / "data" / "natures"
MODELS = ROOT / "models"
COLUMNS = ("text", "type", "involves")
TYPES = ("complain", "report", "help", "suggest", "praise", "consult")
SOMEBODY, RISK, PLACED = "S", "R", "P"
_INVOLVED = (SOMEBODY, RISK, PLACED)
# A first word of the matter is a telling already; one that is longer than this tells nothing more of its nature.
MOST_CHARS = 400
LOCK_TIMEOUT_S = 180
_CACHED = 256
# Of the model: the inverse of its regularisation, and how much the sentence vector counts beside the n-grams. Twice or half
# of either moves no figure of `bench/understanding.py --only natures` by more than two points.
_STRENGTH = 2.0
_MEANING_SCALE = 4.0


class BadNatures(ValueError):
    """A row of data/natures/ cannot be learned from. The message names file, line and what to do."""


@dataclass(frozen=True)
class Nature:
    """Probabilities from 0 to 1. `types` has one for each of TYPES; they need not add up to 1."""

    types: Mapping[str, float] = field(default_factory=dict)
    somebody: float = 0.0
    risk: float = 0.0
    placed: float = 0.0


@lru_cache(maxsize=_CACHED)
def nature_of(told: str) -> Nature:
    """What is known of a matter by its words. Raises BadNatures at the first call where the rows are wrong."""
    if not told.strip():
        return Nature()
    told = told[:MOST_CHARS]
    likely = model().probabilities(told, (), _meaning(told))
    return Nature({name: likely[name] for name in TYPES}, likely[SOMEBODY], likely[RISK], likely[PLACED])


@lru_cache(maxsize=1)
def model() -> LinearModel:
    """The trained model: from models/ where it is fresh, else trained now and kept there if that can be written."""
    name = f"natures-{_digest()}"
    try:
        return LinearModel.load(MODELS, name)
    except (OSError, ValueError, KeyError):
        pass
    if not MODELS.is_dir():
        return train()
    try:
        with FileLock(MODELS / "natures.lock", timeout=LOCK_TIMEOUT_S):
            return _kept(name)
    except (OSError, Timeout) as error:
        # Whoever runs the product may not be allowed to write there.
        logger.info("the natures are not kept", extra={"error": type(error).__name__})
        return train()


def _kept(name: str) -> LinearModel:
    try:
        return LinearModel.load(MODELS, name)
    except (OSError, ValueError, KeyError):
        trained = train()
    for old in MODELS.glob("natures-*"):
        old.unlink(missing_ok=True)
    trained.save(MODELS, name)
    return trained


def train(folder: Path = FOLDER) -> LinearModel:
    """Learn from all tables of the folder. Raises BadNatures, EncoderError. Needs scikit-learn; half a minute, nearly all
    of it for the sentence vectors."""
    samples = [sample for path in sorted(folder.glob("*.tsv")) for sample in read_samples(path)]
    vectors = np.stack([_meaning(sample.text[:MOST_CHARS]) for sample in samples])
    return LinearModel.fit(
        samples,
        vectors,
        inverse_regularisation=_STRENGTH,
        labels=(*TYPES, *_INVOLVED),
        dense_scale=_MEANING_SCALE,
    )


def _meaning(told: str) -> Vector:
    """The sentence vector. Raises EncoderError."""
    return Encoder.load().meaning(told)


def read_samples(path: Path) -> list[Sample]:
    """The rows of one table, each with its type and what it involves as labels. Raises BadNatures."""
    samples = []
    for line, row in read_table(path, COLUMNS):
        involved = set(row["involves"]) - {"-"}
        if row["type"] not in TYPES:
            raise BadNatures(
                f"{path}:{line}: the type {row['type']!r} is unknown; use one of {' '.join(TYPES)}"
            )
        if not row["text"] or not row["involves"] or not involved <= set(_INVOLVED):
            raise BadNatures(
                f"{path}:{line}: write a text, and letters of {' '.join(_INVOLVED)} or - behind it"
            )
        samples.append(Sample(row["text"], frozenset({row["type"], *involved})))
    return samples


def _digest() -> str:
    """Changes with the rows, the encoder and the code that reads them."""
    total = hashlib.sha256()
    code = (Path(__file__), Path(linear.__file__))
    for path in (*sorted(FOLDER.glob("*.tsv")), *code, WEIGHTS / GRAPH_FILE):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:12]
