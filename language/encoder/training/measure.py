"""Figures on rows that were held out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from language.encoder.labels import ACTS, KINDS
from language.encoder.pieces import Sentence, spans_of
from language.encoder.training.rows import Row

FALSE_ALARMS = 0.03
Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Answer:
    """Scores before the logistic function or softmax; `cosine` compares the vector with the original's."""

    danger: float
    kinds: Array
    acts: Array
    spans: Array
    cosine: float


def report(
    rows: Sequence[Row], sentences: Sequence[Sentence], answers: Sequence[Answer]
) -> dict[str, object]:
    figures: dict[str, object] = {"cosine": round(float(np.mean([answer.cosine for answer in answers])), 4)}
    told = [number for number, row in enumerate(rows) if row.kind]
    if told:
        scores = [answers[number].danger for number in told]
        holds = [rows[number].danger for number in told]
        figures["danger"] = danger_figures(scores, holds)
        right = [KINDS[int(answers[n].kinds.argmax())] == rows[n].kind for n in told]
        figures["kinds_right"] = round(float(np.mean(right)), 3)
        turns = [answers[n].danger for n, row in enumerate(rows) if row.acts is not None]
        if turns:
            limit = false_alarm_limit(scores, holds)
            figures["turns_taken_for_danger"] = round(float(np.mean([score > limit for score in turns])), 4)
    spoken = [number for number, row in enumerate(rows) if row.acts is not None]
    if spoken:
        wanted = [rows[number].acts or frozenset() for number in spoken]
        given = [frozenset(a for a, s in zip(ACTS, answers[n].acts, strict=True) if s > 0) for n in spoken]
        figures["acts"] = label_figures(wanted, given)
        marked = [frozenset((s.label, s.start, s.end) for s in rows[n].spans or ()) for n in spoken]
        found = [
            frozenset((s.label, s.start, s.end) for s in spans_of(sentences[n], answers[n].spans))
            for n in spoken
        ]
        figures["spans"] = span_figures(marked, found)
    return figures


def danger_figures(scores: Sequence[float], holds: Sequence[bool]) -> dict[str, float]:
    limit = false_alarm_limit(scores, holds)
    order = np.argsort(-np.array(scores))
    hits = np.array(holds)[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    found = [score > limit for score, holding in zip(scores, holds, strict=True) if holding]
    return {
        "recall": round(float(np.mean(found)), 4),
        "average_precision": round(float(precision[hits].mean()), 4),
        "limit": round(limit, 3),
    }


def false_alarm_limit(scores: Sequence[float], holds: Sequence[bool]) -> float:
    """The score that only the allowed share of harmless rows exceeds."""
    harmless = sorted((s for s, holding in zip(scores, holds, strict=True) if not holding), reverse=True)
    return harmless[int(FALSE_ALARMS * len(harmless))]


def label_figures(wanted: Sequence[frozenset[str]], given: Sequence[frozenset[str]]) -> dict[str, float]:
    right: Counter[str] = Counter()
    sizes: Counter[str] = Counter()
    for one, other in zip(wanted, given, strict=True):
        right.update(one & other)
        sizes.update(one)
        sizes.update(other)
    whole = round(float(np.mean([a == b for a, b in zip(wanted, given, strict=True)])), 3)
    return {"all": _share(sum(right.values()), sum(sizes.values())), "whole_turns": whole} | {
        name: _share(right[name], sizes[name]) for name in ACTS if sizes[name]
    }


def span_figures(
    wanted: Sequence[frozenset[tuple[str, int, int]]], given: Sequence[frozenset[tuple[str, int, int]]]
) -> dict[str, float]:
    """F1 of spans whose label and both ends are right."""
    right = Counter(span[0] for one, other in zip(wanted, given, strict=True) for span in one & other)
    sizes = Counter(span[0] for spans in (*wanted, *given) for span in spans)
    figures = {"all": _share(sum(right.values()), sum(sizes.values()))}
    return figures | {label: _share(right[label], count) for label, count in sorted(sizes.items())}


def _share(right: int, both: int) -> float:
    return round(2 * right / both, 3) if both else 0.0
