"""An encrypted file that is written as a stream and read at any place. Blocking.

    head     magic 8, id of the master key 8, id of the recording 16, the file's own key, wrapped: 60
    chunks   length of the plain bytes 4 (big-endian), cipher text, tag 16
    end      a chunk of length 0: only its tag

AES-256-GCM. A chunk's nonce is its number and whether it is the end, under a key that no other file has, so chunks can
neither be left out, doubled, put into another order nor into another file, and a file that was cut off is known from
one that was finished. Every chunk is handed to the system at once: a process that is killed loses none, and a torn last
chunk is simply not there.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from desk.recordings.errors import RecordingDamaged
from desk.recordings.keys import KEY_BYTES, KEY_ID_BYTES, TAG_BYTES, WRAPPED_BYTES, MasterKeys

MAGIC = b"MSREC\x00\x00\x01"
ID_BYTES = 16
_ABOUT_BYTES = len(MAGIC) + KEY_ID_BYTES + ID_BYTES
HEAD_BYTES = _ABOUT_BYTES + WRAPPED_BYTES
LENGTH_BYTES = 4
# What is written at once is a fraction of this; a larger length is nonsense and not worth the memory.
CHUNK_MAX_BYTES = 1 << 20


class SealedWriter:
    """Holds a lock on its file until it is closed, or its process is gone. Not thread-safe."""

    def __init__(self, path: Path, recording_id: bytes, keys: MasterKeys) -> None:
        """Raises OSError, also if the file exists."""
        file_key = secrets.token_bytes(KEY_BYTES)
        about = MAGIC + keys.current_id + recording_id
        self._cipher = AESGCM(file_key)
        self._about = about
        self._next = 0
        self.plain_bytes = 0
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            # Nobody else writes here; a sweep may just be looking whether somebody does.
            fcntl.flock(self._file, fcntl.LOCK_EX)
            self._put(about + keys.wrap(file_key, about))
        except OSError:
            self.close()
            raise

    def write(self, plain: bytes) -> None:
        """Raises OSError: the disk is full or gone; nothing may be written any more."""
        for start in range(0, len(plain), CHUNK_MAX_BYTES):
            self._seal(plain[start : start + CHUNK_MAX_BYTES])

    def sync(self) -> None:
        """What was written survives a power cut. Raises OSError."""
        os.fdatasync(self._file)

    def finish(self) -> None:
        """Mark the end; `close` it then. Raises OSError."""
        self._seal(b"")
        self.sync()

    def close(self) -> None:
        """Idempotent. Without `finish` before it, the file is one that was cut off."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _seal(self, plain: bytes) -> None:
        sealed = self._cipher.encrypt(_nonce(self._next, end=not plain), plain, self._about)
        self._put(len(plain).to_bytes(LENGTH_BYTES, "big") + sealed)
        self._next += 1
        self.plain_bytes += len(plain)

    def _put(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._file, left) :]


class SealedReader:
    """The plain bytes of a file, also of one that is still being written or was cut off: its whole chunks up to now.

    `size`: how many plain bytes there are; `complete`: the end mark was there and is genuine. Not thread-safe.
    """

    def __init__(self, path: Path, recording_id: bytes, keys: MasterKeys) -> None:
        """Raises RecordingDamaged, RecordingKeyLost, OSError."""
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            head = os.pread(self._file, HEAD_BYTES, 0)
            self._about = head[:_ABOUT_BYTES]
            if len(head) < HEAD_BYTES or self._about[: len(MAGIC)] != MAGIC:
                raise RecordingDamaged("this file is no recording")
            if self._about[-ID_BYTES:] != recording_id:
                raise RecordingDamaged("this file is another recording")
            key_id = self._about[len(MAGIC) : -ID_BYTES]
            self._cipher = AESGCM(keys.unwrap(key_id, head[_ABOUT_BYTES:], self._about))
            # Where each chunk's plain bytes begin, and where its cipher text lies.
            self._starts: list[int] = []
            self._places: list[tuple[int, int]] = []
            self.size = 0
            self.complete = False
            self._walk()
        except BaseException:
            self.close()
            raise

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """The plain bytes from `start` to before `end`, in pieces. Raises RecordingDamaged, OSError."""
        number = max(bisect_right(self._starts, start) - 1, 0)
        while start < min(end, self.size):
            plain = self._open(number)
            first = self._starts[number]
            piece = plain[start - first : end - first]
            yield piece
            start += len(piece)
            number += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Idempotent."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _walk(self) -> None:
        whole = os.fstat(self._file).st_size
        at = HEAD_BYTES
        while at + LENGTH_BYTES + TAG_BYTES <= whole:
            length = int.from_bytes(os.pread(self._file, LENGTH_BYTES, at), "big")
            if length > CHUNK_MAX_BYTES:
                raise RecordingDamaged("the recording was changed")
            after = at + LENGTH_BYTES + length + TAG_BYTES
            if after > whole:
                return
            self._places.append((at + LENGTH_BYTES, length))
            if length == 0:
                self._open(len(self._places) - 1)
                self._places.pop()
                self.complete = True
                return
            self._starts.append(self.size)
            self.size += length
            at = after

    def _open(self, number: int) -> bytes:
        at, length = self._places[number]
        sealed = os.pread(self._file, length + TAG_BYTES, at)
        try:
            return self._cipher.decrypt(_nonce(number, end=length == 0), sealed, self._about)
        except InvalidTag as error:
            raise RecordingDamaged("the recording was changed") from error


def is_being_written(path: Path) -> bool:
    """A living process holds the file. Raises OSError."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False


def destroy(path: Path) -> None:
    """Remove the file, its wrapped key first: what the disk keeps of it cannot be opened. Idempotent. Raises OSError."""
    try:
        file = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.pwrite(file, bytes(HEAD_BYTES), 0)
        os.fsync(file)
    finally:
        os.close(file)
    path.unlink(missing_ok=True)


def _nonce(number: int, *, end: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([end])
