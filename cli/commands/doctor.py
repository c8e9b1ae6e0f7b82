"""`minsheng doctor`: checks every component, says what is missing and how to get it."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import httpx
import orjson
import redis
import sqlalchemy
import typer
from rich.console import Console
from rich.table import Table

from asr.language_model import DEBIAN_PACKAGE
from desk.settings import ROOT, OwnServer, Settings, load_settings
from desk.store.engine import open_engine
from desk.store.redis_keys import probe_key
from desk.store.redis_trouble import trouble_of
from gateway.tts.build import check_engines
from gateway.turns.spool import quarantined
from launcher.errors import LauncherError
from launcher.models_speech import language_model, speech_choice
from launcher.services import redis_server
from launcher.stale import model_path
from launcher.train import check_yaml

LOW_DISK_MB = 500


@dataclass(frozen=True)
class Finding:
    """`ok` True: fine; None: not needed now or not running; False: must be mended. `advice` says how."""

    part: str
    ok: bool | None
    detail: str
    advice: str = ""


def _environment() -> Finding:
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        return Finding("Rasa environment", False, "not installed", "make setup")
    version = subprocess.run([str(python), "--version"], capture_output=True, text=True).stdout.strip()
    return Finding("Rasa environment", True, version)


def _pages() -> Finding:
    if (ROOT / "web" / "dist" / "index.html").exists():
        return Finding("pages", True, "built")
    return Finding("pages", False, "not built", "make setup")


def _model() -> Finding:
    path = model_path()
    if path.exists():
        return Finding("Rasa model", True, path.name)
    return Finding("Rasa model", False, "none for the present config.yml, domain.yml and data/", "make train")


def _yaml() -> Finding:
    try:
        check_yaml()
    except Exception as error:
        return Finding("YAML files", False, str(error), "mend the file")
    return Finding("YAML files", True, "all parse")


def _disk(settings: Settings) -> Finding:
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    free_mb = shutil.disk_usage(settings.var_dir).free / 1e6
    detail = f"{free_mb / 1000:.1f} GB free under {settings.var_dir}"
    return Finding("disk", free_mb > LOW_DISK_MB, detail, "" if free_mb > LOW_DISK_MB else "free some space")


def _database(settings: Settings) -> Finding:
    try:
        with open_engine(settings.effective_database_url).connect() as connection:
            tables = set(sqlalchemy.inspect(connection).get_table_names())
            if "alembic_version" not in tables:
                return Finding("database", None, "reachable, no tables yet", "make run")
            return Finding("database", True, f"{connection.dialect.name}, {len(tables)} tables")
    except sqlalchemy.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        return Finding("database", False, reason, "check MINSHENG_DATABASE_URL and that the server runs")


def _spool(settings: Settings) -> Finding:
    """Names files and never what is in them."""
    folder = settings.var_dir / "spool"
    aside = quarantined(folder)
    if not aside:
        return Finding("spool", True, "nothing is laid aside")
    names = ", ".join(path.name for path in aside[:3]) + (", …" if len(aside) > 3 else "")
    advice = (
        "the gateway's log has the reason (spool_entry_quarantined); read the file and see to the citizen, then "
        f"delete it, or move it to {folder}/NAME.jsonl and restart to try again"
    )
    return Finding(
        "spool",
        False,
        f"{len(aside)} kept messages that the database refuses in {aside[0].parent}: {names}",
        advice,
    )


def _redis(settings: Settings) -> Finding:
    try:
        client = settings.redis_address.connect(socket_timeout=2, socket_connect_timeout=2)
        client.ping()
        try:
            found = f"version {client.info('server')['redis_version']}"
        except redis.exceptions.NoPermissionError:
            # Nothing of ours needs more than the user may do.
            found = "answers; its version is not told to this user"
        try:
            client.set(probe_key(), "", px=1000)
        except redis.ResponseError as error:
            return Finding(
                "redis", False, f"{found}; takes no writes: {trouble_of(error)}",
                "see maxmemory, the disk, the role (master) and the user's rights of that server",
            )  # fmt: skip
        return Finding("redis", True, found)
    except (redis.RedisError, OSError) as error:
        if settings.redis_url is None:
            return Finding("redis", None, f"not running; make run starts {redis_server()}", "make run")
        return Finding("redis", False, str(error), "check MINSHENG_REDIS_URL and that the server runs")


def _gateway(url: str) -> Finding:
    """Answering is not all: what the gateway itself misses is named."""
    try:
        report = httpx.get(url, timeout=10).json()
        bad = {
            name: component["detail"] or component["state"]
            for name, component in report["components"].items()
            if component["state"] not in ("ok", "off")
        }
    except httpx.HTTPError:
        return Finding("gateway", None, f"nothing answers at {url}", "make run")
    except (orjson.JSONDecodeError, ValueError, KeyError, TypeError, AttributeError):
        return Finding("gateway", False, f"what answers at {url} is no gateway of ours", "make run")
    if not bad:
        return Finding("gateway", True, url)
    told = "; ".join(f"{name}: {detail}" for name, detail in bad.items())
    return Finding("gateway", False, f"{report['status']}: {told}", "see the lines of these components here")


def _http(part: str, url: str, headers: dict[str, str] | None = None) -> Finding:
    try:
        answer = httpx.get(url, headers=headers, timeout=3)
    except httpx.HTTPError:
        return Finding(part, None, f"nothing answers at {url}", "make run")
    if answer.status_code == 200:
        return Finding(part, True, url)
    if answer.status_code == 401:
        return Finding(
            part,
            False,
            f"{url} does not take our token",
            "run doctor with the settings of make run (MINSHENG_VAR)",
        )
    return Finding(
        part, False, f"{url} answers {answer.status_code}", "look at its lines in the output of make run"
    )


def _speech_model(settings: Settings) -> Finding:
    if not settings.hears:
        return Finding("speech model", None, "switched off (MINSHENG_ASR_ENGINE=off): text only")
    try:
        choice = speech_choice(settings)
    except LauncherError as error:
        return Finding(
            "speech model", False, f"{error}; without it there are no calls", "make run fetches one"
        )
    detail = f"{choice.engine} with {choice.label} ({choice.why})"
    return Finding("speech model", True, detail, choice.warning or "")


def _language_model(settings: Settings) -> Finding:
    name = "language model"
    try:
        if not settings.hears or not speech_choice(settings).whisper:
            return Finding(name, None, "not used: Whisper does not write here")
        found = language_model(settings)
    except LauncherError as error:
        return Finding(name, False, str(error))
    if found:
        return Finding(name, True, f"Whisper's spelling is checked against {found}")
    if settings.asr_language_model == "off":
        return Finding(name, None, "switched off (MINSHENG_ASR_LANGUAGE_MODEL=off)")
    return Finding(name, None, "none: Whisper misspells more words", f"sudo apt-get install {DEBIAN_PACKAGE}")


def _speech_server(settings: Settings) -> Finding:
    if not settings.hears:
        return Finding("speech server", None, "switched off")
    headers = settings.own_headers(OwnServer.ASR)
    return _http("speech server", f"http://{settings.asr_address}/health", headers)


def _voices(settings: Settings) -> Finding:
    """Who would speak: the first engine of the settings that can, the others for when it fails."""
    engines = asyncio.run(check_engines(settings))
    found = [name for name, fault in engines.items() if fault is None]
    faults = "; ".join(f"{name}: {fault}" for name, fault in engines.items() if fault is not None)
    if not found:
        return Finding("voice", False, faults, "minsheng tts say 您好 --out hello.wav tells more")
    detail = f"{settings.tts_voice} by {found[0]}" + (f", else {', '.join(found[1:])}" if found[1:] else "")
    return Finding("voice", True, detail + (f" ({faults})" if faults else ""))


def _phone(settings: Settings) -> Finding:
    if not settings.audiosocket_port:
        return Finding("phone", None, "switched off (MINSHENG_AUDIOSOCKET_PORT=0)")
    place = f"{settings.audiosocket_host}:{settings.audiosocket_port}"
    try:
        socket.create_connection((settings.audiosocket_host, settings.audiosocket_port), timeout=2).close()
    except OSError:
        return Finding("phone", None, f"nothing listens for Asterisk on {place}", "make run")
    return Finding("phone", True, f"AudioSocket on {place}")


def _tool(name: str, purpose: str, advice: str) -> Finding:
    path = shutil.which(name)
    return Finding(name, True if path else None, path or f"missing; {purpose}", "" if path else advice)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Check every component. Exit code 1 if something must be mended."""
    settings = load_settings()
    checks: list[Callable[[], Finding]] = [
        _environment,
        _pages,
        _yaml,
        _model,
        lambda: _disk(settings),
        lambda: _database(settings),
        lambda: _spool(settings),
        lambda: _redis(settings),
        lambda: _http(
            "actions",
            f"http://127.0.0.1:{settings.actions_port}/health",
            settings.own_headers(OwnServer.ACTIONS),
        ),
        lambda: _http("rasa", f"{settings.rasa_url}/status", settings.own_headers(OwnServer.RASA)),
        lambda: _gateway(f"http://{settings.host}:{settings.port}/healthz"),
        lambda: _speech_model(settings),
        lambda: _language_model(settings),
        lambda: _speech_server(settings),
        lambda: _voices(settings),
        lambda: _phone(settings),
        lambda: _tool("chromium", "only for browser tests", "sudo apt-get install chromium fonts-noto-cjk"),
    ]
    findings = [check() for check in checks]
    if as_json:
        typer.echo(orjson.dumps([vars(finding) for finding in findings]).decode())
    else:
        table = Table("component", "state", "detail", "what to do", box=None, padding=(0, 2))
        for f in findings:
            state = {True: "[green]ok[/]", None: "[yellow]-[/]", False: "[red]bad[/]"}[f.ok]
            table.add_row(f.part, state, f.detail, f.advice)
        Console(highlight=False).print(table)
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)
