"""What `make run` starts."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from asr.choice import Choice, Engine
from desk.settings import ROOT, OwnServer, Settings
from launcher import run
from launcher.errors import LauncherError
from launcher.run import OtherWords, check_ports
from launcher.services import SERVICES, make_secrets, service, services_of
from launcher.speech_server import server_plan
from launcher.stale import digest
from tests.conftest import free_port
from tests.waiting import wait_until


def test_the_procfile_keeps_every_process() -> None:
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    assert {line.partition(":")[0] for line in lines} == set(SERVICES)


def test_text_starts_without_the_speech_server(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, var=tmp_path)  # type: ignore[call-arg]
    assert services_of(settings, hears=True) == list(SERVICES)
    assert services_of(settings, hears=False) == ["redis", "actions", "rasa", "gateway"]
    own_redis = Settings(_env_file=None, redis_url="redis://127.0.0.1:1")  # type: ignore[call-arg, arg-type]
    assert services_of(own_redis, hears=False) == ["actions", "rasa", "gateway"]


def test_a_redis_that_starts_never_reads_half_a_configuration(tmp_path: Path) -> None:
    """It may be started again while the one before still reads its file."""
    first = service("redis", Settings(_env_file=None, var=tmp_path, redis_port=6401))  # type: ignore[call-arg]
    path = Path(first.command[-1])
    assert not path.exists(), "describing a process writes nothing"
    first.write_files()
    whole = path.read_text(encoding="utf-8")
    with path.open(encoding="utf-8") as server:
        service("redis", Settings(_env_file=None, var=tmp_path, redis_port=6402)).write_files()  # type: ignore[call-arg]
        assert server.read() == whole
    assert "port 6402" in path.read_text(encoding="utf-8")
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(path.parent.glob("*.part"))


def test_a_taken_port_of_the_phone_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = Settings(  # type: ignore[call-arg]
            _env_file=None, var=tmp_path, port=free_port(), audiosocket_port=port
        )
        with pytest.raises(LauncherError, match=f"MINSHENG_AUDIOSOCKET_PORT={port + 1}"):
            check_ports(settings, ["gateway"])


def test_the_rendering_of_other_words_ends_with_the_product(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It must not outlive Ctrl-C, nor begin after it."""
    begun = tmp_path / "begun"
    code = f"import os, time; open({str(begun)!r}, 'w').write(str(os.nice(0))); time.sleep(3600)"
    monkeypatch.setattr(run, "render_command", lambda: [sys.executable, "-c", code])
    words = OtherWords(Settings(_env_file=None, var=tmp_path))  # type: ignore[call-arg]
    words.begin()
    wait_until(lambda: begun.exists() and begun.read_text(encoding="utf-8"))
    assert begun.read_text(encoding="utf-8") == "19"
    words.end()
    started: list[object] = []
    monkeypatch.setattr(run.subprocess, "Popen", lambda *command, **_more: started.append(command))
    words.begin()
    assert started == []


def test_tokens_are_made_once_and_for_their_owner_only(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, var=tmp_path, asr_token="a-token-of-my-own")  # type: ignore[call-arg, arg-type]
    assert settings.own_headers(OwnServer.RASA) == {}
    make_secrets(settings)
    first = {server: settings.own_token(server) for server in OwnServer}
    assert first[OwnServer.ASR] == "a-token-of-my-own"
    assert len(set(first.values())) == 3 and all(len(token) >= 16 for token in first.values())
    assert not settings.token_file(OwnServer.ASR).exists()
    assert settings.token_file(OwnServer.RASA).stat().st_mode & 0o777 == 0o600
    make_secrets(settings)
    assert {server: settings.own_token(server) for server in OwnServer} == first
    # A disk that was full when it was made.
    settings.token_file(OwnServer.RASA).write_text("")
    make_secrets(settings)
    assert len(settings.own_token(OwnServer.RASA)) >= 16
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]


def test_a_speech_server_by_hand_asks_nobody_on_loopback_and_does_not_start_open_elsewhere(
    tmp_path: Path,
) -> None:
    choice = Choice(Engine.WHISPER, None, tmp_path, "a test")
    settings = Settings(_env_file=None, var=tmp_path, asr_language_model="off")  # type: ignore[call-arg]
    assert server_plan(settings, choice, None).token is None
    outside = settings.model_copy(update={"asr_host": "0.0.0.0"})
    with pytest.raises(LauncherError, match="MINSHENG_ASR_TOKEN"):
        server_plan(outside, choice, None)
    plan = server_plan(outside, choice, "a-token-of-my-own")
    assert plan.token == "a-token-of-my-own" and "a-token" not in repr(plan)


def test_a_page_for_people_makes_no_model_stale(tmp_path: Path) -> None:
    """Nobody trains for five minutes because a README was mended."""
    (tmp_path / "language" / "training").mkdir(parents=True)
    (tmp_path / "language" / "words.py").write_text("WORDS = 1\n")
    before = digest(["language"], tmp_path)
    (tmp_path / "language" / "README.md").write_text("read me")
    (tmp_path / "language" / "training" / "train.py").write_text("EPOCHS = 5\n")
    assert digest(["language"], tmp_path) == before
    (tmp_path / "language" / "words.py").write_text("WORDS = 2\n")
    assert digest(["language"], tmp_path) != before
