"""Keeps messages on disk while the database is away. Append-only JSON lines, fsynced, readable only by us.

Each gateway process writes a file of its own and holds a lock on it. At start it adopts the files whose writers are
gone. An entry leaves by a `done` line; when nothing is left the file is emptied. A last line that is torn was never
promised to anybody and is skipped.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`kind` is `message` or `answer`; `body` is what is needed to store it later."""

    id: str
    conversation_id: str
    kind: str
    body: Mapping[str, Any]


class Spool:
    """Blocking; one writer thread at a time. `entries` is kept in memory too, in order per conversation."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._entries: dict[str, deque[Entry]] = defaultdict(deque)
        self._adopt()
        self._path = folder / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        self._file = _open_locked(self._path)
        for entries in self._entries.values():
            for entry in entries:
                self._write(_line(entry))
        self._forget_adopted()

    def __len__(self) -> int:
        return sum(len(entries) for entries in self._entries.values())

    def conversations(self) -> list[str]:
        return [conversation_id for conversation_id, entries in self._entries.items() if entries]

    def waiting(self, conversation_id: str) -> bool:
        return bool(self._entries.get(conversation_id))

    def first(self, conversation_id: str) -> Entry | None:
        entries = self._entries.get(conversation_id)
        return entries[0] if entries else None

    def keep(self, conversation_id: str, kind: str, body: Mapping[str, Any]) -> None:
        """On disk when it returns. Raises OSError when the disk refuses."""
        entry = Entry(id=secrets.token_hex(8), conversation_id=conversation_id, kind=kind, body=dict(body))
        self._write(_line(entry))
        self._entries[conversation_id].append(entry)

    def done(self, entry: Entry) -> None:
        """The entry is in the database; forget it. Not synced: storing it again changes nothing."""
        entries = self._entries.get(entry.conversation_id)
        if not entries or entries[0].id != entry.id:
            return
        entries.popleft()
        if not entries:
            del self._entries[entry.conversation_id]
        if not self._entries:
            os.ftruncate(self._file, 0)
        else:
            os.write(self._file, orjson.dumps({"done": entry.id}) + b"\n")

    def close(self) -> None:
        """Leaves the file to the next process unless it is empty."""
        if not self._entries:
            self._path.unlink(missing_ok=True)
        os.close(self._file)

    def _write(self, line: bytes) -> None:
        os.write(self._file, line)
        os.fsync(self._file)

    def _adopt(self) -> None:
        self._adopted: list[tuple[Path, int]] = []
        for path in sorted(self._folder.glob("*.jsonl"), key=lambda p: p.stat().st_mtime):
            try:
                file = _open_locked(path)
            except BlockingIOError:
                continue
            self._adopted.append((path, file))
            for entry in _read(path):
                self._entries[entry.conversation_id].append(entry)

    def _forget_adopted(self) -> None:
        """Only now, when everything stands in our own file."""
        for path, file in self._adopted:
            path.unlink(missing_ok=True)
            os.close(file)


def _line(entry: Entry) -> bytes:
    record = {"id": entry.id, "conversation": entry.conversation_id, "kind": entry.kind, "body": entry.body}
    return orjson.dumps(record) + b"\n"


def _read(path: Path) -> list[Entry]:
    entries: dict[str, Entry] = {}
    for line in path.read_bytes().splitlines():
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            _log.warning("spool_line_torn")
            continue
        if "done" in record:
            entries.pop(record["done"], None)
        else:
            entries[record["id"]] = Entry(
                id=record["id"],
                conversation_id=record["conversation"],
                kind=record["kind"],
                body=record["body"],
            )
    return list(entries.values())


def _open_locked(path: Path) -> int:
    """Raises BlockingIOError while another process holds the file."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise
    return file
