"""Runs a command behind everything else on the machine: `python -m launcher.step_back COMMAND...`.

Niceness alone is not enough: Linux shares the processor among sessions first (autogroups), and niceness counts only inside one.
So the command gets a session of its own (`Popen(start_new_session=True)`), and the whole session steps back.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

NICENESS = 19
AUTOGROUP = Path("/proc/self/autogroup")


def stepped_back(command: Sequence[str]) -> list[str]:
    """To be started in a session of its own."""
    return [sys.executable, "-m", "launcher.step_back", *command]


def main() -> None:
    os.nice(NICENESS)
    # In the session of somebody else it would take them along; a kernel without autogroups needs none of it.
    if os.getsid(0) == os.getpid():
        with contextlib.suppress(OSError):
            AUTOGROUP.write_text(str(NICENESS), encoding="ascii")
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
