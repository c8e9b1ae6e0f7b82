"""Fine-tune the encoder and a fresh head: `python -m asr.training.train KOREAN/final.mdl OUT.pt TRAIN.npz... --check NAME=DEV.npz`.

Now and then the averaged weights are kept in OUT.pt and the unit error of each check set is logged, so training may be stopped at
any time. CTC. The lowest layers stay as they are, which makes it quick, and those above learn the more slowly the lower they
lie: they have heard many real people already.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from asr.training.encoder import AcousticModel
from asr.training.prepare import Example, load
from asr.training.units import toneless

_log = logging.getLogger(__name__)

# About 45 s of sound.
_ROWS_A_BATCH = 1500
_AVERAGE_DECAY = 0.99


class Heard:
    """Examples, and what the lower layers make of them: it never changes, so it is computed once, when it is first asked for."""

    def __init__(self, model: AcousticModel, examples: Sequence[Example]) -> None:
        self.examples = examples
        self.lengths = [model.rows_for(len(e.features)) for e in examples]
        self._model = model
        self._rows: dict[int, Tensor] = {}

    def rows(self, chosen: Sequence[int]) -> Tensor:
        """(batch, rows, dim) in half precision."""
        missing = [i for i in chosen if i not in self._rows]
        if missing:
            sound = stacked([torch.from_numpy(self.examples[i].features.astype(np.float32)) for i in missing])
            with torch.autocast("cpu", torch.bfloat16):
                made = self._model.lower(sound).to(torch.bfloat16)
            for i, rows in zip(missing, made, strict=True):
                self._rows[i] = rows[: self.lengths[i]].clone()
        return stacked([self._rows[i] for i in chosen])

    def outputs(self, chosen: Sequence[int]) -> list[int]:
        return [(len(self.examples[i].features) + 2) // 3 for i in chosen]


def batches(lengths: Sequence[int], most: int, random: np.random.Generator) -> list[list[int]]:
    """Numbers of examples of like length, `most` rows together, in random order."""
    found: list[list[int]] = [[]]
    for i in np.argsort(np.array(lengths) * random.uniform(0.9, 1.1, len(lengths))):
        if (len(found[-1]) + 1) * lengths[i] > most and found[-1]:
            found.append([])
        found[-1].append(int(i))
    return [found[i] for i in random.permutation(len(found))]


def stacked(rows: Sequence[Tensor]) -> Tensor:
    """Stack them; a shorter one is filled up with its last row."""
    longest = max(len(one) for one in rows)
    return torch.stack([torch.cat([one, one[-1:].expand(longest - len(one), -1)]) for one in rows])


def hidden_in_part(rows: Tensor, random: np.random.Generator) -> Tensor:
    """Hide two stretches of up to 0.3 s."""
    for _ in range(2):
        width = int(random.integers(0, 10))
        start = int(random.integers(0, max(1, rows.shape[1] - width)))
        rows[:, start : start + width] = 0
    return rows


def loss_of(
    model: AcousticModel, rows: Tensor, outputs: Sequence[int], said: Sequence[Sequence[int]]
) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        scores = model.upper(rows)
    units = torch.tensor([unit for one in said for unit in one])
    counts = torch.tensor([len(one) for one in said])
    return functional.ctc_loss(
        scores.transpose(0, 1), units, torch.tensor(outputs), counts, zero_infinity=True
    )


def distance(said: Sequence[object], heard: Sequence[object]) -> int:
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(heard, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]


@torch.no_grad()  # type: ignore[untyped-decorator]
def unit_error(model: AcousticModel, heard: Heard) -> tuple[float, float]:
    """Error of the best unit of each frame, with tones and without."""
    model.eval()
    wrong = wrong_toneless = total = 0
    for chosen in batches(heard.lengths, _ROWS_A_BATCH, np.random.default_rng(1)):
        rows = heard.rows(chosen)
        with torch.autocast("cpu", torch.bfloat16):
            scores = model.upper(rows).argmax(2)
        for i, units, outputs in zip(chosen, scores, heard.outputs(chosen), strict=True):
            example = heard.examples[i]
            best = [unit for unit, _ in itertools.groupby(units[:outputs].tolist()) if unit]
            wrong += distance(example.units, best)
            wrong_toneless += distance(toneless(example.units), toneless(best))
            total += len(example.units)
    return wrong / total, wrong_toneless / total


def parameter_groups(
    model: AcousticModel, rate: float, head_rate: float, decay: float
) -> list[dict[str, Any]]:
    learning = model.learning
    groups = [
        {"params": list(layer.parameters()), "lr": rate * decay ** (len(learning) - 1 - i)}
        for i, layer in enumerate(learning)
    ]
    fresh = [*model.head.parameters(), *model.output.parameters()]
    return [*groups, {"params": fresh, "lr": head_rate}]


@torch.no_grad()  # type: ignore[untyped-decorator]
def average_in(average: AcousticModel, model: AcousticModel, decay: float) -> None:
    for kept, new in zip(average.parameters(), model.parameters(), strict=True):
        kept.lerp_(new, 1 - decay)
    for kept, new in zip(average.buffers(), model.buffers(), strict=True):
        kept.copy_(new)


def train(
    model: AcousticModel,
    heard: Heard,
    checks: dict[str, Heard],
    out: Path,
    epochs: int,
    rates: tuple[float, float, float],
    keep_every: int,
) -> None:
    """`rates`: of the topmost layer, of the head, and how much slower each layer below is."""
    random = np.random.default_rng(int(time.time()))
    total = epochs * (len(batches(heard.lengths, _ROWS_A_BATCH, random)) + 8)
    groups = parameter_groups(model, *rates)
    optimizer = torch.optim.AdamW(groups, weight_decay=1e-3)
    tops = [group["lr"] for group in groups]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, tops, total_steps=total, pct_start=0.1)
    average = copy.deepcopy(model)
    began, done, losses = time.monotonic(), 0, 0.0
    for epoch in range(epochs):
        for chosen in batches(heard.lengths, _ROWS_A_BATCH, random):
            model.train()
            said = [heard.examples[i].units for i in chosen]
            loss = loss_of(model, hidden_in_part(heard.rows(chosen), random), heard.outputs(chosen), said)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_([p for group in groups for p in group["params"]], 5.0)
            optimizer.step()
            schedule.step()
            done += 1
            losses += (loss.item() - losses) / min(done, 50)
            average_in(average, model, min(_AVERAGE_DECAY, done / (done + 20)))
            if done % 50 == 0:
                _log.info(
                    "epoch %d batch %d of %d loss %.3f %.0f s",
                    epoch,
                    done,
                    total,
                    losses,
                    time.monotonic() - began,
                )
            if done % keep_every == 0 or done == total:
                torch.save(average.state_dict(), out)
                errors = {
                    name: "{:.3f} {:.3f}".format(*unit_error(average, kept)) for name, kept in checks.items()
                }
                _log.info("kept %s %s", out, errors)
    torch.save(average.state_dict(), out)
    errors = {name: "{:.3f} {:.3f}".format(*unit_error(average, kept)) for name, kept in checks.items()}
    _log.info("kept %s %s", out, errors)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("start", type=Path, help="final.mdl of the model whose encoder is taken over")
    parser.add_argument("out", type=Path)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--check", action="append", default=[], help="NAME=FILE.npz, not learnt from")
    parser.add_argument("--go-on", type=Path, help="weights to start from instead")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--head-rate", type=float, default=1.5e-3)
    parser.add_argument("--decay", type=float, default=0.9)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--frozen", type=int, default=7, help="lower layers that do not learn")
    parser.add_argument(
        "--keep-every", type=int, default=400, help="batches between two states that are kept"
    )
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(chosen.threads)
    torch.manual_seed(1)
    model = AcousticModel(chosen.start, dropout=chosen.dropout, frozen=chosen.frozen)
    checks = {
        name: Heard(model, load(Path(path))) for name, path in (check.split("=", 1) for check in chosen.check)
    }
    heard = Heard(model, [example for path in chosen.data for example in load(path)])
    hours = sum(len(e.features) for e in heard.examples) / 360_000
    _log.info("%d examples, %.1f hours", len(heard.examples), hours)
    if chosen.go_on:
        model.load_state_dict(torch.load(chosen.go_on, weights_only=True))
    else:
        every = max(1, len(heard.examples) // 40)
        model.balance(heard.rows(range(0, len(heard.examples), every)).float())
    rates = (chosen.rate, chosen.head_rate, chosen.decay)
    train(model, heard, checks, chosen.out, chosen.epochs, rates, chosen.keep_every)


if __name__ == "__main__":
    main()
