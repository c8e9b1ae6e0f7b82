"""The command line as a whole: every command is there, and none waits for what another one needs."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from cli.main import COMMANDS, app

# A second of imports and more: sound, numerics, vectors, neural voices.
HEAVY = ("av", "numpy", "scipy", "vosk", "faster_whisper", "kokoro_onnx", "onnxruntime", "jieba", "pypinyin")


def test_help_names_every_command_with_what_it_does() -> None:
    result = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "160"})
    assert result.exit_code == 0
    lines = [line.strip("│ \n") for line in result.stdout.splitlines()]
    shown = {name: line.removeprefix(name).strip() for line in lines for name in [line.partition(" ")[0]]}
    for name, place in COMMANDS.items():
        assert (name in shown) is not place.hidden
        assert place.hidden or len(shown[name]) > 10


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_called(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0 and f"minsheng {name}" in result.stdout
    # A call of it belongs to it; what a shell completes is told nowhere else either.
    assert "completion" not in result.stdout


def test_an_unknown_command_is_told_in_one_line() -> None:
    result = CliRunner().invoke(app, ["nope"])
    assert result.exit_code == 2 and "No such command 'nope'" in result.stderr


def test_a_mistyped_command_is_told_the_nearest_one() -> None:
    result = CliRunner().invoke(app, ["usr", "list"])
    assert result.exit_code == 2 and "Did you mean 'user'" in result.stderr


def test_accounts_are_listed_without_speech_and_numerics() -> None:
    """Each `minsheng` once took five seconds of processor time for what it did not use."""
    program = "import sys, cli.main, cli.commands.user; print(*sys.modules, sep='\\n')"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120
    )
    assert sorted(set(HEAVY) & set(result.stdout.split())) == []
