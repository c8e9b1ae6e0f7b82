"""Trained weights to a model file: `python -m asr.training.export KOREAN/final.mdl WEIGHTS.pt OUT/am/final.mdl`."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from asr.training.encoder import AcousticModel
from asr.training.nnet3_writer import write_model


def export(start: Path, weights: Path, out: Path) -> None:
    """`start` is the model that training began from. Raises ModelError, and RuntimeError for weights of another network."""
    model = AcousticModel(start)
    model.load_state_dict(torch.load(weights, weights_only=True))
    model.eval()
    write_model(model.network(), out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("start", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("out", type=Path)
    chosen = parser.parse_args()
    export(chosen.start, chosen.weights, chosen.out)


if __name__ == "__main__":
    main()
