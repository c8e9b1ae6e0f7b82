"""How well orders are put into categories: on held-out citizen messages, on everyday sentences, in cross-validation.

Usage: python -m bench.category [--eval-dir FOLDER] [--folds 4] [--json]
The held-out files are never trained on: citizen_messages_labelled.tsv has letters of citizens (labels are names of the
tree's top level), tests/data/categories_spoken.tsv sentences as people say and type them (labels are leaves).
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score

from desk.orders.category import CategoryClassifier, CategoryTree, input_digest, train_from
from desk.orders.category.artifact import category_folder
from desk.orders.category.examples import load_asides, load_examples, load_keywords
from desk.orders.category.tables import read_table
from desk.orders.category.training import train
from desk.settings import ROOT

DATA = ROOT / "data"
SPOKEN = ROOT / "tests" / "data" / "categories_spoken.tsv"


def heldout(classifier: CategoryClassifier, eval_dir: Path) -> dict[str, Any] | str:
    """Over the labels that occur in the file. Text = title and body, joined by a line break."""
    path = eval_dir / "citizen_messages_labelled.tsv"
    if not path.exists():
        return "not present"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    truth = [row["label_l1"] for row in rows]
    texts = [f"{row['title']}\n{row['body'] or ''}" for row in rows]
    found, took_ms = [], []
    for text in texts:
        started = time.perf_counter()
        found.append(classifier.classify(text).path[0])
        took_ms.append((time.perf_counter() - started) * 1000)
    labels = sorted(set(truth))
    scores = f1_score(truth, found, labels=labels, average=None)
    return {
        "texts": len(texts),
        "macro_f1": round(float(np.mean(scores)), 4),
        "accuracy": round(float(np.mean([a == b for a, b in zip(truth, found, strict=True)])), 4),
        "f1": {label: round(float(score), 3) for label, score in zip(labels, scores, strict=True)},
        "classify_ms_p50": round(statistics.median(took_ms), 2),
        "classify_ms_p95": round(sorted(took_ms)[int(len(took_ms) * 0.95)], 2),
    }


def spoken(classifier: CategoryClassifier) -> dict[str, Any]:
    """Everyday sentences, by the author of many examples: this flatters, the letters do not."""
    rows = [row for _, row in read_table(SPOKEN, ("text", "code"))]
    found = [classifier.classify(row["text"]) for row in rows]
    pairs = [
        (classifier.tree.root_of(row["code"]), row["code"], answer.code)
        for row, answer in zip(rows, found, strict=True)
    ]
    return {
        "texts": len(rows),
        "accuracy_top": round(
            float(np.mean([root == classifier.tree.root_of(code) for root, _, code in pairs])), 4
        ),
        "accuracy_leaf": round(float(np.mean([leaf == code for _, leaf, code in pairs])), 4),
    }


def cross_validated(folds: int) -> dict[str, Any]:
    """On our own texts: all top levels, and leaves, by n-grams alone. The keyword lexicon was written by the texts'
    authors, so these numbers flatter; the held-out letters do not."""
    folder = category_folder(DATA)
    tree = CategoryTree.load(folder / "tree.tsv")
    examples = load_examples(folder / "examples", tree)
    keywords = load_keywords(folder / "keywords.tsv", tree)
    asides = load_asides(folder / "asides.tsv")
    fold = np.random.default_rng(0).permutation(len(examples)) % folds
    truth, found, confident = [], [], []
    for k in range(folds):
        part = train(
            tree, [e for e, f in zip(examples, fold, strict=True) if f != k], keywords, asides=asides
        )
        for example, f in zip(examples, fold, strict=True):
            if f == k:
                answer = part.classify(example.text)
                truth.append(example.code)
                found.append(answer.code)
                confident.append(answer.confidence)
    top_truth, top_found = [tree.root_of(c) for c in truth], [tree.root_of(c) for c in found]
    right = np.array([a == b for a, b in zip(top_truth, top_found, strict=True)])
    return {
        "texts": len(examples),
        "macro_f1_top": round(float(f1_score(top_truth, top_found, average="macro")), 4),
        "accuracy_leaf": round(float(np.mean([a == b for a, b in zip(truth, found, strict=True)])), 4),
        "calibration_error": round(calibration_error(np.array(confident), right), 4),
    }


def calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 10) -> float:
    """Mean distance between confidence and share of right answers, over equal bins."""
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        inside = bin_of == b
        if inside.any():
            total += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return float(total)


def run(eval_dir: Path, folds: int) -> dict[str, Any]:
    started = time.perf_counter()
    classifier = train_from(DATA)
    train_s = time.perf_counter() - started
    report: dict[str, Any] = {"inputs": input_digest(DATA)[:12], "train_s": round(train_s, 1)}
    report["heldout"] = heldout(classifier, eval_dir)
    report["spoken"] = spoken(classifier)
    if folds:
        report["cross_validation"] = cross_validated(folds)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=re.split(r"\n\n", __doc__ or "")[0])
    parser.add_argument(
        "--eval-dir", type=Path, default=ROOT.parent / "shared" / "data" / "eval-dev" / "text"
    )
    parser.add_argument("--folds", type=int, default=4, help="0 leaves cross-validation out")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    report = run(args.eval_dir, args.folds)
    if args.json:
        print(json.dumps(report, ensure_ascii=False))
        return
    print(f"training: {report['train_s']} s on inputs {report['inputs']}")
    for name in ("heldout", "spoken", "cross_validation"):
        part = report.get(name)
        if isinstance(part, dict):
            print(f"{name}:")
            for key, value in part.items():
                print(f"  {key}: {value}")
        elif part:
            print(f"{name}: {part}")


if __name__ == "__main__":
    main()
