"""A linear classifier of emotion over character n-grams, words and cues; trained by scikit-learn, applied by numpy.

Saved as JSON (vocabulary) and .npz (weights): nothing to unpickle, so a model file cannot run code.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bot.text.emotion_cues import LABELS, count_cues
from bot.text.long_text import shorten
from language.normalise import normalise

LONGEST_NGRAM = 4
LEAST_EXAMPLES = 2
# Cues are few and named; n-grams are thousands of weak hints. Chosen on a development set of microblogs.
CUE_WEIGHT = 0.8
REGULARISATION = 2.0
_VOCABULARY, _WEIGHTS = "emotion.json", "emotion.npz"


def ngrams(text: str) -> Counter[str]:
    """Character n-grams of the normalised, shortened text, with its borders marked."""
    clean = "^" + normalise(shorten(text)).text.lower() + "$"
    return Counter(
        clean[start : start + size]
        for size in range(1, LONGEST_NGRAM + 1)
        for start in range(len(clean) - size + 1)
    )


@dataclass(frozen=True)
class EmotionModel:
    """`weights` has one row a label, one column a feature; n-grams come first, then `cues`."""

    vocabulary: dict[str, int]
    idf: Any
    cues: tuple[str, ...]
    weights: Any
    bias: Any

    @classmethod
    def fit(cls, texts: Sequence[str], labels: Sequence[str]) -> EmotionModel:
        """Deterministic. Every label must occur; raises ValueError otherwise."""
        from sklearn.linear_model import LogisticRegression

        missing = set(LABELS) - set(labels)
        if missing:
            raise ValueError(f"no examples of {', '.join(sorted(missing))}")
        documents = [ngrams(text) for text in texts]
        frequency = Counter(gram for document in documents for gram in document)
        grams = sorted(gram for gram, count in frequency.items() if count >= LEAST_EXAMPLES)
        vocabulary = {gram: index for index, gram in enumerate(grams)}
        idf = (
            np.log((1 + len(texts)) / (1 + np.array([frequency[gram] for gram in grams]))).astype(np.float32)
            + 1
        )
        cues = tuple(sorted({cue for text in texts for cue in count_cues(text)}))
        empty = cls(vocabulary, idf, cues, np.zeros((len(LABELS), 0)), np.zeros(len(LABELS)))
        matrix = empty._matrix(texts, documents)
        model = LogisticRegression(C=REGULARISATION, max_iter=400, class_weight="balanced")
        model.fit(matrix, [LABELS.index(label) for label in labels])
        return cls(vocabulary, idf, cues, model.coef_.astype(np.float32), model.intercept_.astype(np.float32))

    def classify(self, text: str) -> tuple[str, float]:
        """Label and its probability."""
        scores = self.probabilities(text)
        label = max(LABELS, key=lambda name: scores[name])
        return label, scores[label]

    def probabilities(self, text: str) -> dict[str, float]:
        columns, values = self._row(text, ngrams(text))
        logits = self.weights[:, columns] @ np.array(values, dtype=np.float32) + self.bias
        odds = np.exp(logits - logits.max())
        return {label: float(share) for label, share in zip(LABELS, odds / odds.sum(), strict=True)}

    def _row(self, text: str, document: Counter[str]) -> tuple[list[int], list[float]]:
        known = [
            (self.vocabulary[gram], count) for gram, count in document.items() if gram in self.vocabulary
        ]
        raw = [(1 + float(np.log(count))) * float(self.idf[column]) for column, count in known]
        norm = float(np.sqrt(sum(value * value for value in raw))) or 1.0
        columns = [column for column, _ in known]
        values = [value / norm for value in raw]
        found = count_cues(text)
        for index, cue in enumerate(self.cues):
            if cue in found:
                columns.append(len(self.vocabulary) + index)
                values.append(found[cue] * CUE_WEIGHT)
        return columns, values

    def _matrix(self, texts: Sequence[str], documents: Sequence[Counter[str]]) -> Any:
        import scipy.sparse

        pointers, columns, values = [0], [], []
        for text, document in zip(texts, documents, strict=True):
            row, numbers = self._row(text, document)
            columns += row
            values += numbers
            pointers.append(len(columns))
        return scipy.sparse.csr_matrix(
            (values, columns, pointers),
            shape=(len(texts), len(self.vocabulary) + len(self.cues)),
            dtype=np.float32,
        )

    def save(self, folder: Path) -> None:
        words = {"vocabulary": list(self.vocabulary), "cues": list(self.cues)}
        (folder / _VOCABULARY).write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")
        np.savez(folder / _WEIGHTS, idf=self.idf, weights=self.weights, bias=self.bias)

    @classmethod
    def load(cls, folder: Path) -> EmotionModel:
        words = json.loads((folder / _VOCABULARY).read_text(encoding="utf-8"))
        with np.load(folder / _WEIGHTS, allow_pickle=False) as arrays:
            idf, weights, bias = arrays["idf"], arrays["weights"], arrays["bias"]
        return cls(
            {gram: i for i, gram in enumerate(words["vocabulary"])}, idf, tuple(words["cues"]), weights, bias
        )


def read_examples(folder: Path) -> tuple[list[str], list[str]]:
    """Texts and labels of all `*.tsv` (label, tab, text; no header). Raises ValueError naming the bad line."""
    texts, labels = [], []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            label, tab, text = line.partition("\t")
            if not line.strip():
                continue
            if not tab or label not in LABELS or not text.strip():
                raise ValueError(f"{path}:{number}: expected LABEL<tab>TEXT with one of {', '.join(LABELS)}")
            texts.append(text)
            labels.append(label)
    return texts, labels
