"""What `make run` starts."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from desk.settings import ROOT, Settings
from launcher import run
from launcher.errors import LauncherError
from launcher.run import OtherWords, check_ports
from launcher.services import SERVICES, service, services_of
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
