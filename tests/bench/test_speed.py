"""What the command line of bench/speed.py takes, and what becomes of a part that breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import speed
from bench.builds import Build, BuildError
from bench.goals import PARTS
from bench.speed import HERE, Measuring, arguments, told


@pytest.fixture(autouse=True)
def _ready(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nothing was trained yet."""
    monkeypatch.setattr(Build, "missing", lambda self: "" if self.checkout == HERE else "models")


def test_all_parts_run_unless_some_are_wanted_and_in_their_own_order() -> None:
    assert arguments([]).parts == list(PARTS)
    assert arguments(["--only", "train,turn"]).parts == ["turn", "train"]


@pytest.mark.parametrize(
    "argv",
    [
        ["--only", "turn,else"],
        ["--turns", "0"],
        ["--starts", "many"],
        ["--against", str(HERE)],
        ["--against", "/nowhere"],
    ],
)
def test_what_cannot_be_run_is_refused(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        arguments(argv)
    assert refused.value.code == 2 and "error" in capsys.readouterr().err


def test_the_line_above_the_table_tells_how_much_was_asked() -> None:
    assert told(arguments(["--turns", "40", "--starts", "2"])).startswith("40 turns with 1 in flight")


def test_a_part_that_breaks_leaves_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The older build cannot be trained; this one is, all the same."""
    older = Build(tmp_path)

    def trained(build: Build, folder: Path) -> float:
        if build == older:
            raise BuildError("Rasa refused the data")
        return 12.0

    monkeypatch.setattr(speed, "retraining_s", trained)
    ours = Build(HERE)
    measuring = Measuring([older, ours], arguments(["--only", "train"]), tmp_path)
    measuring.run()
    assert measuring.figures == {older: {}, ours: {"train": 12.0}}
    assert len(measuring.troubles) == 1 and "Rasa refused the data" in measuring.troubles[0]
