"""The vectors that ship: they are those of the shipped encoder, and nearly all shipped texts have one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from desk.orders.nature import FOLDER as NATURES
from desk.orders.nature import read_samples
from language.encoder.encoder import Encoder
from language.encoder.known import FOLDER, KnownVectors, save

TEXTS = ("公积金怎么提取", "路灯坏了三天了", "孩子上学要什么材料")


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    encoder = Encoder.load()
    save(tmp_path, encoder.digest(), {text: encoder.computed(text) for text in TEXTS})
    return tmp_path


def test_a_kept_vector_points_where_the_computed_one_does(kept: Path) -> None:
    known = KnownVectors.load(kept, Encoder.load().digest())
    for text in TEXTS:
        found = known.get(text)
        assert found is not None and abs(np.linalg.norm(found) - 1) < 1e-5
        assert found @ Encoder.load().computed(text) > 0.999
    assert len(known) == len(TEXTS) and known.get("别的话") is None


def test_vectors_of_another_encoder_count_as_unknown(kept: Path) -> None:
    assert len(KnownVectors.load(kept, "another")) == 0


@pytest.mark.parametrize("name", ["keys.npy", "vectors.npy", "encoder.txt"])
def test_a_missing_or_broken_file_costs_only_time(kept: Path, name: str) -> None:
    digest = Encoder.load().digest()
    (kept / name).write_bytes(b"broken")
    assert KnownVectors.load(kept, digest).get(TEXTS[0]) is None
    (kept / name).unlink()
    assert KnownVectors.load(kept, digest).get(TEXTS[0]) is None


def test_what_ships_is_known() -> None:
    """If this fails, run `make vectors`: set-up computes what is missing, and takes minutes longer."""
    known = KnownVectors.load(FOLDER, Encoder.load().digest())
    texts = [sample.text for path in sorted(NATURES.glob("*.tsv")) for sample in read_samples(path)]
    assert sum(known.get(text) is not None for text in texts) / len(texts) > 0.95


def test_a_shipped_text_is_read_like_any_other() -> None:
    encoder = Encoder.load()
    text = next(sample.text for sample in read_samples(NATURES / "told-in-bits.tsv"))
    assert encoder.meaning(text) @ encoder.computed(text) > 0.999
