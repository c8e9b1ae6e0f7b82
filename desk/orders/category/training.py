"""Fits the classifier. The only module here that needs scikit-learn; seconds to a minute on one core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from desk.orders.category.errors import CategoryError
from desk.orders.category.examples import Example, Keyword
from desk.orders.category.features import FeatureSpace, Floats, Lexicon, Vector
from desk.orders.category.model import CategoryClassifier, LinearHead, softmax
from desk.orders.category.tree import CategoryTree
from desk.orders.category.views import normalise

FOLDS = 4
"""For calibration: scores of texts that a model has not seen."""
REGULARISATION = 1.0
TEMPERATURES = tuple(round(1.0 + 0.5 * step, 1) for step in range(19))


def train(
    tree: CategoryTree, examples: Sequence[Example], keywords: Sequence[Keyword] = (), digest: str = ""
) -> CategoryClassifier:
    """Deterministic for equal input. Raises: CategoryError with fewer than two roots or fewer texts than FOLDS."""
    if len(tree.roots) < 2 or len(examples) < FOLDS:
        raise CategoryError(f"training needs two top levels and {FOLDS} texts at least")
    texts = [normalise(example.text) for example in examples]
    leaf_labels = np.array([example.code for example in examples])
    root_labels = np.array([tree.root_of(code) for code in leaf_labels])
    space = FeatureSpace.fit(texts, lexicon_of(tree, keywords))
    matrix = _matrix([space.vector(text) for text in texts], space.size)
    terms = len(space.vocabulary)
    common = np.r_[np.arange(space.common), np.arange(terms, space.size)]
    top = _calibrated(matrix, root_labels)
    leaf = _calibrated(matrix[:, common], leaf_labels)
    return CategoryClassifier(tree, space, top, leaf, digest)


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


def _calibrated(matrix: Any, labels: np.ndarray[Any, Any]) -> LinearHead:
    head = _fit(matrix, labels)
    fold = np.random.default_rng(0).permutation(len(labels)) % FOLDS
    scores, truth = [], []
    index = {code: i for i, code in enumerate(head.classes)}
    for k in range(FOLDS):
        part = _fit(matrix[fold != k], labels[fold != k])
        # A class whose every text lies in this fold has no score there; such texts calibrate nothing.
        known = {code: i for i, code in enumerate(part.classes)}
        rows = np.array([i for i in np.flatnonzero(fold == k) if labels[i] in known], dtype=int)
        found = np.full((len(rows), len(head.classes)), -3.0, dtype=np.float32)
        found[:, [index[code] for code in part.classes]] = matrix[rows] @ part.weights + part.bias
        scores.append(found)
        truth.append(np.array([index[label] for label in labels[rows]], dtype=int))
    return replace(head, temperature=best_temperature(np.concatenate(scores), np.concatenate(truth)))


def _fit(matrix: Any, labels: np.ndarray[Any, Any]) -> LinearHead:
    from sklearn.svm import LinearSVC  # a second to import: only training pays for it

    model = LinearSVC(C=REGULARISATION, class_weight="balanced", random_state=0).fit(matrix, labels)
    weights, bias = model.coef_.T, model.intercept_
    if weights.shape[1] == 1:  # two classes: scikit-learn keeps one side only
        weights, bias = np.hstack([-weights, weights]), np.r_[-bias, bias]
    classes = tuple(str(label) for label in model.classes_)
    return LinearHead(classes, weights.astype(np.float32), bias.astype(np.float32), 1.0)


def best_temperature(scores: Floats, truth: np.ndarray[Any, Any]) -> float:
    """The factor on `scores` under which the true classes are likeliest."""

    def surprise(temperature: float) -> float:
        found = softmax(scores * np.float32(temperature))[np.arange(len(truth)), truth]
        return float(-np.log(np.maximum(found, 1e-9)).mean())

    return min(TEMPERATURES, key=surprise)
