"""Fingerprints of files that a component depends on, so that changing them retrains it.

Rasa fingerprints a component's class and its configuration, not the data files and helper modules it reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def fingerprint_files(paths: Iterable[str | Path]) -> str:
    """Hash of names and contents; a folder counts with every file directly in it; a missing path counts as such."""
    digest = hashlib.sha256()
    for path in map(Path, paths):
        members = sorted(member for member in path.iterdir() if member.is_file()) if path.is_dir() else [path]
        for member in members:
            digest.update(member.name.encode())
            digest.update(member.read_bytes() if member.exists() else b"missing")
    return digest.hexdigest()
