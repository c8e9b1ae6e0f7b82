"""Work in the background leaves the processor to calls, also where the kernel shares it among sessions."""

from __future__ import annotations

import subprocess
import sys

from desk.settings import ROOT
from launcher.step_back import AUTOGROUP, NICENESS, stepped_back

TELL = "import os, pathlib; p = pathlib.Path('/proc/self/autogroup'); print(os.nice(0), p.read_text() if p.exists() else '')"


def told(*, own_session: bool) -> str:
    command = stepped_back([sys.executable, "-c", TELL])
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, start_new_session=own_session
    ).stdout


def test_the_command_steps_back_with_its_whole_session() -> None:
    found = told(own_session=True)
    assert found.split()[0] == str(NICENESS)
    if AUTOGROUP.exists():
        # Who looks after the machine may move it on; left where sessions begin it would share equally.
        assert int(found.split()[-1]) > 0


def test_the_session_of_others_is_left_alone() -> None:
    """Without a session of its own only the command itself steps back."""
    found = told(own_session=False)
    assert found.split()[0] == str(NICENESS)
    if AUTOGROUP.exists():
        assert found.split()[1:] == AUTOGROUP.read_text(encoding="ascii").split()
