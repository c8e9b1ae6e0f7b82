"""Read the acoustic network of a Kaldi nnet3 model (binary `final.mdl`) into arrays. Only what TDNN-F models hold."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.errors import ModelError

Float32 = NDArray[np.float32]

_COMPONENT = re.compile(rb"<ComponentName> ([\w.\-]+) <(\w+)>")
_EMPTY = np.zeros(0, np.float32)


@dataclass(frozen=True)
class Component:
    """A component by its Kaldi type; what it does not have is empty."""

    kind: str
    weight: Float32 = field(default_factory=lambda: _EMPTY)
    bias: Float32 = field(default_factory=lambda: _EMPTY)
    offsets: tuple[int, ...] = (0,)
    # Of a batch normalisation: y = x * scale + shift.
    scale: Float32 = field(default_factory=lambda: _EMPTY)
    shift: Float32 = field(default_factory=lambda: _EMPTY)


def read_components(path: Path) -> dict[str, Component]:
    """All components by name.

    Raises:
        ModelError: no binary nnet3 model, or one in a form that Vosk's models do not use.
    """
    data = path.read_bytes()
    start = data.find(b"<NumComponents>")
    if not data.startswith(b"\0B") or start < 0:
        raise ModelError(f"{path} is no binary nnet3 model")
    found = list(_COMPONENT.finditer(data, start))
    ends = [match.start() for match in found[1:]] + [len(data)]
    try:
        return {
            match.group(1).decode(): _component(match.group(2).decode(), data[match.end() : end])
            for match, end in zip(found, ends, strict=True)
        }
    except (struct.error, ValueError) as error:
        raise ModelError(f"{path} cannot be read: {error}") from error


def _component(kind: str, body: bytes) -> Component:
    if kind == "BatchNormComponent":
        mean, variance = _vector(body, b"<StatsMean>"), _vector(body, b"<StatsVar>")
        epsilon, rms = _float(body, b"<Epsilon>"), _float(body, b"<TargetRms>")
        scale = (rms / np.sqrt(variance + epsilon)).astype(np.float32)
        return Component(kind, scale=scale, shift=-mean * scale)
    if kind in ("LinearComponent", "FixedAffineComponent", "NaturalGradientAffineComponent", "TdnnComponent"):
        weight = _matrix(body, b"<Params>" if kind == "LinearComponent" else b"<LinearParams>")
        bias = _EMPTY if kind == "LinearComponent" else _vector(body, b"<BiasParams>")
        offsets = _integers(body, b"<TimeOffsets>") if kind == "TdnnComponent" else (0,)
        return Component(kind, weight, bias, offsets)
    return Component(kind)


def _at(body: bytes, token: bytes) -> int:
    place = body.find(token + b" ")
    if place < 0:
        raise ValueError(f"{token.decode()} is missing")
    return place + len(token) + 1


def _matrix(body: bytes, token: bytes) -> Float32:
    at = _at(body, token)
    if body[at : at + 3] != b"FM ":
        raise ValueError(f"{token.decode()} is no matrix of 32-bit floats")
    rows, columns = struct.unpack_from("<xixi", body, at + 3)
    return np.frombuffer(body, "<f4", rows * columns, at + 13).reshape(rows, columns)


def _vector(body: bytes, token: bytes) -> Float32:
    at = _at(body, token)
    if body[at : at + 3] != b"FV ":
        raise ValueError(f"{token.decode()} is no vector of 32-bit floats")
    return np.frombuffer(body, "<f4", struct.unpack_from("<xi", body, at + 3)[0], at + 8)


def _integers(body: bytes, token: bytes) -> tuple[int, ...]:
    at = _at(body, token)
    count: int = struct.unpack_from("<xi", body, at)[0]
    return struct.unpack_from(f"<{count}i", body, at + 5)


def _float(body: bytes, token: bytes) -> float:
    return float(struct.unpack_from("<xf", body, _at(body, token))[0])
