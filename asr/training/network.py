"""The acoustic network as plain arrays, with a forward pass in numpy: what is read, trained elsewhere, and written.

A first affine layer over three frames, then TDNN-F layers (a narrow linear map, a wide affine one, ReLU, a scale and shift
from batch normalisation, and 0.66 of the layer before added), then a head. Offsets are frames of 10 ms; from the first layer
whose offsets are multiples of three on, only every third frame is needed (the forward pass here, which is for checking, computes all).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.errors import ModelError
from asr.training.nnet3_reader import Component, read_components

Float32 = NDArray[np.float32]

BYPASS = 0.66
SUBSAMPLING = 3
INPUT_OFFSETS = (-1, 0, 1)


@dataclass(frozen=True)
class Affine:
    """One time-delay map: y(t) = weight @ concat(x(t + offset) ...) + bias."""

    weight: Float32
    bias: Float32
    offsets: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Wide:
    """Affine, ReLU, then y * scale + shift."""

    affine: Affine
    scale: Float32
    shift: Float32


@dataclass(frozen=True)
class Factored:
    """One TDNN-F layer."""

    narrow: Affine
    wide: Wide


@dataclass(frozen=True)
class Network:
    first: Wide
    layers: tuple[Factored, ...]
    # Applied one after the other to the last layer; the last one ends in the scores of the units.
    head: tuple[Wide, ...]
    output: Affine

    def log_probabilities(self, features: Float32) -> Float32:
        """Of the units, a row each three rows of `features`."""
        raw = self.scores(features)
        raw = raw - raw.max(1, keepdims=True)
        return np.asarray(raw - np.log(np.exp(raw).sum(1, keepdims=True)), np.float32)

    def scores(self, features: Float32) -> Float32:
        """What comes out of the last map for each third row of `features` (frames, 40); edges are repeated outwards."""
        count, context = len(features), self.context
        frames = np.pad(features, ((context, context + SUBSAMPLING - 1), (0, 0)), mode="edge")
        first = np.arange(-context, count + context + SUBSAMPLING - 1)
        frames, times = _wide(self.first, frames, first)
        for layer in self.layers:
            narrow, narrow_times = _affine(layer.narrow, frames, times)
            made, made_times = _wide(layer.wide, narrow, narrow_times)
            frames, times = made + BYPASS * frames[np.searchsorted(times, made_times)], made_times
        for wide in self.head:
            frames, times = _wide(wide, frames, times)
        raw, times = _affine(self.output, frames, times)
        return np.asarray(raw[np.searchsorted(times, np.arange(0, count, SUBSAMPLING))], np.float32)

    def folded(self) -> Network:
        """The same function, with scales of 1 and shifts of 0 after every ReLU.

        What a ReLU layer adds as a constant, the map that reads it adds as a bias; `owed` is what its input lacks.

        Raises:
            ValueError: a scale is not positive, so that it cannot pass through the ReLU.
        """
        first, owed = _scaled(self.first)
        layers = []
        for layer in self.layers:
            wide, shift = _scaled(layer.wide)
            layers.append(Factored(_paid(layer.narrow, owed), wide))
            owed = shift + BYPASS * owed
        head = []
        for one in self.head:
            wide, shift = _scaled(Wide(_paid(one.affine, owed), one.scale, one.shift))
            head.append(wide)
            owed = shift
        return Network(first, tuple(layers), tuple(head), _paid(self.output, owed))

    @property
    def context(self) -> int:
        """Frames that an output sees to either side, at most."""
        maps = [self.first.affine, self.output, *(wide.affine for wide in self.head)]
        maps += [part for layer in self.layers for part in (layer.narrow, layer.wide.affine)]
        return max(-sum(min(part.offsets) for part in maps), sum(max(part.offsets) for part in maps))


def _scaled(wide: Wide) -> tuple[Wide, Float32]:
    if wide.scale.min() <= 0:
        raise ValueError("a scale after a ReLU is not positive")
    affine = Affine(
        wide.affine.weight * wide.scale[:, None], wide.affine.bias * wide.scale, wide.affine.offsets
    )
    return plain(affine), wide.shift


def _paid(affine: Affine, owed: Float32) -> Affine:
    return Affine(
        affine.weight, affine.bias + affine.weight @ np.tile(owed, len(affine.offsets)), affine.offsets
    )


def plain(affine: Affine) -> Wide:
    """Affine and ReLU, nothing more."""
    return Wide(affine, np.ones_like(affine.bias), np.zeros_like(affine.bias))


def _affine(affine: Affine, frames: Float32, times: NDArray[np.int64]) -> tuple[Float32, NDArray[np.int64]]:
    """`times` of the rows are consecutive frames; every row whose neighbours are all there is computed."""
    low, high = -min(affine.offsets), max(affine.offsets)
    made = times[low : len(times) - high]
    spliced = np.concatenate([frames[low + o : low + o + len(made)] for o in affine.offsets], axis=1)
    return spliced @ affine.weight.T + affine.bias, made


def _wide(wide: Wide, frames: Float32, times: NDArray[np.int64]) -> tuple[Float32, NDArray[np.int64]]:
    raw, made = _affine(wide.affine, frames, times)
    return np.maximum(raw, 0) * wide.scale + wide.shift, made


def read_network(path: Path) -> Network:
    """A Vosk chain model up to its scores, the i-vector taken as zero. Its scores are no log-probabilities.

    Raises:
        ModelError: it has another structure.
    """
    parts = read_components(path)
    first, layers = read_encoder(path)
    try:
        narrow, wide, norm = (
            parts["prefinal-l"],
            parts["prefinal-chain.affine"],
            parts["prefinal-chain.batchnorm1"],
        )
        last, last_norm, output = (
            parts[name] for name in ("prefinal-chain.linear", "prefinal-chain.batchnorm2", "output.affine")
        )
    except KeyError as error:
        raise ModelError(f"{path} is no chain model as we know them: {error} is missing") from error
    # Linear maps in a row are one.
    head_weight = np.asarray(wide.weight @ narrow.weight, np.float32)
    head = Wide(Affine(head_weight, wide.bias), norm.scale, norm.shift)
    scaled = np.asarray(output.weight * last_norm.scale, np.float32)
    bias = np.asarray(output.bias + output.weight @ last_norm.shift, np.float32)
    return Network(first, layers, (head,), Affine(np.asarray(scaled @ last.weight, np.float32), bias))


def read_encoder(path: Path) -> tuple[Wide, tuple[Factored, ...]]:
    """The shared part of a Vosk chain model, the i-vector taken as zero.

    Raises:
        ModelError: it has another structure.
    """
    parts = read_components(path)
    try:
        lda, first = parts["lda"], parts["tdnn1.affine"]
        dim = 40 * len(INPUT_OFFSETS)
        # Two affine maps in a row are one; the columns of the i-vector meet zeros.
        weight = np.asarray(first.weight @ lda.weight[:, :dim], np.float32)
        bias = np.asarray(first.weight @ lda.bias + first.bias, np.float32)
        layers: list[Factored] = []
        while f"tdnnf{len(layers) + 2}.linear" in parts:
            layers.append(_factored(parts, f"tdnnf{len(layers) + 2}"))
    except KeyError as error:
        raise ModelError(f"{path} is no TDNN-F model as we know them: {error} is missing") from error
    norm = parts["tdnn1.batchnorm"]
    return Wide(Affine(weight, bias, INPUT_OFFSETS), norm.scale, norm.shift), tuple(layers)


def _factored(parts: Mapping[str, Component], name: str) -> Factored:
    linear, affine, norm = (parts[f"{name}.{part}"] for part in ("linear", "affine", "batchnorm"))
    narrow = Affine(linear.weight, np.zeros(len(linear.weight), np.float32), linear.offsets)
    return Factored(narrow, Wide(Affine(affine.weight, affine.bias, affine.offsets), norm.scale, norm.shift))
