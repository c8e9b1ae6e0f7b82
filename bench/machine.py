"""The line above all figures: on what they were measured, and when."""

from __future__ import annotations

import platform
from datetime import datetime

import psutil


def machine() -> str:
    return (
        f"{datetime.now():%Y-%m-%d}  {platform.machine()}, {psutil.cpu_count()} cores, Python {platform.python_version()}, "
        f"load {psutil.getloadavg()[0]:.1f}"
    )
