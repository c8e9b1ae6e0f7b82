"""Sentence vectors of the shipped texts, computed once by us: nobody waits minutes for them at the first start.

`keys.npy` holds the first eight bytes of the SHA-256 of each text, sorted; row n of `vectors.npy` is the vector of the
n-th, in 255 steps a direction, which changes no ranking that matters. `encoder.txt` says of which weights they are: of others they
count as unknown, and are computed. `python -m launcher.vectors` makes them anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float32]
FOLDER = Path(__file__).parent / "known"
_KEYS, _VECTORS, _ENCODER = "keys.npy", "vectors.npy", "encoder.txt"
_STEPS = 127.0


class KnownVectors:
    """Immutable. The vectors stay in the file (memory-mapped): processes share them, and only what is asked for is read."""

    def __init__(self, keys: npt.NDArray[np.uint64], vectors: npt.NDArray[np.int8]) -> None:
        """`vectors` has a row of directions for each of the sorted `keys`."""
        self._keys = keys
        self._vectors = vectors

    @classmethod
    def load(cls, folder: Path, encoder: str) -> KnownVectors:
        """Those of the encoder with this digest; none where the files are missing, broken, or of another encoder."""
        try:
            if (folder / _ENCODER).read_text(encoding="utf-8").strip() == encoder:
                keys, vectors = np.load(folder / _KEYS), np.load(folder / _VECTORS, mmap_mode="r")
                if len(keys) == len(vectors) and vectors.ndim == 2:
                    return cls(keys, vectors)
        except (OSError, ValueError):
            pass
        return cls(np.zeros(0, np.uint64), np.zeros((0, 0), np.int8))

    def __len__(self) -> int:
        return len(self._keys)

    def get(self, text: str) -> Vector | None:
        """The vector of a shipped text, of length one; None for any other."""
        key = _key(text)
        at = int(np.searchsorted(self._keys, key))
        if at == len(self._keys) or self._keys[at] != key:
            return None
        found: Vector = self._vectors[at].astype(np.float32)
        unit: Vector = found / np.linalg.norm(found)
        return unit


def save(folder: Path, encoder: str, vectors: Mapping[str, Vector]) -> None:
    """Write the vectors of these texts for `KnownVectors.load`."""
    by_key = {int(_key(text)): vector for text, vector in vectors.items()}
    keys = np.array(sorted(by_key), np.uint64)
    rows = np.stack([by_key[int(key)] for key in keys])
    steps = np.round(rows / np.abs(rows).max(axis=1, keepdims=True) * _STEPS).astype(np.int8)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / _KEYS, keys)
    np.save(folder / _VECTORS, steps)
    (folder / _ENCODER).write_text(encoder + "\n", encoding="utf-8")


def _key(text: str) -> np.uint64:
    return np.uint64(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little"))
