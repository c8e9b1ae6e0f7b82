"""The network as a PyTorch module: the encoder of a read model, and a fresh head for Mandarin units."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from asr.training.network import BYPASS, SUBSAMPLING, Affine, Factored, Network, Wide, read_encoder
from asr.training.units import UNITS

HEAD_DIM = 256
_HEAD_OFFSETS = (-3, 0, 3)


class _Delayed(nn.Module):
    """(batch, time, dim) to (batch, time - span, dim); `step` frames of 10 ms lie between two rows."""

    def __init__(self, affine: Affine, step: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(affine.weight))
        self.bias = nn.Parameter(torch.tensor(affine.bias))
        self.offsets, self._step = affine.offsets, step
        # Rows that the offsets cost at the edges.
        self.span = (max(affine.offsets) - min(affine.offsets)) // step

    def forward(self, frames: Tensor) -> Tensor:
        if len(self.offsets) == 1:
            return functional.linear(frames, self.weight, self.bias)
        places = [(offset - min(self.offsets)) // self._step for offset in self.offsets]
        length = frames.shape[1] - max(places)
        size = frames.shape[2]
        if size < len(self.bias):
            spliced = torch.cat([frames[:, p : p + length] for p in places], 2)
            return functional.linear(spliced, self.weight, self.bias)
        # Where rows become narrower, shifting the results is cheaper than copying the rows.
        weight = torch.cat(list(self.weight.split(size, 1)), 0)
        parts = functional.linear(frames, weight).split(len(self.bias), 2)
        made = parts[0][:, places[0] : places[0] + length] + self.bias.to(parts[0].dtype)
        for place, part in zip(places[1:], parts[1:], strict=True):
            made = made + part[:, place : place + length]
        return made

    def arrays(self) -> Affine:
        return Affine(self.weight.detach().numpy().copy(), self.bias.detach().numpy().copy(), self.offsets)


class _Wide(nn.Module):
    """Keeps scale and shift of the batch normalisation. Folded into the next map they would be the same function but
    learn badly: the maps above need input around zero."""

    scale: Tensor
    shift: Tensor

    def __init__(self, wide: Wide, step: int) -> None:
        super().__init__()
        self.map = _Delayed(wide.affine, step)
        self.register_buffer("scale", torch.tensor(wide.scale))
        self.register_buffer("shift", torch.tensor(wide.shift))

    @property
    def span(self) -> int:
        return self.map.span

    def forward(self, frames: Tensor) -> Tensor:
        made = functional.relu(self.map(frames), inplace=True)
        return torch.addcmul(self.shift.to(made.dtype), made, self.scale.to(made.dtype))

    def arrays(self) -> Wide:
        return Wide(self.map.arrays(), self.scale.numpy().copy(), self.shift.numpy().copy())


class _Factored(nn.Module):
    def __init__(self, layer: Factored, step: int) -> None:
        super().__init__()
        self.narrow = _Delayed(layer.narrow, step)
        self.wide = _Wide(layer.wide, step)
        self.span = self.narrow.span + self.wide.span
        # Rows that the layer loses at the start.
        self._lost = (-min(layer.narrow.offsets) - min(layer.wide.affine.offsets)) // step

    def forward(self, frames: Tensor, dropout: float) -> Tensor:
        made = self.wide(_thinned(self.narrow(frames), dropout))
        return torch.add(made, frames[:, self._lost : self._lost + made.shape[1]], alpha=BYPASS)

    def arrays(self) -> Factored:
        return Factored(self.narrow.arrays(), self.wide.arrays())


class AcousticModel(nn.Module):
    """(batch, frames, 40) MFCC to log-probabilities of units, one row each three frames; edges are repeated outwards."""

    seen_mean: Tensor
    seen_scale: Tensor

    def __init__(self, path: Path, dropout: float = 0.1, frozen: int = 7) -> None:
        """`path` of the `final.mdl` whose encoder is taken over; its first layer and `frozen` more (four at least) do not learn.

        Raises:
            ModelError: it has another structure.
        """
        super().__init__()
        first, layers = read_encoder(path)
        dim = len(first.scale)
        self.first = _Wide(first, 1)
        # The last layer of the fast part looks at one frame only, and what follows at every third one.
        self._fast = next(i for i, layer in enumerate(layers) if min(layer.narrow.offsets) == -SUBSAMPLING)
        if not self._fast <= frozen <= len(layers):
            raise ValueError(f"frozen must be {self._fast} to {len(layers)}")
        steps = [1 if i < self._fast else SUBSAMPLING for i in range(len(layers))]
        self.layers = nn.ModuleList(_Factored(layer, step) for layer, step in zip(layers, steps, strict=True))
        # What the head sees is brought to mean 0 and variance 1, once (`balance`).
        self.register_buffer("seen_mean", torch.zeros(dim))
        self.register_buffer("seen_scale", torch.ones(dim))
        drawn = nn.Linear(dim * len(_HEAD_OFFSETS), HEAD_DIM)
        self.head = _Delayed(
            Affine(drawn.weight.detach().numpy(), drawn.bias.detach().numpy(), _HEAD_OFFSETS), 3
        )
        self.norm = nn.BatchNorm1d(HEAD_DIM, affine=False)
        self.output = nn.Linear(HEAD_DIM, len(UNITS))
        self._dropout = dropout
        self._frozen = frozen
        offsets = [first.affine.offsets, _HEAD_OFFSETS]
        offsets += [part.offsets for layer in layers for part in (layer.narrow, layer.wide.affine)]
        self._left, self._right = _edges(offsets)

    def forward(self, features: Tensor) -> Tensor:
        rows = -(-features.shape[1] // SUBSAMPLING)
        return self.upper(self.lower(features))[:, :rows]

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def lower(self, features: Tensor) -> Tensor:
        """Output of the frozen layers, one row per three frames; `rows_for` says how many rows belong to it."""
        edges = (self._left, self._right + SUBSAMPLING - 1)
        frames = functional.pad(features.transpose(1, 2), edges, mode="replicate").transpose(1, 2)
        frames = self.first(frames)
        for i, layer in enumerate(self.layers[: self._frozen]):
            if i == self._fast:
                frames = frames[:, ::SUBSAMPLING].contiguous()
            frames = layer(frames, 0.0)
        return frames[:, ::SUBSAMPLING].contiguous() if self._frozen == self._fast else frames

    def rows_for(self, frames: int) -> int:
        """Rows of `lower` that `upper` reads for so many frames of sound."""
        upper = self.layers[self._frozen :]
        return -(-frames // SUBSAMPLING) + sum(int(layer.span) for layer in upper) + self.head.span

    @property
    def learning(self) -> list[nn.Module]:
        """The layers that learn, from the bottom; the head lies on top of them."""
        return list(self.layers[self._frozen :])

    def upper(self, rows: Tensor) -> Tensor:
        dropout = self._dropout if self.training else 0.0
        for layer in self.layers[self._frozen :]:
            rows = layer(rows, dropout)
        hidden = functional.relu(self.head((rows - self.seen_mean) * self.seen_scale))
        shape = hidden.shape
        hidden = self.norm(hidden.float().flatten(0, 1)).view(shape)
        return functional.log_softmax(self.output(_thinned(hidden, dropout)).float(), 2)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def balance(self, rows: Tensor) -> None:
        """Let the head see every dimension of the encoder with mean 0 and variance 1, as of these rows of `lower`."""
        for layer in self.layers[self._frozen :]:
            rows = layer(rows, 0.0)
        flat = rows.float().flatten(0, 1)
        self.seen_mean.copy_(flat.mean(0))
        self.seen_scale.copy_(1 / (flat.std(0) + 1e-3))

    def network(self) -> Network:
        """The learned weights as arrays."""
        layers = tuple(layer.arrays() for layer in self.layers)  # type: ignore[operator]
        output = Affine(self.output.weight.detach().numpy().copy(), self.output.bias.detach().numpy().copy())
        assert self.norm.running_mean is not None and self.norm.running_var is not None
        scale = 1 / torch.sqrt(self.norm.running_var + self.norm.eps)
        head = Wide(self._head_arrays(), scale.numpy(), (-self.norm.running_mean * scale).numpy())
        return Network(self.first.arrays(), layers, (head,), output)

    def _head_arrays(self) -> Affine:
        """The head with what brings its input to mean 0 and variance 1."""
        repeats = len(_HEAD_OFFSETS)
        weight = self.head.weight.detach() * self.seen_scale.repeat(repeats)
        bias = self.head.bias.detach() - weight @ self.seen_mean.repeat(repeats)
        return Affine(weight.numpy(), bias.numpy(), _HEAD_OFFSETS)


def _edges(offsets: Sequence[Sequence[int]]) -> tuple[int, int]:
    return -sum(map(min, offsets)), sum(map(max, offsets))


def _thinned(frames: Tensor, dropout: float) -> Tensor:
    """Dropout that hides a dimension for a whole utterance, as Kaldi does; far quicker than hiding single values."""
    if not dropout:
        return frames
    kept = torch.rand(len(frames), 1, frames.shape[2]) >= dropout
    return frames * (kept.to(frames.dtype) / (1 - dropout))
