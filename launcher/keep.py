"""Keeps one process running: `python -m launcher.keep NAME`. The Procfile starts five of these.

A process that dies is started again after a pause that doubles (1 s to 30 s); one that dies at once again and again is
given up, which stops the whole set with a line that says why (the speech server is tried forever: text goes on without
it). SIGTERM and SIGINT are passed on.
"""

from __future__ import annotations

import ctypes
import signal
import subprocess
import sys
import time
from types import FrameType

from desk.settings import ROOT, SettingsError, load_settings
from launcher.errors import LauncherError
from launcher.services import service

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 30.0
# A process that lived this long was healthy: its next death starts counting anew.
HEALTHY_AFTER_S = 60.0
GIVE_UP_AFTER = 5
PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Runs in the child before exec: a killed keeper must not leave an orphan that holds the port (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def keep(name: str) -> int:
    """Run the process until it ends cleanly, is told to stop, or has to be given up. Returns an exit code."""
    settings = load_settings()
    stopping = False
    child: subprocess.Popen[bytes] | None = None

    def stop(signum: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        if child is not None and child.poll() is None:
            child.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)

    pause, deaths = FIRST_PAUSE_S, 0
    while not stopping:
        what = service(name, settings)
        what.write_files()
        started = time.monotonic()
        child = subprocess.Popen(what.command, cwd=ROOT, env=what.env, preexec_fn=die_with_parent)
        code = child.wait()
        if stopping:
            return 0
        if time.monotonic() - started >= HEALTHY_AFTER_S:
            pause, deaths = FIRST_PAUSE_S, 0
        deaths += 1
        if deaths >= GIVE_UP_AFTER and not what.optional:
            print(
                f"{name} died {deaths} times in a row (last exit code {code}); giving up. Its lines above say why",
                flush=True,
            )
            return 1
        print(f"{name} ended with exit code {code}; starting it again in {pause:.0f} s", flush=True)
        wake = time.monotonic() + pause
        while not stopping and time.monotonic() < wake:
            time.sleep(0.1)
        pause = min(pause * 2, LONGEST_PAUSE_S)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(keep(sys.argv[1]))
    except (LauncherError, SettingsError) as error:
        print(error, file=sys.stderr, flush=True)
        sys.exit(1)
