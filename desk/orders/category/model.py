"""The trained classifier: top level first, then the leaf below it.

Two linear models share one feature space. The top model decides among the roots, together with a third on the
sentence vector, which knows words that no example holds; the leaf model, on common features only, shares each root's
probability out among its leaves. One flat model over all leaves would favour the roots with the most leaves.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from desk.orders.category.errors import BadCategoryModel
from desk.orders.category.features import FeatureSpace, Floats, Lexicon, Vector
from desk.orders.category.tree import ROOT_PARENT, CategoryNode, CategoryTree
from desk.orders.category.urgency import judge_urgency
from desk.orders.category.views import head, views
from desk.orders.order import Urgency

FORMAT = 2
META_FILE = "model.json"
WEIGHTS_FILE = "weights.npz"


@dataclass(frozen=True)
class Category:
    """Where an order belongs. Confidences are calibrated probabilities in [0, 1]."""

    code: str
    path: tuple[str, ...]
    """Names from the top level down to the leaf."""
    confidence: float
    """Of the top level."""
    leaf_confidence: float
    """Of the whole path; never above `confidence`."""
    department: str
    urgency: Urgency
    urgency_reason: str


@dataclass(frozen=True)
class LinearHead:
    """Scores of some classes: columns @ weights + bias; `temperature` makes softmax of them probabilities."""

    classes: tuple[str, ...]
    weights: Floats
    """Shape (features, classes)."""
    bias: Floats
    temperature: float

    def scores(self, vector: Vector, columns_below: int, keywords_from: int) -> Floats:
        """Features between `columns_below` and `keywords_from` are unknown to this head and skipped."""
        columns, values = vector.columns, vector.values
        if columns_below < keywords_from:
            known = (columns < columns_below) | (columns >= keywords_from)
            columns, values = columns[known], values[known]
            columns = np.where(columns >= keywords_from, columns - keywords_from + columns_below, columns)
        return np.asarray(values @ self.weights[columns] + self.bias, dtype=np.float32)

    def probabilities(self, scores: Floats) -> Floats:
        return softmax(scores * self.temperature)


class Meaning(Protocol):
    """A text's sentence vector; `language.encoder.encoder.Encoder` is one."""

    def meaning(self, text: str) -> Floats: ...


@dataclass(frozen=True)
class DenseHead:
    """Scores of the roots by a text's sentence vector, in the order of the top head; added to its scores."""

    weights: Floats
    """Shape (directions, roots)."""
    bias: Floats


def softmax(scores: Floats) -> Floats:
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=-1, keepdims=True), dtype=np.float32)


class CategoryClassifier:
    """Immutable after training; safe to share between threads."""

    def __init__(
        self,
        tree: CategoryTree,
        space: FeatureSpace,
        top: LinearHead,
        leaf: LinearHead,
        digest: str,
        *,
        meaning: DenseHead | None = None,
        encoder: Meaning | None = None,
    ) -> None:
        """`meaning` needs the encoder that it was trained with."""
        self.tree = tree
        self.digest = digest
        """Hash of the files that it was trained from."""
        self._space = space
        self._top = top
        self._leaf = leaf
        self._meaning = meaning
        self._encoder = encoder
        root_index = {code: i for i, code in enumerate(top.classes)}
        self._root_of_leaf = np.array([root_index[tree.root_of(code)] for code in leaf.classes])

    def warm_up(self) -> None:
        self._space.terms.warm_up()
        self._meant("")

    def scores(self, text: str) -> tuple[Floats, Floats]:
        """Mean scores over the text's views: of the roots, of the leaves."""
        vectors = [self._space.vector(view) for view in views(text)]
        terms = len(self._space.vocabulary)
        top = np.mean([self._top.scores(vector, terms, terms) for vector in vectors], axis=0)
        leaf = np.mean([self._leaf.scores(vector, self._space.common, terms) for vector in vectors], axis=0)
        return top + self._meant(text), leaf

    def _meant(self, text: str) -> Floats | float:
        if self._meaning is None or self._encoder is None:
            return 0.0
        return self._encoder.meaning(head(text)) @ self._meaning.weights + self._meaning.bias

    def probabilities(self, text: str) -> dict[str, float]:
        """Of every leaf, by code; they add up to 1."""
        _, joint = self._joint(text)
        return dict(zip(self._leaf.classes, map(float, joint), strict=True))

    def classify(self, text: str) -> Category:
        """Always answers, with a low confidence for empty or strange texts."""
        roots, joint = self._joint(text)
        root = int(np.argmax(roots))
        within = np.where(self._root_of_leaf == root, joint, -1.0)
        best = int(np.argmax(within))
        code = self._leaf.classes[best]
        node = self.tree[code]
        verdict = judge_urgency(text, default=node.urgency)
        return Category(
            code=code,
            path=self.tree.path(code),
            confidence=round(float(roots[root]), 4),
            leaf_confidence=round(float(joint[best]), 4),
            department=node.department,
            urgency=verdict.urgency,
            urgency_reason=verdict.reason,
        )

    def _joint(self, text: str) -> tuple[Floats, Floats]:
        top_scores, leaf_scores = self.scores(text)
        roots = self._top.probabilities(top_scores)
        return roots, share_out(roots, self._leaf.probabilities(leaf_scores), self._root_of_leaf)

    def save(self, folder: Path) -> None:
        """Writes two files, each replaced in one step; the description last, since `load` starts from it."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {
            "idf": self._space.idf,
            "top_weights": self._top.weights,
            "top_bias": self._top.bias,
            "leaf_weights": self._leaf.weights.astype(np.float16),
            "leaf_bias": self._leaf.bias,
        }
        if self._meaning is not None:
            arrays |= {"meaning_weights": self._meaning.weights, "meaning_bias": self._meaning.bias}
        weights = folder / f"{WEIGHTS_FILE}.part"
        with weights.open("wb") as file:
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        (folder / META_FILE).unlink(missing_ok=True)
        weights.replace(folder / WEIGHTS_FILE)
        meta = folder / f"{META_FILE}.part"
        meta.write_text(json.dumps(self._describe(), ensure_ascii=False), encoding="utf-8")
        meta.replace(folder / META_FILE)

    def _describe(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "digest": self.digest,
            "tree": [
                [node.code, node.parent, node.level, node.name, node.department, node.urgency.value]
                for node in self.tree
            ],
            "top": {"classes": self._top.classes, "temperature": self._top.temperature},
            "leaf": {"classes": self._leaf.classes, "temperature": self._leaf.temperature},
            "common": self._space.common,
            "lexicon": self._space.lexicon.entries,
            "vocabulary": self._space.vocabulary,
        }

    @classmethod
    def load(cls, folder: Path, encoder: Meaning | None = None) -> CategoryClassifier:
        """Without the encoder that it was trained with, n-grams decide alone.

        Raises: BadCategoryModel when anything is missing or does not fit together.
        """
        try:
            meta = json.loads((folder / META_FILE).read_text(encoding="utf-8"))
            if meta["format"] != FORMAT:
                raise BadCategoryModel(folder, f"format {meta['format']}, expected {FORMAT}")
            with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as arrays:
                lexicon = Lexicon((word, tuple(codes), weight) for word, codes, weight in meta["lexicon"])
                space = FeatureSpace(meta["vocabulary"], arrays["idf"], int(meta["common"]), lexicon)
                top = _head(meta["top"], arrays["top_weights"], arrays["top_bias"], space.size)
                leaf_size = space.common + len(lexicon.codes)
                leaf = _head(meta["leaf"], arrays["leaf_weights"], arrays["leaf_bias"], leaf_size)
                meaning = _dense(arrays, len(top.classes))
            if len(space.vocabulary) != len(space.idf):
                raise ValueError("vocabulary and weights differ in size")
            return cls(
                _tree(meta["tree"]), space, top, leaf, str(meta["digest"]), meaning=meaning, encoder=encoder
            )
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise BadCategoryModel(folder, f"cannot be loaded ({type(error).__name__})") from error


def share_out(roots: Floats, leaves: Floats, root_of_leaf: np.ndarray[Any, Any]) -> Floats:
    """Each root's probability, divided among its leaves in the proportion of `leaves`."""
    totals = np.bincount(root_of_leaf, weights=leaves, minlength=len(roots))
    return np.asarray(
        roots[root_of_leaf] * leaves / np.maximum(totals[root_of_leaf], 1e-12), dtype=np.float32
    )


def _head(meta: dict[str, Any], weights: Floats, bias: Floats, features: int) -> LinearHead:
    classes: Sequence[str] = meta["classes"]
    if weights.shape != (features, len(classes)) or bias.shape != (len(classes),):
        raise ValueError("weights do not fit the classes")
    return LinearHead(
        tuple(classes), weights.astype(np.float32), bias.astype(np.float32), float(meta["temperature"])
    )


def _dense(arrays: Any, roots: int) -> DenseHead | None:
    if "meaning_weights" not in arrays:
        return None
    found = DenseHead(arrays["meaning_weights"], arrays["meaning_bias"])
    if found.weights.shape[1:] != (roots,) or found.bias.shape != (roots,):
        raise ValueError("the sentence vector's weights do not fit the roots")
    return found


def _tree(rows: list[list[Any]]) -> CategoryTree:
    nodes = {
        code: CategoryNode(code, parent or ROOT_PARENT, level, name, department, Urgency(urgency))
        for code, parent, level, name, department, urgency in rows
    }
    return CategoryTree(nodes)
