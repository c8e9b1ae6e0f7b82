"""Every rule does what its story says, in Rasa itself. Trains the dialogue part alone: seconds, not minutes."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RASA = ROOT / "bot/.venv/bin/rasa"
TRAINING_LIMIT_S = 400

pytestmark = pytest.mark.rasa


def rasa(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false"}
    return subprocess.run(
        [str(RASA.with_name("python")), "-m", "bot.command", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TRAINING_LIMIT_S,
        check=False,
    )


@pytest.fixture(scope="module")
def dialogue_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not RASA.exists():
        pytest.skip("bot/.venv is missing: make setup")
    folder = tmp_path_factory.mktemp("model")
    done = rasa(
        *("train", "core", "--config", "config.yml", "--domain", "domain.yml", "--stories", "data/rules"),
        *("--out", str(folder), "--fixed-model-name", "rules"),
    )
    model = folder / "rules.tar.gz"
    assert model.exists(), done.stdout[-3000:] + done.stderr[-3000:]
    return model


def test_every_story_goes_as_written(dialogue_model: Path, tmp_path: Path) -> None:
    """Rules that contradict each other already fail the training; a wrong prediction fails here."""
    done = rasa(
        *("test", "core", "--model", str(dialogue_model), "--stories", "tests/rasa/test_stories.yml"),
        *("--out", str(tmp_path), "--no-plot"),
    )
    failed = tmp_path / "failed_test_stories.yml"
    assert "None of the test stories failed" in failed.read_text(encoding="utf-8"), failed.read_text(
        encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    assert report["conversation_accuracy"]["accuracy"] == 1.0
    assert report["conversation_accuracy"]["total"] > 70
