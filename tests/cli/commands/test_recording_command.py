"""Recordings are listed, exported, kept and deleted from the command line; each act has a reason in the audit log first."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from cli.commands import recording
from cli.commands.errors import CommandError
from desk.conversations.store import ConversationStore
from desk.recordings import (
    Outcome,
    Recording,
    RecordingCatalogue,
    RecordingState,
    RecordingVault,
    load_keys,
    new_key,
)
from desk.seats import AuditLog

SOUND = b"OggS and what was said" * 1000


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RecordingVault:
    monkeypatch.setenv("MINSHENG_VAR", str(tmp_path / "var"))
    return RecordingVault(tmp_path / "var", load_keys("", tmp_path / "var", make=True))


@pytest.fixture
def recorded(engine: Engine, vault: RecordingVault) -> Recording:
    catalogue = RecordingCatalogue(engine)
    conversation = ConversationStore(engine).create("phone")[0]
    found = catalogue.begin(conversation.id, vault.key_id, datetime.now(UTC), timedelta(days=180))
    writer = vault.create(found)
    writer.write(SOUND)
    writer.finish()
    writer.close()
    catalogue.end(found.id, Outcome(state=RecordingState.COMPLETE, length_ms=61_000, bytes=22_500))
    return catalogue.get(found.id)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(recording.app, list(arguments))


def audited(engine: Engine) -> list[tuple[str, str]]:
    return [(line.action, str(line.detail["why"])) for line in AuditLog(engine).read()]


def test_a_recording_is_listed_without_a_word_of_it(engine: Engine, recorded: Recording) -> None:
    line = json.loads(run("list", "--json").stdout)
    assert (line["id"], line["state"], line["length_s"]) == (recorded.id, "complete", 61.0)
    assert json.loads(run("list", "--json", "--conversation", recorded.conversation_id).stdout) == line
    assert run("list", "--json", "--state", "broken").stdout == ""
    assert "1:01" in run("list").stdout and audited(engine) == []


def test_an_export_is_the_sound_in_clear_for_its_owner_only(
    engine: Engine, recorded: Recording, tmp_path: Path
) -> None:
    out = tmp_path / "call.ogg"
    result = run("export", recorded.id, "--out", str(out), "--why", "投诉复核13800138000")
    assert result.exit_code == 0, result.exception
    assert out.read_bytes() == SOUND and out.stat().st_mode & 0o777 == 0o600
    ((action, why),) = audited(engine)
    assert action == "recording_exported" and why.startswith("投诉复核") and "13800138000" not in why
    again = run("export", recorded.id, "--out", str(out), "--why", "再来一次")
    assert isinstance(again.exception, CommandError) and len(audited(engine)) == 1


def test_a_deleted_recording_cannot_be_opened_and_leaves_its_line(
    engine: Engine, vault: RecordingVault, recorded: Recording, tmp_path: Path
) -> None:
    assert run("delete", recorded.id, "--why", "市民要求删除").exit_code == 0
    assert vault.file_bytes(recorded) == 0
    line = json.loads(run("list", "--json").stdout)
    assert line["state"] == "deleted" and line["deleted_by"].startswith("cli:")
    assert audited(engine) == [("recording_deleted", "市民要求删除")]
    gone = run("export", recorded.id, "--out", str(tmp_path / "x.ogg"), "--why", "看看")
    assert isinstance(gone.exception, CommandError) and not (tmp_path / "x.ogg").exists()


def test_a_recording_may_be_kept_longer(engine: Engine, recorded: Recording) -> None:
    assert run("keep", recorded.id, "--until", "2031-01-02", "--why", "诉讼").exit_code == 0
    assert json.loads(run("list", "--json").stdout)["keep_until"].startswith("2031-01-02T00:00:00+08:00")
    assert audited(engine) == [("recording_kept", "诉讼")]


def test_without_a_reason_nothing_is_done(engine: Engine, recorded: Recording, tmp_path: Path) -> None:
    out = tmp_path / "x.ogg"
    for arguments in (
        ("export", recorded.id, "--out", str(out)),
        ("delete", recorded.id, "--why", " "),
        ("keep", recorded.id, "--until", "2031-01-02"),
    ):
        assert run(*arguments).exit_code == 2
    assert not out.exists() and audited(engine) == []
    assert json.loads(run("list", "--json").stdout)["state"] == "complete"


def test_a_strange_key_opens_nothing_and_says_so(
    engine: Engine, recorded: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "var" / "recording.key").unlink()
    monkeypatch.setenv("MINSHENG_RECORDING_KEY", run("new-key").stdout.strip())
    result = run("export", recorded.id, "--out", str(tmp_path / "x.ogg"), "--why", "复核")
    assert isinstance(result.exception, CommandError) and "recording key" in str(result.exception)
    assert not (tmp_path / "x.ogg").exists() and audited(engine) == []
    assert len(new_key()) == 64
