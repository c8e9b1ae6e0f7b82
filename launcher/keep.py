"""Keeps one process running: `python -m launcher.keep NAME`. The Procfile starts five of these.

A process that dies is started again after a pause that doubles (1 s to 30 s), for ever: giving one up would stop the
whole set, also citizens' talks with people, which need neither Rasa nor the actions. A process that no longer answers
is killed and started again. SIGTERM and SIGINT are passed on.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from types import FrameType

from desk.settings import ROOT, Settings, SettingsError, load_settings
from launcher.errors import LauncherError
from launcher.pulse import Pulse
from launcher.services import Service, check_name, make_secrets, service

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
# A process that lived this long was healthy: its next death starts counting anew.
HEALTHY_AFTER_S = 60.0
# Between two checks whether it is alive.
ASK_EVERY_S = 5.0
# From SIGTERM to SIGKILL; less than `make run` gives its keepers to end (launcher.run), so that no hung child outlives them.
ENDS_WITHIN_S = 12.0
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Runs in the child before exec: a killed keeper must not leave an orphan that holds the port (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Keeper:
    """`run` returns once it is told to stop."""

    def __init__(self, name: str, settings: Settings) -> None:
        check_name(name)
        self._name = name
        self._settings = settings
        self._stopping = False
        self._child: subprocess.Popen[bytes] | None = None

    def stop(self, _signum: int = signal.SIGTERM, _frame: FrameType | None = None) -> None:
        """Handles a signal."""
        self._stopping = True
        if self._child is not None and self._child.poll() is None:
            self._child.send_signal(signal.SIGTERM)

    def run(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stopping:
            begun = time.monotonic()
            why = self._run_once()
            if self._stopping:
                return
            if time.monotonic() - begun >= HEALTHY_AFTER_S:
                pause_s = FIRST_PAUSE_S
            print(f"{self._name} {why}; starting it again in {pause_s:.0f} s", flush=True)
            self._sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    def _run_once(self) -> str:
        """Start the process and watch it until it has ended. Returns the reason."""
        try:
            what = service(self._name, self._settings)
            what.write_files()
            child = subprocess.Popen(what.command, cwd=ROOT, env=what.env, preexec_fn=die_with_parent)
        except (LauncherError, OSError) as error:
            # A model is being trained, a disk is full: that may be mended while the others go on.
            return f"could not be started ({error})"
        self._child = child
        hung_s = self._watch(child, what)
        if self._stopping or hung_s is not None:
            self._end(child)
        code = child.wait()
        return f"gave no sign of life for {hung_s:.0f} s" if hung_s else f"ended with exit code {code}"

    def _watch(self, child: subprocess.Popen[bytes], what: Service) -> float | None:
        """Watch until it ends or we are told to stop (None), or until it hangs: then for how many seconds it has."""
        pulse = Pulse(time.monotonic(), what.starts_within_s)
        while not self._stopping:
            try:
                child.wait(ASK_EVERY_S)
                return None
            except subprocess.TimeoutExpired:
                pass
            if what.alive():
                pulse.answered(time.monotonic())
            else:
                pulse.missed()
            if pulse.hung(now := time.monotonic()):
                return pulse.silent_s(now)
        return None

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        child.send_signal(signal.SIGTERM)
        try:
            child.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()

    def _sleep(self, pause_s: float) -> None:
        wake = time.monotonic() + pause_s
        while not self._stopping and time.monotonic() < wake:
            time.sleep(0.1)


def main(name: str) -> None:
    """Raises LauncherError, SettingsError, which no later try would mend."""
    settings = load_settings()
    # Also for a keeper that systemd starts alone, for example.
    make_secrets(settings)
    keeper = Keeper(name, settings)
    signal.signal(signal.SIGTERM, keeper.stop)
    signal.signal(signal.SIGINT, keeper.stop)
    keeper.run()


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (LauncherError, SettingsError) as error:
        print(error, file=sys.stderr, flush=True)
        sys.exit(1)
