"""Fits the classifier. The only module here that needs scikit-learn; well under a minute on one core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from desk.orders.category.asides import COPY_WEIGHT, retell
from desk.orders.category.errors import CategoryError
from desk.orders.category.examples import Example, Keyword
from desk.orders.category.features import FeatureSpace, Floats, Lexicon, Vector
from desk.orders.category.model import CategoryClassifier, DenseHead, LinearHead, Meaning, softmax
from desk.orders.category.tree import CategoryTree
from desk.orders.category.views import head, normalise

FOLDS = 4
"""For calibration: scores of texts that a model has not seen."""
REGULARISATION = 1.0
MEANING_REGULARISATION = 0.05
MEANING_SCALE = 0.3
"""Spread of each direction of the sentence vector, so that the regularisation above fits it."""
MEANING_SHARE = 0.1
"""Of the sentence vector's score beside the n-grams'. Half of it or twice as much moves no held-out figure by two points."""
UNKNOWN_SCORE = -3.0
"""Of a class that a fold's model has never seen."""
TEMPERATURES = tuple(round(1.0 + 0.5 * step, 1) for step in range(19))

Labels = np.ndarray[Any, Any]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Samples:
    """Rows to learn from: the examples first, then their retold copies."""

    matrix: Any
    origins: Rows
    weights: Floats
    examples: int

    def plain(self, columns: Rows) -> _Samples:
        """The examples alone, on some of the columns."""
        n = self.examples
        return _Samples(self.matrix[:n][:, columns], self.origins[:n], self.weights[:n], n)


def train(
    tree: CategoryTree,
    examples: Sequence[Example],
    keywords: Sequence[Keyword] = (),
    digest: str = "",
    *,
    asides: Sequence[str] = (),
    encoder: Meaning | None = None,
) -> CategoryClassifier:
    """Deterministic for equal input. Without an encoder, n-grams decide alone.

    Raises: CategoryError with fewer than two roots or fewer texts than FOLDS.
    """
    if len(tree.roots) < 2 or len(examples) < FOLDS:
        raise CategoryError(f"training needs two top levels and {FOLDS} texts at least")
    retold = retell(examples, asides)
    texts = [normalise(text) for text in (*(e.text for e in examples), *(copy.text for copy in retold))]
    leaf_labels = np.array([example.code for example in examples])
    root_labels = np.array([tree.root_of(code) for code in leaf_labels])
    origins = np.array([*range(len(examples)), *(copy.origin for copy in retold)])
    # Copies would make every term common.
    space = FeatureSpace.fit([*texts[: len(examples)], *map(normalise, asides)], lexicon_of(tree, keywords))
    samples = _Samples(
        _matrix([space.vector(text) for text in texts], space.size),
        origins,
        np.array([1.0] * len(examples) + [COPY_WEIGHT] * len(retold), dtype=np.float32),
        len(examples),
    )
    terms = len(space.vocabulary)
    common = np.r_[np.arange(space.common), np.arange(terms, space.size)]
    vectors = None
    if encoder is not None:
        vectors = np.array([encoder.meaning(head(example.text)) for example in examples], dtype=np.float32)
    top, meaning = _calibrated(samples, root_labels[origins], vectors)
    # Which leaf of a root it is hangs less on asides, and with copies its many classes would take minutes.
    leaf, _ = _calibrated(samples.plain(common), leaf_labels, None)
    return CategoryClassifier(tree, space, top, leaf, digest, meaning=meaning, encoder=encoder)


def lexicon_of(tree: CategoryTree, keywords: Sequence[Keyword]) -> Lexicon:
    return Lexicon(
        (keyword.word, tuple(node.code for node in tree.lineage(keyword.code)), keyword.weight)
        for keyword in keywords
    )


def _matrix(vectors: Sequence[Vector], width: int) -> Any:
    from scipy.sparse import csr_matrix

    starts = np.cumsum([0] + [len(vector.columns) for vector in vectors])
    columns = np.concatenate([vector.columns for vector in vectors])
    values = np.concatenate([vector.values for vector in vectors])
    return csr_matrix((values, columns, starts), shape=(len(vectors), width))


def _calibrated(
    samples: _Samples, labels: Labels, vectors: Floats | None
) -> tuple[LinearHead, DenseHead | None]:
    """`vectors` has a row for each example, none for copies. The temperature fits the sum of both scores."""
    everything = np.arange(len(labels))
    whole = _fit(samples, labels, everything)
    meaning = None if vectors is None else _fit_meaning(vectors, labels[: samples.examples], whole.classes)
    index = {code: i for i, code in enumerate(whole.classes)}
    fold = np.random.default_rng(0).permutation(samples.examples) % FOLDS
    scores, truth = [], []
    for k in range(FOLDS):
        known_rows = np.flatnonzero(fold[samples.origins] != k)
        part = _fit(samples, labels, known_rows)
        # A class whose every text lies in this fold has no score there; such texts calibrate nothing.
        known = set(part.classes)
        rows = np.array([i for i in np.flatnonzero(fold == k) if labels[i] in known], dtype=int)
        found = np.full((len(rows), len(whole.classes)), UNKNOWN_SCORE, dtype=np.float32)
        found[:, [index[code] for code in part.classes]] = samples.matrix[rows] @ part.weights + part.bias
        if vectors is not None:
            seen = np.flatnonzero(fold != k)
            dense = _fit_meaning(vectors[seen], labels[seen], whole.classes)
            found += vectors[rows] @ dense.weights + dense.bias
        scores.append(found)
        truth.append(np.array([index[label] for label in labels[rows]], dtype=int))
    temperature = best_temperature(np.concatenate(scores), np.concatenate(truth))
    return replace(whole, temperature=temperature), meaning


def _fit(samples: _Samples, labels: Labels, rows: Rows) -> LinearHead:
    from sklearn.svm import LinearSVC  # a second to import: only training pays for it

    model = LinearSVC(C=REGULARISATION, class_weight="balanced", random_state=0)
    model.fit(samples.matrix[rows], labels[rows], sample_weight=samples.weights[rows])
    classes = tuple(str(label) for label in model.classes_)
    weights, bias = _both_sides(model.coef_, model.intercept_)
    return LinearHead(classes, weights.astype(np.float32), bias.astype(np.float32), 1.0)


def _fit_meaning(vectors: Floats, labels: Labels, classes: Sequence[str]) -> DenseHead:
    """Scaling, centring and MEANING_SHARE are in the weights, so that scores only need to be added."""
    from sklearn.linear_model import LogisticRegression

    centre, spread = vectors.mean(axis=0), np.maximum(vectors.std(axis=0), 1e-6)
    model = LogisticRegression(C=MEANING_REGULARISATION, class_weight="balanced", max_iter=500)
    model.fit((vectors - centre) / spread * MEANING_SCALE, labels)
    found, bias = _both_sides(model.coef_, model.intercept_)
    found = found * (MEANING_SCALE / spread)[:, None] * MEANING_SHARE
    bias = bias * MEANING_SHARE - centre @ found
    weights = np.zeros((vectors.shape[1], len(classes)), dtype=np.float32)
    biases = np.full(len(classes), UNKNOWN_SCORE, dtype=np.float32)
    columns = [list(classes).index(str(label)) for label in model.classes_]
    weights[:, columns], biases[columns] = found, bias
    return DenseHead(weights, biases)


def _both_sides(weights: Any, bias: Any) -> tuple[Any, Any]:
    """One column for each class; of two classes scikit-learn keeps one side only."""
    if len(weights) == 1:
        return np.vstack([-weights, weights]).T, np.r_[-bias, bias]
    return weights.T, bias


def best_temperature(scores: Floats, truth: np.ndarray[Any, Any]) -> float:
    """The factor on `scores` under which the true classes are likeliest."""

    def surprise(temperature: float) -> float:
        found = softmax(scores * np.float32(temperature))[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(found, 1e-9)).mean())

    return min(TEMPERATURES, key=surprise)
