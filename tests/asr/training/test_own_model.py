"""Our own model is built at set-up when there is something to build, once, and again when its inputs changed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from asr.choice import OWN
from launcher import own_model
from launcher.errors import LauncherError
from launcher.own_model import build_own_model

QUIET = Console(file=io.StringIO())


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    (tmp_path / "parts" / "am").mkdir(parents=True)
    (tmp_path / "parts" / "conf").mkdir()
    (tmp_path / "parts" / "am" / "final.mdl").write_bytes(b"weights")
    return tmp_path / "parts"


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What each building started from; the minute's work is left out."""
    calls: list[bytes] = []

    def build(parts: Path, out: Path, texts: Path) -> None:
        calls.append((parts / "am" / "final.mdl").read_bytes())
        out.mkdir()
        (out / "made").write_bytes(calls[-1])

    monkeypatch.setattr(own_model, "_run_builder", build)
    return calls


def test_it_is_built_once_and_again_for_other_weights(
    tmp_path: Path, parts: Path, built: list[bytes]
) -> None:
    models = tmp_path / "models"
    assert build_own_model(models, QUIET, parts) == models / OWN
    assert build_own_model(models, QUIET, parts) == models / OWN
    assert built == [b"weights"]
    (parts / "am" / "final.mdl").write_bytes(b"better")
    build_own_model(models, QUIET, parts)
    assert built == [b"weights", b"better"] and (models / OWN / "made").read_bytes() == b"better"


def test_without_an_acoustic_model_there_is_nothing_to_build(
    tmp_path: Path, parts: Path, built: list[bytes]
) -> None:
    (parts / "am" / "final.mdl").unlink()
    assert build_own_model(tmp_path / "models", QUIET, parts) is None and built == []


def test_a_failed_building_leaves_nothing_and_is_told_in_one_line(tmp_path: Path, parts: Path) -> None:
    """The real builder, on a table that is none."""
    (parts / "words.tsv.xz").write_bytes(b"no table")
    with pytest.raises(LauncherError, match=f"{OWN} could not be built: .*LZMAError") as failed:
        build_own_model(tmp_path / "models", QUIET, parts)
    assert "\n" not in str(failed.value)
    assert not (tmp_path / "models" / OWN).exists()
