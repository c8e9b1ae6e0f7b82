"""Recordings to a cache of features: `python -m asr.training.prepare OUT.npz MANIFEST.tsv...`.

A manifest has the columns path and text at least, paths relative to it. Isolated words (a `word` column is not needed:
two to four characters) are joined to utterances of one to five, with pauses, so that the model hears words in company.
"""

from __future__ import annotations

import argparse
import csv
import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import jieba
import numpy as np
import soundfile
from numpy.typing import NDArray

from asr.training import units
from asr.training.augment import another
from asr.training.features import RATE_HZ, mfcc

_log = logging.getLogger(__name__)
Float32 = NDArray[np.float32]

# Shorter than this is taken for an isolated word.
_WORD_UNITS = 9
# Room for CTC: a unit needs an output frame (30 ms), a repeated one two.
_FRAMES_A_UNIT = 3


@dataclass(frozen=True)
class Recording:
    path: Path
    text: str
    units: tuple[int, ...]


@dataclass(frozen=True)
class Example:
    """Features (frames, 40) in half precision, and the unit numbers that are said."""

    features: NDArray[np.float16]
    units: tuple[int, ...]


def recordings(manifest: Path) -> Iterator[Recording]:
    """The recordings whose text can be spelled in units. Numbers in digits cannot: they may be read in several
    ways."""
    with manifest.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            found = units.sentence(jieba.lcut(row["text"]))
            if found:
                yield Recording(manifest.parent / row["path"], row["text"], tuple(found))


def read(path: Path) -> Float32:
    """Mono, 16 kHz. Raises ValueError at another rate."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    if rate != RATE_HZ:
        raise ValueError(f"{path} has {rate} Hz, expected {RATE_HZ}")
    return np.asarray(samples.mean(axis=1), np.float32)


def joined(words: Sequence[Recording], random: np.random.Generator) -> tuple[Float32, tuple[int, ...]]:
    parts: list[Float32] = []
    said: list[int] = []
    for one in words:
        parts += [read(one.path), np.zeros(int(random.integers(0, 3000)), np.float32)]
        said += one.units
    return np.concatenate(parts), tuple(said)


def groups(found: Sequence[Recording], random: np.random.Generator) -> list[list[Recording]]:
    """Sentences alone, words in company."""
    sentences = [[r] for r in found if len(r.units) >= _WORD_UNITS]
    words = [r for r in found if len(r.units) < _WORD_UNITS]
    order = [words[i] for i in random.permutation(len(words))]
    while order:
        count = int(random.integers(1, 6))
        sentences.append(order[:count])
        order = order[count:]
    return sentences


def _copies(work: tuple[int, list[list[Recording]], int]) -> list[Example]:
    seed, share, copies = work
    random = np.random.default_rng(seed)
    others = [read(group[0].path) for group in share[:40]]
    made = []
    for group in share:
        for _ in range(copies):
            samples, said = joined(group, random)
            example = Example(another(samples, random, others).astype(np.float16), said)
            if len(said) * _FRAMES_A_UNIT + _FRAMES_A_UNIT < len(example.features):
                made.append(example)
    return made


def augmented(found: Sequence[Recording], copies: int, seed: int, workers: int) -> list[Example]:
    shares: list[list[list[Recording]]] = [[] for _ in range(workers * 8)]
    for i, group in enumerate(groups(found, np.random.default_rng(seed))):
        shares[i % len(shares)].append(group)
    work = [(seed * 1000 + i, share, copies) for i, share in enumerate(shares) if share]
    with ProcessPoolExecutor(workers) as pool:
        return [example for part in pool.map(_copies, work) for example in part]


def clean(found: Sequence[Recording]) -> list[Example]:
    return [Example(mfcc(read(r.path)).astype(np.float16), r.units) for r in found]


def save(examples: Sequence[Example], path: Path) -> None:
    np.savez(
        path,
        features=np.concatenate([e.features for e in examples]),
        frames=np.array([len(e.features) for e in examples]),
        units=np.concatenate([np.array(e.units, np.int16) for e in examples]),
        lengths=np.array([len(e.units) for e in examples]),
    )


def load(path: Path) -> list[Example]:
    with np.load(path) as kept:
        features = np.split(kept["features"], np.cumsum(kept["frames"])[:-1])
        said = np.split(kept["units"], np.cumsum(kept["lengths"])[:-1])
    return [Example(f, tuple(int(u) for u in s)) for f, s in zip(features, said, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("manifests", type=Path, nargs="+")
    parser.add_argument("--copies", type=int, default=3, help="augmented copies; 0: one as it is")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    jieba.setLogLevel(logging.ERROR)
    found = [r for manifest in chosen.manifests for r in recordings(manifest)]
    if chosen.copies:
        examples = augmented(found, chosen.copies, chosen.seed, chosen.workers)
    else:
        examples = clean(found)
    save(examples, chosen.out)
    hours = sum(len(e.features) for e in examples) / 360_000
    _log.info("%d examples of %d recordings, %.2f hours", len(examples), len(found), hours)


if __name__ == "__main__":
    main()
