"""`minsheng doctor` on a hotline that does not run: every part is told, what is broken ends with code 1."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.conftest import free_port

Findings = Callable[..., tuple[dict[str, dict[str, Any]], int]]


@pytest.fixture
def findings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Findings:
    """`findings(variable=value)` -> (part -> finding, exit code)."""

    def found(**variables: str) -> tuple[dict[str, dict[str, Any]], int]:
        quiet = {name: str(free_port()) for name in ("PORT", "ACTIONS_PORT", "ASR_PORT", "AUDIOSOCKET_PORT")}
        base = {
            "VAR": str(tmp_path / "var"),
            "DATABASE_URL": f"sqlite:///{tmp_path / 'doctor.db'}",
            "REDIS_URL": f"redis://127.0.0.1:{free_port()}/0",
            "RASA_URL": f"http://127.0.0.1:{free_port()}",
            "TTS_ENGINES": "espeak",
            "ASR_ENGINE": "whisper",
            # Whatever models this checkout has.
            "ASR_MODELS": str(tmp_path / "asr"),
        }
        for name, value in {**quiet, **base, **variables}.items():
            monkeypatch.setenv(f"MINSHENG_{name}", value)
        result = CliRunner().invoke(app, ["doctor", "--json"], catch_exceptions=False)
        return {one["part"]: one for one in orjson.loads(result.stdout)}, result.exit_code

    return found


def test_every_part_is_told_without_anything_running(findings: Findings) -> None:
    parts, _ = findings()
    assert {"Rasa model", "database", "speech model", "language model", "voice", "phone"} <= set(parts)
    assert parts["gateway"]["ok"] is not True and parts["phone"]["ok"] is None
    assert parts["voice"]["ok"] is True


@pytest.fixture
def whisper_model(tmp_path: Path) -> Path:
    """What is looked at to see that a model is there; nobody listens with it."""
    folder = tmp_path / "asr" / "whisper-base"
    folder.mkdir(parents=True)
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_text("{}", encoding="utf-8")
    return folder


def test_a_whisper_that_is_not_here_is_told_with_what_brings_it(findings: Findings) -> None:
    parts, code = findings()
    assert (parts["language model"]["ok"], parts["speech model"]["ok"], code) == (False, False, 1)
    assert "minsheng models pull whisper-base" in str(parts["speech model"])


@pytest.mark.usefixtures("whisper_model")
def test_what_whispers_spelling_is_checked_against_is_told(findings: Findings, tmp_path: Path) -> None:
    parts, _ = findings(ASR_LANGUAGE_MODEL="off")
    assert parts["language model"]["ok"] is None and "off" in parts["language model"]["detail"]
    missing = tmp_path / "gone.arpa"
    parts, code = findings(ASR_LANGUAGE_MODEL=str(missing))
    assert parts["language model"]["ok"] is False and str(missing) in parts["language model"]["detail"]
    assert code == 1
    missing.write_text("", encoding="utf-8")
    parts, _ = findings(ASR_LANGUAGE_MODEL=str(missing))
    assert parts["language model"]["ok"] is True
    parts, _ = findings(ASR_ENGINE="off")
    assert parts["language model"]["ok"] is None and "not used" in parts["language model"]["detail"]


def test_kept_messages_that_the_database_refuses_are_told_without_their_words(
    findings: Findings, tmp_path: Path
) -> None:
    parts, _ = findings()
    assert parts["spool"]["ok"] is True
    aside = tmp_path / "var" / "spool" / "quarantine"
    aside.mkdir(parents=True)
    (aside / "a1.json").write_text('{"body": {"text": "我叫王小明"}}', encoding="utf-8")
    parts, code = findings()
    assert (parts["spool"]["ok"], code) == (False, 1)
    assert "a1.json" in parts["spool"]["detail"] and "王小明" not in str(parts["spool"])
    assert "restart" in parts["spool"]["advice"]
