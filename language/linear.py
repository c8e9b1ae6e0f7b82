"""A linear model with independent labels over n-grams, marks of the context, and a dense vector. Small enough to read
a message in under a millisecond, and to be trained in seconds.

A model is stored as two files (`*.npz`, `*.json`); loading them executes nothing (no pickle).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from language.ngrams import ngrams

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sample:
    """One text to learn from. `marks` are facts about its context (`expecting=place`); `labels` are the labels that
    hold."""

    text: str
    labels: frozenset[str]
    marks: tuple[str, ...] = ()
    weight: float = 1.0


class LinearModel:
    """Probabilities of labels that do not exclude one another. Thread-safe: nothing changes after `fit` or `load`."""

    def __init__(self, labels: Sequence[str], features: Sequence[str], weights: Vector, bias: Vector) -> None:
        """`weights` has a row for each label; its columns are `features`, then the dense vector's directions."""
        self.labels = tuple(labels)
        self._index = {feature: column for column, feature in enumerate(features)}
        self._weights = weights
        self._bias = bias
        self._dense = weights.shape[1] - len(self._index)

    @classmethod
    def fit(
        cls,
        samples: Sequence[Sample],
        vectors: Vector | None = None,
        *,
        min_count: int = 2,
        inverse_regularisation: float = 4.0,
        labels: Iterable[str] | None = None,
        dense_scale: float = 0.05,
    ) -> LinearModel:
        """Learn from samples; `vectors` has a row for each of them, or is None. Needs scikit-learn."""
        import scipy.sparse
        from sklearn.linear_model import LogisticRegression

        counts = Counter(name for sample in samples for name in set(ngrams(sample.text)))
        features = sorted(name for name, count in counts.items() if count >= min_count)
        features += sorted({mark for sample in samples for mark in sample.marks})
        wanted = sorted(labels if labels is not None else {name for s in samples for name in s.labels})
        blank = cls(
            wanted,
            features,
            np.zeros((len(wanted), len(features)), np.float32),
            np.zeros(len(wanted), np.float32),
        )
        rows, columns, values = [], [], []
        for row, sample in enumerate(samples):
            for column, value in blank._sparse(sample.text, sample.marks).items():
                rows.append(row)
                columns.append(column)
                values.append(value)
        matrix = scipy.sparse.csr_matrix(
            (np.array(values, np.float32), (rows, columns)), shape=(len(samples), len(features))
        )
        if vectors is not None:
            matrix = scipy.sparse.hstack([matrix, scipy.sparse.csr_matrix(vectors * dense_scale)]).tocsr()
        weights = np.zeros((len(wanted), matrix.shape[1]), np.float32)
        bias = np.full(len(wanted), -10.0, np.float32)
        share = np.array([sample.weight for sample in samples])
        for number, label in enumerate(wanted):
            holds = np.array([label in sample.labels for sample in samples])
            if not holds.any() or holds.all():
                bias[number] = 10.0 if holds.all() else -10.0
                continue
            model = LogisticRegression(
                C=inverse_regularisation, max_iter=300, tol=1e-3, solver="liblinear", random_state=1
            )
            model.fit(matrix, holds, sample_weight=share)
            weights[number], bias[number] = model.coef_[0], model.intercept_[0]
        if vectors is not None:
            weights[:, len(features) :] *= dense_scale
        return cls(wanted, features, weights, bias)

    def probabilities(
        self, text: str, marks: Sequence[str] = (), vector: Vector | None = None
    ) -> dict[str, float]:
        """Label -> probability from 0 to 1. If the model was trained with a vector and gets none, the vector's part
        counts as 0."""
        scores = self._bias.copy()
        sparse = self._sparse(text, marks)
        if sparse:
            columns = np.fromiter(sparse.keys(), dtype=np.int64)
            scores += self._weights[:, columns] @ np.fromiter(sparse.values(), dtype=np.float32)
        if vector is not None and self._dense:
            scores += self._weights[:, -self._dense :] @ vector
        return {label: _logistic(float(score)) for label, score in zip(self.labels, scores, strict=True)}

    def _sparse(self, text: str, marks: Sequence[str]) -> dict[int, float]:
        """Column -> value. N-grams together have length one, a mark weighs as much as all of them."""
        found = {self._index[name] for name in ngrams(text) if name in self._index}
        length = math.sqrt(len(found)) if found else 1.0
        row = {column: 3.0 / length for column in found}
        row.update({self._index[mark]: 1.0 for mark in marks if mark in self._index})
        return row

    def save(self, folder: Path, name: str) -> None:
        """Write `name`.npz and `name`.json."""
        np.savez_compressed(folder / f"{name}.npz", weights=self._weights.astype(np.float16), bias=self._bias)
        body: Mapping[str, Any] = {"labels": self.labels, "features": list(self._index)}
        (folder / f"{name}.json").write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> LinearModel:
        """Raises OSError, ValueError or KeyError where the files are missing or broken."""
        body = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        with np.load(folder / f"{name}.npz", allow_pickle=False) as arrays:
            return cls(body["labels"], body["features"], arrays["weights"].astype(np.float32), arrays["bias"])


def _logistic(score: float) -> float:
    return 1 / (1 + math.exp(-score)) if score > -30 else 0.0
