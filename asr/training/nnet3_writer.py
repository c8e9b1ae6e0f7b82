"""Write a network as a Kaldi model (binary `final.mdl`) that libvosk loads. One state a unit: no Kaldi tool is needed.

Phone p = unit + 1 has the transition ids 2p-1 (stay) and 2p (leave), both with the scores of unit p-1. Scales and shifts after
the ReLUs are folded into the maps around them, so a layer is two maps, a ReLU and a sum.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from asr.training.network import BYPASS, Affine, Network, Wide

Float32 = NDArray[np.float32]

_INPUT_DIM = 40
_HALF = float(np.log(0.5))


def write_model(network: Network, path: Path) -> None:
    """Raises ValueError for a scale that is not positive: it could not pass through the ReLU."""
    path.parent.mkdir(parents=True, exist_ok=True)
    context = _int(network.context)
    path.write_bytes(
        b"\0B"
        + _transitions(len(network.output.weight))
        + _nnet(network.folded())
        + b"<LeftContext> " + context + b"<RightContext> " + context + b"<Priors> " + _vector(np.zeros(0))
    )  # fmt: skip


def _nnet(network: Network) -> bytes:
    nodes = [f"input-node name=input dim={_INPUT_DIM}"]
    components: list[bytes] = []

    def add(name: str, source: str, body: bytes) -> str:
        nodes.append(f"component-node name={name} component={name} input={source}")
        components.append(b"<ComponentName> " + name.encode() + b" " + body)
        return name

    def wide(name: str, source: str, part: Wide) -> str:
        made = add(f"{name}.affine", source, _tdnn(part.affine))
        return add(f"{name}.relu", made, _nonlinear(b"RectifiedLinearComponent", len(part.scale)))

    last = wide("first", "input", network.first)
    for i, layer in enumerate(network.layers):
        made = wide(f"layer{i}", add(f"layer{i}.narrow", last, _tdnn(layer.narrow)), layer.wide)
        last = add(f"layer{i}.sum", f"Sum(Scale({BYPASS}, {last}), {made})", _no_op(len(layer.wide.scale)))
    for i, part in enumerate(network.head):
        last = wide(f"head{i}", last, part)
    last = add("output.affine", last, _tdnn(network.output))
    last = add("output.log-softmax", last, _nonlinear(b"LogSoftmaxComponent", len(network.output.weight)))
    nodes.append(f"output-node name=output input={last} objective=linear")
    # Kaldi wants exactly one empty line after the nodes.
    config = "\n".join(nodes).encode() + b"\n\n"
    count = b"<NumComponents> " + _int(len(components))
    return b"<Nnet3> \n" + config + count + b"".join(components) + b"</Nnet3> "


def _tdnn(affine: Affine) -> bytes:
    offsets = (
        b"\4"
        + struct.pack("<i", len(affine.offsets))
        + struct.pack(f"<{len(affine.offsets)}i", *affine.offsets)
    )
    return (
        b"<TdnnComponent> <LearningRate> " + _float(0.001) + b"<TimeOffsets> " + offsets
        + b"<LinearParams> " + _matrix(affine.weight) + b"<BiasParams> " + _vector(affine.bias)
        + b"<OrthonormalConstraint> " + _float(0.0) + b"<UseNaturalGradient> T"
        + b"<NumSamplesHistory> " + _float(2000.0) + b"<AlphaInOut> " + _float(4.0) * 2
        + b"<RankInOut> " + _int(20) + _int(32) + b"</TdnnComponent> "
    )  # fmt: skip


def _nonlinear(kind: bytes, dim: int) -> bytes:
    nothing, zero = _vector(np.zeros(0)), b"\10" + struct.pack("<d", 0.0)
    return (
        b"<" + kind + b"> <Dim> " + _int(dim) + b"<ValueAvg> " + nothing + b"<DerivAvg> " + nothing
        + b"<Count> " + zero + b"<NumDimsSelfRepaired> " + zero + b"<NumDimsProcessed> " + zero + b"</" + kind + b"> "
    )  # fmt: skip


def _no_op(dim: int) -> bytes:
    return b"<NoOpComponent> <Dim> " + _int(dim) + b"<BackpropScale> " + _float(1.0) + b"</NoOpComponent> "


def _transitions(count: int) -> bytes:
    """One topology for all phones: a state that stays or leaves, each with one half, and the end."""
    phones = np.arange(1, count + 1, dtype="<i4")
    topology = (
        b"<Topology> " + _integers(phones) + _integers(np.array([-1] + [0] * count, "<i4"))
        + _int(1) + _int(2)
        + _int(0) + _int(2) + _int(0) + _float(0.5) + _int(1) + _float(0.5)
        + _int(-1) + _int(0)
        + b"</Topology> "
    )  # fmt: skip
    triples = b"".join(_int(phone) + _int(0) + _int(phone - 1) for phone in range(1, count + 1))
    chances = np.full(2 * count + 1, _HALF)
    chances[0] = 0
    return (
        b"<TransitionModel> " + topology + b"<Triples> " + _int(count) + triples + b"</Triples> "
        + b"<LogProbs> " + _vector(chances) + b"</LogProbs> </TransitionModel> "
    )  # fmt: skip


def _int(value: int) -> bytes:
    return b"\4" + struct.pack("<i", value)


def _float(value: float) -> bytes:
    return b"\4" + struct.pack("<f", value)


def _integers(values: NDArray[np.int32]) -> bytes:
    return b"\4" + struct.pack("<i", len(values)) + values.astype("<i4").tobytes()


def _vector(values: NDArray[np.floating]) -> bytes:
    return b"FV " + _int(len(values)) + values.astype("<f4").tobytes()


def _matrix(values: Float32) -> bytes:
    return b"FM " + _int(values.shape[0]) + _int(values.shape[1]) + values.astype("<f4").tobytes()
