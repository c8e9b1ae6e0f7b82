"""A cache of audio on disk, keyed by engine, voice, speed, format and text.

It holds nothing personal (gateway.tts.speaker sees to it), and file names are hashes. Files are written whole and
then renamed, so no reader sees half of one. The least recently used are deleted first.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from pathlib import Path

from gateway.tts.synthesizer import SpeechRequest, Synthesizer

# Raise it when we ask something else of an engine, so that old audio is not used any more.
FORMAT = "s16le-2"


class SpeechCache:
    """Blocking, small files; safe from several processes."""

    def __init__(self, folder: Path, max_bytes: int, ready_made: Path | None = None) -> None:
        """`ready_made`: a second folder of the same kind that is only read; set-up has rendered into it."""
        self._folder = folder
        self._ready_made = ready_made
        self._max_bytes = max_bytes

    def get(self, engine: Synthesizer, request: SpeechRequest) -> bytes | None:
        path = self._path(engine, request)
        try:
            pcm = path.read_bytes()
            now = time.time()
            os.utime(path, (now, now))
            return pcm
        except OSError:
            if self._ready_made is None:
                return None
        try:
            return (self._ready_made / path.relative_to(self._folder)).read_bytes()
        except OSError:
            return None

    def put(self, engine: Synthesizer, request: SpeechRequest, pcm: bytes) -> None:
        """Store audio. A full disk costs this entry and nothing else."""
        path = self._path(engine, request)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
            with os.fdopen(handle, "wb") as file:
                file.write(pcm)
            Path(name).replace(path)
        except OSError:
            return

    def prune(self) -> int:
        """Delete the least recently used until the rest fits. Returns the number of files deleted."""
        found: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("*/*"):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((status.st_mtime, status.st_size, path))
        size = sum(entry[1] for entry in found)
        deleted = 0
        for _used, length, path in sorted(found, key=lambda entry: entry[0]):
            if size <= self._max_bytes:
                break
            path.unlink(missing_ok=True)
            size -= length
            deleted += 1
        return deleted

    def _path(self, engine: Synthesizer, request: SpeechRequest) -> Path:
        voice = engine.voice_of(request.voice)
        parts = (FORMAT, engine.name, voice, f"{request.speed:.2f}", str(engine.rate_hz), request.text)
        key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return self._folder / key[:2] / f"{key[2:]}.pcm"
