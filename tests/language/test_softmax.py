"""The classifier of one label among many: the same answers as scikit-learn's, learned faster."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from language import softmax

STRENGTH = 5.0


def examples(labels: int, seed: int = 1) -> tuple[scipy.sparse.csr_matrix, np.ndarray, list[str]]:
    """300 examples of clusters of unequal size, some of which overlap: 40 sparse columns of words, 6 dense ones."""
    chance = np.random.default_rng(seed)
    share = np.arange(1, labels + 1) / np.arange(1, labels + 1).sum()
    truth = chance.choice(labels, 300, p=share)
    common = chance.random((labels, 40)) < 0.3
    words = (chance.random((300, 40)) < np.where(common[truth], 0.5, 0.1)).astype(np.float32)
    dense = (chance.normal(size=(labels, 6))[truth] + chance.normal(size=(300, 6))).astype(np.float32) * 0.3
    return scipy.sparse.csr_matrix(words), dense, [f"intent {n}" for n in truth]


def likely(scores: np.ndarray) -> np.ndarray:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("labels", [2, 3, 12])
def test_it_learns_what_scikit_learn_learns(labels: int) -> None:
    words, dense, wanted = examples(labels)
    weights, bias, names = softmax.fit(words, dense, wanted, STRENGTH)
    matrix = scipy.sparse.hstack([words, scipy.sparse.csr_matrix(dense)]).tocsr()
    theirs = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=2000, tol=1e-8)
    theirs.fit(matrix, wanted)
    assert names == list(theirs.classes_)
    assert weights.shape == (labels, 46) and bias.shape == (labels,)
    ours = likely(matrix @ weights.T + bias)
    expected = theirs.predict_proba(matrix)
    if labels == 2:
        # scikit-learn keeps one row of weights for two labels, which are held back half as much as two rows.
        assert (ours.argmax(1) == expected.argmax(1)).mean() > 0.97
    else:
        assert np.abs(ours - expected).max() < 0.02
        assert (ours.argmax(1) == expected.argmax(1)).mean() > 0.99


def test_a_rare_label_counts_like_a_common_one() -> None:
    words = scipy.sparse.csr_matrix(np.ones((101, 1), np.float32))
    weights, bias, names = softmax.fit(
        words, np.zeros((101, 0), np.float32), ["common"] * 100 + ["rare"], STRENGTH
    )
    odds = likely(words[:1] @ weights.T + bias)[0]
    assert dict(zip(names, odds, strict=True)) == pytest.approx({"common": 0.5, "rare": 0.5}, abs=0.01)


@pytest.mark.parametrize("kind", ["no words", "no vectors"])
def test_either_kind_of_column_may_be_missing(kind: str) -> None:
    words, dense, wanted = examples(3)
    if kind == "no words":
        words = scipy.sparse.csr_matrix((300, 0), dtype=np.float32)
    else:
        dense = np.zeros((300, 0), np.float32)
    weights, bias, names = softmax.fit(words, dense, wanted, STRENGTH)
    matrix = np.hstack([words.toarray(), dense])
    right = [names[n] for n in (matrix @ weights.T + bias).argmax(1)]
    assert np.mean([a == b for a, b in zip(right, wanted, strict=True)]) > 0.5


def test_learning_twice_gives_the_same() -> None:
    words, dense, wanted = examples(5)
    first, second = (softmax.fit(words, dense, wanted, STRENGTH) for _ in range(2))
    assert np.array_equal(first[0], second[0]) and first[2] == second[2]


def test_one_label_alone_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing to tell apart"):
        softmax.fit(scipy.sparse.csr_matrix((2, 1)), np.zeros((2, 0), np.float32), ["greet"] * 2, STRENGTH)
