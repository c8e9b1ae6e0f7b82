"""Notifications for an outside desk, on disk until they are delivered: one JSON file each, in order of their names.

A process delivers only while it holds the folder's lock, so that several gateways with one var folder send each
notification from one place and in order. What is delivered may be delivered again after a crash; its id tells.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from filelock import FileLock, Timeout


@dataclass(frozen=True, kw_only=True)
class Notification:
    """`path` names it on disk; `id` names it to the outside desk."""

    id: str
    conversation_id: str
    body: Mapping[str, Any]
    path: Path


class Outbox:
    """Blocking."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        # Calls come from changing worker threads.
        self._lock = FileLock(folder / "lock", thread_local=False)

    def keep(self, body: Mapping[str, Any]) -> None:
        """On disk when it returns."""
        path = self._folder / f"{time.time_ns():020}-{secrets.token_hex(6)}.json"
        part = path.with_suffix(".part")
        with part.open("xb") as file:
            part.chmod(0o600)
            file.write(orjson.dumps(body))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def take_charge(self) -> bool:
        """False while another process delivers."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            return False
        return True

    def let_go(self) -> None:
        self._lock.release(force=True)

    def waiting(self, limit: int = 200) -> list[Notification]:
        """Oldest first."""
        found = []
        for path in sorted(self._folder.glob("*.json"))[:limit]:
            try:
                body = orjson.loads(path.read_bytes())
                found.append(
                    Notification(
                        id=path.stem, conversation_id=str(body["conversation"]), body=body, path=path
                    )
                )
            except (OSError, KeyError, orjson.JSONDecodeError):
                continue
        return found

    def forget(self, conversation_id: str) -> int:
        """Drop what was not delivered of a conversation that was erased. How many that were."""
        waiting = [one for one in self.waiting(limit=1_000_000) if one.conversation_id == conversation_id]
        for one in waiting:
            self.done(one)
        return len(waiting)

    def done(self, notification: Notification) -> None:
        notification.path.unlink(missing_ok=True)
