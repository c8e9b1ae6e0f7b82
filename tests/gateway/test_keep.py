"""A process that dies or hangs is started again, however often, and the others never notice."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desk.settings import Settings
from launcher import keep, pulse
from launcher.errors import LauncherError
from launcher.keep import Keeper
from launcher.pulse import HUNG_AFTER_S, Pulse
from launcher.services import SERVICES, Service, service
from tests.conftest import PrivateRedis, free_port
from tests.waiting import PATIENCE_S, wait_until

RASA = "rasa"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, var=tmp_path / "var")  # type: ignore[call-arg]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[Callable[..., Keeper]]:
    """A keeper in a thread, whose service is the given one; stopped at the end."""
    running: list[tuple[Keeper, threading.Thread]] = []
    monkeypatch.setattr(keep, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(keep, "LONGEST_PAUSE_S", 0.05)
    monkeypatch.setattr(keep, "ASK_EVERY_S", 0.05)

    def start(describe: Callable[[str, Settings], Service], name: str = RASA) -> Keeper:
        monkeypatch.setattr(keep, "service", describe)
        keeper = Keeper(name, settings)
        thread = threading.Thread(target=keeper.run, daemon=True)
        running.append((keeper, thread))
        thread.start()
        return keeper

    yield start
    for keeper, thread in running:
        keeper.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def program(code: str, alive: Callable[[], bool] = lambda: True, **more: float) -> Service:
    return Service(RASA, [sys.executable, "-c", code], dict(os.environ), 1, alive, alive, **more)  # type: ignore[arg-type]


def noting(starts: Path, then: str) -> str:
    return f"import os, time; open({str(starts)!r}, 'a').write(f'{{os.getpid()}}\\n'); {then}"


def pids(starts: Path) -> list[int]:
    return [int(line) for line in starts.read_text().split()] if starts.exists() else []


@pytest.mark.parametrize("name", SERVICES)
def test_nothing_is_ever_given_up(run: Callable[..., Keeper], tmp_path: Path, name: str) -> None:
    starts = tmp_path / "starts"
    run(lambda _name, _settings: program(noting(starts, "raise SystemExit(1)")), name)
    wait_until(lambda: len(pids(starts)) > 7)


def test_what_cannot_be_started_now_is_tried_again(run: Callable[..., Keeper], tmp_path: Path) -> None:
    """The model is being trained, the program is being installed: neither may stop the others."""
    starts, tries = tmp_path / "starts", 0

    def describe(_name: str, _settings: Settings) -> Service:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise LauncherError("the Rasa model is not trained for the present data")
        if tries == 2:
            return Service(RASA, [str(tmp_path / "no program")], {}, 1, lambda: True, lambda: True)
        return program(noting(starts, "time.sleep(3600)"))

    run(describe)
    wait_until(lambda: pids(starts))
    assert tries == 3


def test_a_process_that_hangs_is_killed_and_started_again(
    run: Callable[..., Keeper], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A real server that is stopped in the middle: it holds its port, takes connections, and hears no SIGTERM."""
    port = free_port()
    starts = tmp_path / "starts"
    serve = (
        "import http.server as h; "
        f"s = h.HTTPServer(('127.0.0.1', {port}), h.SimpleHTTPRequestHandler); s.serve_forever()"
    )
    settings = Settings(_env_file=None, port=port)  # type: ignore[call-arg]
    monkeypatch.setattr("launcher.services.ALIVE_WAIT_S", 0.3)
    monkeypatch.setattr(pulse, "HUNG_AFTER_S", 1.0)
    monkeypatch.setattr(keep, "ENDS_WITHIN_S", 0.5)
    asked, answers = service("gateway", settings).alive, 0

    def alive() -> bool:
        nonlocal answers
        answered = asked()
        answers += answered
        return answered

    run(lambda _name, _settings: program(noting(starts, serve), alive), "gateway")
    wait_until(lambda: answers)
    [first] = pids(starts)
    os.kill(first, signal.SIGSTOP)
    wait_until(lambda: len(pids(starts)) == 2)
    wait_until(asked)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_told_to_stop_it_takes_a_hung_process_with_it(
    run: Callable[..., Keeper], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    monkeypatch.setattr(keep, "ENDS_WITHIN_S", 0.5)
    deaf = noting(starts, "time.sleep(3600)")
    keeper = run(lambda _name, _settings: program(deaf))
    wait_until(lambda: pids(starts))
    os.kill(pids(starts)[0], signal.SIGSTOP)
    keeper.stop()

    def gone() -> bool:
        try:
            os.kill(pids(starts)[0], 0)
        except ProcessLookupError:
            return True
        return False

    wait_until(gone)


def test_hung_is_who_answered_and_then_was_silent_for_long() -> None:
    one = Pulse(0.0, starts_within_s=100.0)
    one.answered(10.0)
    for _ in range(5):
        one.missed()
    assert not one.hung(10.0 + HUNG_AFTER_S - 1)
    assert one.hung(10.0 + HUNG_AFTER_S)
    one.answered(150.0)
    one.missed()
    assert not one.hung(1000.0), "a keeper that slept must ask again first"


def test_a_slow_start_is_waited_for_and_an_endless_one_is_not() -> None:
    one = Pulse(0.0, starts_within_s=420.0)
    for _ in range(200):
        one.missed()
    assert not one.hung(420.0 * 2)
    assert one.hung(420.0 * pulse.START_PATIENCE)


@pytest.mark.parametrize("name", ["actions", "asr", "gateway"])
def test_bad_news_is_a_sign_of_life_and_silence_is_none(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A gateway whose database is away says 503, and no restart would mend it."""
    monkeypatch.setattr("launcher.services.ALIVE_WAIT_S", 0.3)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        settings = Settings(_env_file=None, port=port, actions_port=port, asr_port=port)  # type: ignore[call-arg]
        alive = service(name, settings).alive
        assert not alive(), "connected, and never answered"

        def say_503() -> None:
            line, _ = listener.accept()
            while line.recv(65536)[-4:] != b"\r\n\r\n":
                pass
            line.sendall(b"HTTP/1.1 503 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            line.close()

        # The one before is still in the queue of the listener.
        listener.accept()[0].close()
        teller = threading.Thread(target=say_503, daemon=True)
        teller.start()
        monkeypatch.setattr("launcher.services.ALIVE_WAIT_S", PATIENCE_S)
        assert alive()
        teller.join(PATIENCE_S)
    assert not alive()


@pytest.mark.redis
def test_redis_is_asked_whether_it_lives(mortal_redis: PrivateRedis) -> None:
    settings = Settings(_env_file=None, redis_url=mortal_redis.url)  # type: ignore[call-arg]
    alive = service("redis", settings).alive
    assert alive()
    mortal_redis.stop()
    assert not alive()


def test_an_unknown_name_is_told_at_once(settings: Settings) -> None:
    with pytest.raises(LauncherError, match="unknown process"):
        Keeper("rassa", settings)
