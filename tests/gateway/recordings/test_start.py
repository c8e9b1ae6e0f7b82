"""A gateway that is to record and cannot says so in one line instead of recording into nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.__main__ import main


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MINSHENG_VAR", str(tmp_path))
    monkeypatch.setenv("MINSHENG_RECORDING", "true")
    return tmp_path


def test_a_key_that_is_none_stops_the_start(
    var: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINSHENG_RECORDING_KEY", "geheim")
    assert main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("MINSHENG_RECORDING_KEY:") and "64 hexadecimal digits" in line
    assert "geheim" not in line


def test_recordings_without_their_key_stop_the_start(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    left = var / "recordings" / "2026" / "11" / "0.sealed"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"what nobody can open any more")
    assert main() == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("calls cannot be recorded:") and "recording.key" in line
    assert not (var / "recording.key").exists()
