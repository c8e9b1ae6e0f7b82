"""Keeps messages on disk while the database is away. Append-only JSON lines, fsynced, readable only by us.

Each gateway process writes a file of its own and holds a lock on it. At start it adopts the files whose writers are
gone. An entry leaves by a `done` line; when nothing is left the file is emptied. What `keep` returns from is on disk, whole;
where it raises, nothing of it counts: the file is cut back, and where even that fails the next line begins anew, so that a
torn line, which was promised to nobody, takes no other with it.

An entry that the database will never take goes into the folder `quarantine`, a file each, and holds up nobody. Moved back
as `*.jsonl` it is tried again at the next start.
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

QUARANTINE = "quarantine"

_log = structlog.get_logger(__name__)


class OtherMessageKept(Exception):
    """Another message of the conversation is kept under this id. Nothing was kept."""


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
        self._adopted: list[tuple[Path, int]] = []
        self._adopt()
        self._path = folder / f"{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        self._file = _open_locked(self._path)
        # The last line has no end, and could not be cut off.
        self._torn = False
        try:
            for entries in self._entries.values():
                for entry in entries:
                    self._write(_line(entry))
        except OSError as error:
            # A full disk: those of before us keep their files, and we their locks, until all is in the database.
            _log.error("spool_not_moved", error=type(error).__name__)
        else:
            self._forget_adopted()

    def __len__(self) -> int:
        return sum(len(entries) for entries in self._entries.values())

    def conversations(self) -> list[str]:
        """Those that were put off last."""
        return [conversation_id for conversation_id, entries in self._entries.items() if entries]

    def waiting(self, conversation_id: str) -> bool:
        return bool(self._entries.get(conversation_id))

    def first(self, conversation_id: str) -> Entry | None:
        entries = self._entries.get(conversation_id)
        return entries[0] if entries else None

    def keep(self, conversation_id: str, kind: str, body: Mapping[str, Any]) -> None:
        """On disk when it returns. A message that is kept already is not kept twice.

        Raises:
            OSError: the disk refuses; it is not kept.
            OtherMessageKept: nor is it here.
        """
        if kind == "message" and self._has(conversation_id, body):
            return
        entry = Entry(id=secrets.token_hex(8), conversation_id=conversation_id, kind=kind, body=dict(body))
        self._write(_line(entry))
        self._entries[conversation_id].append(entry)

    def done(self, entry: Entry) -> None:
        """The entry is in the database; forget it. Not synced, and never refused: storing it again changes nothing."""
        entries = self._entries.get(entry.conversation_id)
        if not entries or entries[0].id != entry.id:
            return
        entries.popleft()
        if not entries:
            del self._entries[entry.conversation_id]
        if not self._entries:
            os.ftruncate(self._file, 0)
            self._torn = False
            self._forget_adopted()
            return
        try:
            self._append(orjson.dumps({"done": entry.id}) + b"\n")
        except OSError as error:
            _log.warning("spool_done_not_written", error=type(error).__name__)

    def postpone(self, conversation_id: str) -> None:
        """The others first: this one could not be stored now."""
        entries = self._entries.pop(conversation_id, None)
        if entries:
            self._entries[conversation_id] = entries

    def quarantine(self, entry: Entry) -> None:
        """The database will never take it: lay it aside for a human. Raises OSError: it stays where it is."""
        folder = self._folder / QUARANTINE
        folder.mkdir(exist_ok=True, mode=0o700)
        part = folder / f"{entry.id}.part"
        file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            _write_all(file, _line(entry))
            os.fsync(file)
        finally:
            os.close(file)
        part.replace(folder / f"{entry.id}.json")
        self.done(entry)

    def quarantined(self) -> int:
        return len(quarantined(self._folder))

    def forget(self, conversation_id: str) -> int:
        """Drop what waits of a conversation that was erased. How many entries that were."""
        count = 0
        while (entry := self.first(conversation_id)) is not None:
            self.done(entry)
            count += 1
        if count and self._entries:
            # What was said must not stay in the file behind its `done` line.
            lines = b"".join(_line(entry) for entries in self._entries.values() for entry in entries)
            os.ftruncate(self._file, 0)
            self._write(lines)
        return count

    def close(self) -> None:
        """Leaves the file to the next process unless it is empty."""
        if not self._entries:
            self._path.unlink(missing_ok=True)
        os.close(self._file)
        for _path, file in self._adopted:
            os.close(file)

    def _has(self, conversation_id: str, body: Mapping[str, Any]) -> bool:
        wanted = body.get("message_id")
        for entry in self._entries.get(conversation_id, ()):
            if wanted and entry.kind == "message" and entry.body.get("message_id") == wanted:
                if any(entry.body.get(key) != body.get(key) for key in ("text", "payload", "card")):
                    raise OtherMessageKept
                return True
        return False

    def _write(self, line: bytes) -> None:
        """Whole and on disk, or not at all. Raises OSError."""
        before = os.fstat(self._file).st_size
        self._append(line)
        try:
            os.fsync(self._file)
        except OSError:
            self._cut_back(before)
            raise

    def _append(self, line: bytes) -> None:
        before = os.fstat(self._file).st_size
        try:
            _write_all(self._file, b"\n" + line if self._torn else line)
        except OSError:
            self._cut_back(before)
            raise
        self._torn = False

    def _cut_back(self, size: int) -> None:
        try:
            os.ftruncate(self._file, size)
        except OSError:
            self._torn = True

    def _adopt(self) -> None:
        for path in sorted(self._folder.glob("*.jsonl"), key=lambda p: p.stat().st_mtime):
            try:
                file = _open_locked(path)
            except BlockingIOError:
                continue
            self._adopted.append((path, file))
            for entry in _read(path):
                self._entries[entry.conversation_id].append(entry)

    def _forget_adopted(self) -> None:
        """Only now, when everything stands in our own file, or in the database."""
        for path, file in self._adopted:
            path.unlink(missing_ok=True)
            os.close(file)
        self._adopted = []


def quarantined(folder: Path) -> list[Path]:
    """What waits for a human, below the spool's folder."""
    return sorted((folder / QUARANTINE).glob("*.json"))


def elsewhere(folder: Path, conversation_id: str) -> int:
    """How many entries of a conversation lie in files of processes that are alive."""
    if not folder.exists():
        return 0
    found = [entry for path in folder.glob("*.jsonl") for entry in _read(path)]
    return sum(entry.conversation_id == conversation_id for entry in found)


def _line(entry: Entry) -> bytes:
    record = {"id": entry.id, "conversation": entry.conversation_id, "kind": entry.kind, "body": entry.body}
    return orjson.dumps(record) + b"\n"


def _write_all(file: int, data: bytes) -> None:
    """A disk that fills up takes a part and says so by the count alone; only the next write is refused. Raises OSError."""
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _read(path: Path) -> list[Entry]:
    entries: dict[str, Entry] = {}
    for line in path.read_bytes().split(b"\n"):
        if not line:
            continue
        try:
            record = orjson.loads(line)
            if "done" in record:
                entries.pop(record["done"], None)
                continue
            entry = Entry(
                id=record["id"],
                conversation_id=record["conversation"],
                kind=record["kind"],
                body=dict(record["body"]),
            )
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            _log.warning("spool_line_torn")
            continue
        entries[entry.id] = entry
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
