"""Accents are those of the tables, noises are what they are called and always the same."""

from __future__ import annotations

import numpy as np
import pytest

from asr.audio import RATE_HZ
from asr.training import units
from asr.training.pronunciation import FOLDER, load_pronunciation
from bench.added_names import CARRIERS, WORDS, inserted
from bench.figures import levels
from bench.synthetic import noises, phonemes
from cli.commands.build_graph import read_words


def test_an_accent_changes_what_is_said() -> None:
    """Of every table, sounds that Mandarin's voice cannot say among them; a name is read as it was given."""
    readings = {"苌楠路": units.word("长安路") or ()}
    plain = phonemes("请问苌楠路怎么走？", readings, None)
    said_so = phonemes("请问长安路怎么走？", {}, None)
    assert plain.replace(" ", "") == said_so.replace(" ", "") and plain.endswith("?")
    for path in FOLDER.glob("*.tsv"):
        accent = load_pronunciation(path.stem)
        said = [phonemes(text.format("回龙观水库"), {}, accent) for text in CARRIERS]
        assert said != [phonemes(text.format("回龙观水库"), {}, None) for text in CARRIERS]


def test_noises_are_repeatable_and_loud_enough() -> None:
    first, again = dict(noises(2.0)), dict(noises(2.0))
    assert len(first) == 10
    for kind, samples in first.items():
        np.testing.assert_array_equal(samples, again[kind])
        assert len(samples) == 2 * RATE_HZ and samples.dtype == np.int16
    assert not first["silence"].any()
    assert float(levels(first["white, -25 dB"], RATE_HZ).mean()) == pytest.approx(
        32_768 * 10 ** (-25 / 20), rel=0.05
    )


def test_the_names_of_the_bench_are_learnable() -> None:
    found = read_words(WORDS)
    assert len(found.words) == 60 and found.left_out == ()
    assert inserted("我在金楠大道", ["金楠大道", "五丁桥"]) == ["金楠大道"]
    assert inserted("我在金楠大道", ["金楠大道"], "金楠大道") == []
