"""A private copy of the product on free loopback ports with a var folder of its own: for tests, benchmarks, demos.

It runs the same commands as `make run`; processes can be killed and started again one by one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from rich.console import Console

from desk.settings import ROOT, Settings
from launcher.errors import LauncherError
from launcher.ports import free_ports
from launcher.prepare import prepare
from launcher.services import SERVICES, make_secrets, service, services_of


def private_environment(var: Path, extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of a copy: this process's without our settings, a var folder, free ports, and `extra`.

    Raises:
        LauncherError: too few ports are free.
    """
    gateway, rasa, actions, redis, asr, audiosocket = free_ports(6)
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("MINSHENG_")},
        "MINSHENG_VAR": str(var),
        "MINSHENG_PORT": str(gateway),
        "MINSHENG_RASA_PORT": str(rasa),
        "MINSHENG_ACTIONS_PORT": str(actions),
        "MINSHENG_REDIS_PORT": str(redis),
        "MINSHENG_ASR_PORT": str(asr),
        "MINSHENG_AUDIOSOCKET_PORT": str(audiosocket),
        **extra,
    }


class PrivateProduct:
    """Starts on enter, stops on exit. `settings` are those of the copy; `log(name)` is what a process printed.

    Args:
        var: folder for database, Redis, index and logs of the copy.
        extra: more MINSHENG_* variables.
        names: which processes to start (all by default).
    """

    def __init__(
        self, var: Path, extra: dict[str, str] | None = None, names: tuple[str, ...] = SERVICES
    ) -> None:
        self.names = names
        self._env = private_environment(var, extra or {})
        self._var = var
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.settings = self._read_settings()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def __enter__(self) -> PrivateProduct:
        self._var.mkdir(parents=True, exist_ok=True)
        make_secrets(self.settings)
        hears = prepare(self.settings, Console(stderr=True, highlight=False))
        can_start = services_of(self.settings, hears=hears)
        self.names = tuple(name for name in self.names if name in can_start)
        try:
            for name in self.names:
                self.launch(name)
            for name in self.names:
                self.wait(name)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def launch(self, name: str) -> None:
        """Start one process without waiting for it."""
        what = service(name, self.settings)
        what.write_files()
        with self._log_path(name).open("ab") as log:
            env = {**what.env, **self._env}
            self._processes[name] = subprocess.Popen(
                what.command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    def wait(self, name: str) -> None:
        """Wait until a process answers.

        Raises:
            LauncherError: it died or did not answer in time; with the end of its output.
        """
        started = service(name, self.settings)
        deadline = time.monotonic() + started.starts_within_s
        while time.monotonic() < deadline:
            if self._processes[name].poll() is not None:
                raise LauncherError(f"{name} ended at once:\n{self.log(name)[-3000:]}")
            if started.probe():
                return
            time.sleep(0.2)
        raise LauncherError(
            f"{name} did not answer within {started.starts_within_s:.0f} s:\n{self.log(name)[-3000:]}"
        )

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End one process and everything it started, by default without warning."""
        process = self._processes[name]
        if process.poll() is None:
            os.killpg(process.pid, how)
        process.wait(timeout=30)

    def restart(self, name: str) -> None:
        """Kill (if it still runs), start and wait."""
        self.kill(name)
        self.launch(name)
        self.wait(name)

    def pid(self, name: str) -> int:
        return self._processes[name].pid

    def log(self, name: str) -> str:
        path = self._log_path(name)
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def stop(self) -> None:
        """Stop all processes; those that do not end in time are killed. Idempotent."""
        running = [process for process in self._processes.values() if process.poll() is None]
        for process in running:
            os.killpg(process.pid, signal.SIGTERM)
        for process in running:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=10)

    def _log_path(self, name: str) -> Path:
        return self._var / f"{name}.log"

    def _read_settings(self) -> Settings:
        values = {
            key.removeprefix("MINSHENG_").lower(): v
            for key, v in self._env.items()
            if key.startswith("MINSHENG_")
        }
        return Settings(_env_file=None, **values)  # type: ignore[call-arg, arg-type]
