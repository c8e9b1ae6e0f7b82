"""The network that is trained: a multilingual-e5-small whose upper layers learn our tasks, with one head for each.

A row is `<s> query: text </s>`, and, where something had been asked, the words for it and another `</s>`. The
sentence vector is the mean over the first part alone, as in the original. Danger, kinds and acts read the whole row through a
weighted mean of their own; spans are read at each piece, with one set of tags for each of its first characters, since a value may
begin or end within a piece.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from language.encoder.labels import ACTS, KINDS, SLOTS, TAGS
from language.encoder.training.reader import PackedModel


class Layer(nn.Module):
    """One layer of the encoder: attention and a two-layer network, each added and then normalised."""

    def __init__(self, width: int, heads: int, inner: int, epsilon: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.mix = nn.Linear(width, width)
        self.mix_norm = nn.LayerNorm(width, epsilon)
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)
        self.norm = nn.LayerNorm(width, epsilon)

    def forward(self, states: Tensor, seen: Tensor) -> Tensor:
        """`states` [rows, pieces, width]; `seen` [rows, 1, 1, pieces] is false at padding."""
        rows, pieces, width = states.shape
        qkv = self.qkv(states).view(rows, pieces, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        states = self.mix_norm(states + self.mix(mixed.transpose(1, 2).reshape(rows, pieces, width)))
        return self.norm(states + self.narrow(functional.gelu(self.widen(states))))


class Network(nn.Module):
    """`lower` runs the layers that stay as they are, `upper` those that learn; heads read what `upper` returns."""

    def __init__(self, model: PackedModel, kept: list[int], frozen_layers: int) -> None:
        """`kept` are the pieces of the cut vocabulary, by their numbers in the model."""
        super().__init__()
        self.frozen_layers = frozen_layers
        self.words = nn.Embedding.from_pretrained(torch.from_numpy(model.tensors["emb.word"][kept]))
        self.places = nn.Embedding.from_pretrained(
            torch.from_numpy(
                model.tensors["emb.pos"].reshape(-1, model.width) + model.tensors["emb.type"][: model.width]
            )
        )
        self.norm = nn.LayerNorm(model.width, model.epsilon)
        self.layers = nn.ModuleList(
            Layer(model.width, model.heads, model.inner, model.epsilon) for _ in range(model.layers)
        )
        self._copy(model)
        width = model.width
        self.danger_focus = nn.Linear(width, 1)
        self.acts_focus = nn.Linear(width, 1)
        self.danger = nn.Linear(width, 1)
        self.kinds = nn.Linear(width, len(KINDS))
        self.acts = nn.Linear(width, len(ACTS))
        self.spans = nn.Linear(width, SLOTS * len(TAGS))
        # Mean and spread of the original's states: they share one large direction, in which the heads could not learn.
        self.register_buffer("centre", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))
        self.dropout = nn.Dropout(0.1)
        for module in [self.words, self.places, self.norm, *self.layers[:frozen_layers]]:
            module.requires_grad_(False)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _copy(self, model: PackedModel) -> None:
        def fill(module: nn.Linear | nn.LayerNorm, *names: str) -> None:
            for part, target in (("w", module.weight), ("b", module.bias)):
                target.copy_(torch.cat([torch.from_numpy(model.tensors[f"{name}.{part}"]) for name in names]))

        fill(self.norm, "emb.ln")
        for number, layer in enumerate(self.layers):
            fill(layer.qkv, f"l{number}.q", f"l{number}.k", f"l{number}.v")
            fill(layer.mix, f"l{number}.ao")
            fill(layer.mix_norm, f"l{number}.aln")
            fill(layer.widen, f"l{number}.fi")
            fill(layer.narrow, f"l{number}.fo")
            fill(layer.norm, f"l{number}.oln")

    def lower(self, ids: Tensor, seen: Tensor) -> Tensor:
        """States after the frozen layers. `ids` and `seen` [rows, pieces]."""
        states = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])
        for layer in self.layers[: self.frozen_layers]:
            states = layer(states, seen[:, None, None, :])
        return states

    def upper(self, states: Tensor, seen: Tensor) -> Tensor:
        for layer in self.layers[self.frozen_layers :]:
            states = layer(states, seen[:, None, None, :])
        return states

    def vector(self, states: Tensor, first: Tensor) -> Tensor:
        """Unit vectors [rows, width]; `first` is 1 at the pieces of the first part, else 0."""
        return functional.normalize((states * first[:, :, None]).sum(1), dim=-1)

    def heads(self, states: Tensor, seen: Tensor) -> dict[str, Tensor]:
        """Scores before the logistic function or softmax: danger [rows], kinds, acts [rows, n], spans [rows, pieces, slots, tags]."""
        states = self.dropout((states - self.centre) / self.spread)
        alarm = _weighted(states, self.danger_focus(states), seen)
        doing = _weighted(states, self.acts_focus(states), seen)
        return {
            "danger": self.danger(alarm)[:, 0],
            "kinds": self.kinds(alarm),
            "acts": self.acts(doing),
            "spans": self.spans(states).view(*states.shape[:2], SLOTS, len(TAGS)),
        }

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def folded(self) -> dict[str, Tensor]:
        """All weights, with `centre` and `spread` worked into the heads, which then read the states as they are."""
        weights = {name: tensor.clone() for name, tensor in self.state_dict().items()}
        centre, spread = weights.pop("centre"), weights.pop("spread")
        for head in ("danger_focus", "acts_focus", "danger", "kinds", "acts", "spans"):
            weights[f"{head}.weight"] /= spread
            weights[f"{head}.bias"] -= weights[f"{head}.weight"] @ centre
        return weights


def _weighted(states: Tensor, scores: Tensor, seen: Tensor) -> Tensor:
    """The mean of `states` [rows, pieces, width], weighted by the softmax of `scores` [rows, pieces, 1]."""
    shares = scores.masked_fill(~seen[:, :, None], -1e4).softmax(1)
    return (states * shares).sum(1)
