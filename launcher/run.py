"""Prepares what is stale and starts all processes: `python -m launcher.run` (or `make run`).

Honcho runs the Procfile; a thread waits until each process is healthy and prints the addresses. Ctrl-C stops all of it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import honcho.manager
from honcho.environ import parse_procfile
from honcho.manager import Manager
from rich.console import Console

from desk.settings import ROOT, Settings, SettingsError, load_settings
from launcher.errors import LauncherError
from launcher.prepare import prepare, render_command, render_environment
from launcher.services import make_secrets, service, services_of
from launcher.step_back import stepped_back

READY_TIMEOUT_S = 180
NEEDED_DISK_MB = 500
STOPS_WITHIN_S = 15


def check_ports(settings: Settings, names: list[str]) -> None:
    """Raise LauncherError if a port is taken: the message names the variable that moves it."""
    ports = {
        "redis": [("127.0.0.1", settings.redis_port, "MINSHENG_REDIS_PORT")],
        "actions": [("127.0.0.1", settings.actions_port, "MINSHENG_ACTIONS_PORT")],
        "rasa": [("127.0.0.1", settings.rasa_port, "MINSHENG_RASA_PORT")],
        "asr": [(settings.asr_host, settings.asr_port, "MINSHENG_ASR_PORT")],
        "gateway": [(settings.host, settings.port, "MINSHENG_PORT")],
    }
    if settings.audiosocket_port:
        phone = (settings.audiosocket_host, settings.audiosocket_port, "MINSHENG_AUDIOSOCKET_PORT")
        ports["gateway"].append(phone)
    wanted = [(name, *place) for name in names for place in ports[name]]
    for name, host, port, variable in wanted:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise LauncherError(
                    f"{name}: cannot listen on {host}:{port} ({error.strerror}). "
                    f"Stop what uses it, or choose another port: {variable}={port + 1} make run"
                ) from None


class OtherWords:
    """Renders the other fixed sentences while the product runs, at low priority: minutes, once per checkout."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False
        self._lock = threading.Lock()

    def begin(self) -> None:
        with self._lock:
            if self._ended:
                return
            self._process = subprocess.Popen(
                stepped_back(render_command()),
                cwd=ROOT,
                env=render_environment(self._settings),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def end(self) -> None:
        """Stop; the next start renders the rest."""
        with self._lock:
            self._ended = True
            if self._process is not None:
                self._process.terminate()
                self._process.wait()


def announce(settings: Settings, names: list[str], console: Console, ready: Callable[[], None]) -> None:
    """Wait for each process, then print the addresses; report what is late. Calls `ready` once all processes are
    healthy."""
    started = time.monotonic()
    waiting = {name: service(name, settings).probe for name in names}
    while waiting and time.monotonic() - started < READY_TIMEOUT_S:
        waiting = {name: probe for name, probe in waiting.items() if not probe()}
        if waiting:
            time.sleep(0.5)
    if waiting:
        console.print(
            f"[bold red]not ready after {READY_TIMEOUT_S} s: {', '.join(waiting)}[/]; see the lines above"
        )
        return
    address = f"http://{settings.host}:{settings.port}"
    console.print(f"\n[bold green]民声 is ready[/] after {time.monotonic() - started:.0f} s")
    console.print(f"  citizen page   {address}/")
    console.print(f"  seat console   {address}/seat   (accounts: .venv/bin/minsheng user add)")
    console.print(f"  health         {address}/healthz")
    console.print(f"  API            {address}/docs   (needs a token: MINSHENG_API_TOKENS)")
    console.print("  terminal chat  .venv/bin/minsheng chat")
    if settings.audiosocket_port:
        phone = f"{settings.audiosocket_host}:{settings.audiosocket_port}"
        console.print(f"  phone          AudioSocket on {phone} (see deploy/asterisk/)")
    console.print("  Ctrl-C stops everything\n")
    ready()


def main() -> int:
    console = Console(highlight=False)
    try:
        settings = load_settings()
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        # It holds conversations and phone numbers: closed to other users of the machine.
        settings.var_dir.chmod(0o700)
        free_mb = shutil.disk_usage(settings.var_dir).free / 1e6
        if free_mb < NEEDED_DISK_MB:
            raise LauncherError(
                f"only {free_mb:.0f} MB free under {settings.var_dir}; at least {NEEDED_DISK_MB} MB are needed"
            )
        # Before the long preparation.
        check_ports(settings, services_of(settings, hears=settings.hears))
        make_secrets(settings)
        hears = prepare(settings, console)
        names = services_of(settings, hears=hears)
    except (LauncherError, SettingsError) as error:
        console.print(f"[red]{error}[/]", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("stopped")
        return 130

    procfile = parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8"))
    # Rasa finishes its answers and frees its model before it ends.
    honcho.manager.KILL_WAIT = STOPS_WITHIN_S
    manager = Manager()
    env = {**os.environ, "PYTHONUNBUFFERED": "1"}
    for name in names:
        manager.add_process(name, f"exec {procfile.processes[name]}", env=env, cwd=str(ROOT))
    others = OtherWords(settings)
    ready = others.begin if hears else lambda: None
    threading.Thread(target=announce, args=(settings, names, console, ready), daemon=True).start()
    manager.loop()
    others.end()
    # Stopped by Ctrl-C or SIGTERM is the normal end.
    return 0 if manager.returncode in (0, 130, 143) else int(manager.returncode or 0)


if __name__ == "__main__":
    sys.exit(main())
