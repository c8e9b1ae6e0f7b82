"""Memory of a process as proportional set size: a page that several share counts in parts, so that a sum counts it once."""

from __future__ import annotations

import re
from pathlib import Path


def proportional_kb(pid: int | str = "self") -> int:
    """In units of 1024 bytes, of this process or of that one alone, without its children.

    Raises:
        FileNotFoundError, ProcessLookupError: it is gone.
    """
    told = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.findall(r"^Pss:\s+(\d+)", told, re.MULTILINE)[0])
