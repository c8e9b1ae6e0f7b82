"""A mistake in a table of words stops the start with one line, not the first citizen who uses such a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from actions import __main__ as actions_main
from gateway import __main__ as gateway_main
from language.dialects import normaliser
from launcher.errors import LauncherError
from launcher.train import train


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "hakka.tsv").write_text("涯\t我\t岸\n", encoding="utf-8")
    monkeypatch.setattr(normaliser, "FOLDER", tmp_path)
    monkeypatch.setenv("MINSHENG_VAR", str(tmp_path))
    normaliser.dialect_normaliser.cache_clear()
    yield
    normaliser.dialect_normaliser.cache_clear()


@pytest.mark.usefixtures("broken")
def test_a_mistake_stops_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    """Of actions, gateway and training, with file, line and what to do."""
    with pytest.raises(SystemExit, match=r"hakka\.tsv:1: the guard 岸 needs one _"):
        actions_main.main()
    assert gateway_main.main() == 1
    told = capsys.readouterr().err
    assert "hakka.tsv:1" in told and "Traceback" not in told and told.count("\n") == 1
    with pytest.raises(LauncherError, match=r"hakka\.tsv:1"):
        train(Console())
