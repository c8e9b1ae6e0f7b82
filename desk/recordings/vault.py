"""The folder of recordings: encrypted files by year and month. Blocking."""

from __future__ import annotations

import shutil
from pathlib import Path

from desk.recordings.errors import RecordingKeyLost, RecordingNotFound
from desk.recordings.keys import MasterKeys
from desk.recordings.ogg import length_ms
from desk.recordings.recording import Outcome, Recording, RecordingState, Trouble
from desk.recordings.sealed import SealedReader, SealedWriter, destroy, is_being_written

FOLDER = "recordings"


class RecordingVault:
    """Thread-safe: share one."""

    def __init__(self, var: Path, keys: MasterKeys | None) -> None:
        """Without keys files can be removed, but neither written nor read."""
        self._folder = var / FOLDER
        self._keys = keys

    @property
    def key_id(self) -> str:
        """Which key wraps what is written now. Raises RecordingKeyLost."""
        return self._need_keys().current_id.hex()

    def create(self, recording: Recording) -> SealedWriter:
        """Raises RecordingKeyLost, OSError."""
        path = self._folder / recording.path
        keys = self._need_keys()
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return SealedWriter(path, bytes.fromhex(recording.id), keys)

    def open(self, recording: Recording) -> SealedReader:
        """Raises RecordingNotFound (deleted, or on another machine), RecordingDamaged, RecordingKeyLost, OSError."""
        if recording.state is RecordingState.DELETED:
            raise RecordingNotFound("the recording is deleted")
        try:
            return SealedReader(self._folder / recording.path, bytes.fromhex(recording.id), self._need_keys())
        except FileNotFoundError as error:
            raise RecordingNotFound(f"the file {recording.path} is not on this machine") from error

    def destroy(self, recording: Recording) -> None:
        """Idempotent. Raises OSError."""
        destroy(self._folder / recording.path)

    def file_bytes(self, recording: Recording) -> int:
        """What it takes on the disk; 0 if it is not here."""
        try:
            return (self._folder / recording.path).stat().st_size
        except OSError:
            return 0

    def outcome(self, recording: Recording) -> Outcome | None:
        """What became of a recording that nobody has ended: None while somebody writes it, or if it is not here.

        Raises RecordingDamaged, RecordingKeyLost, OSError.
        """
        path = self._folder / recording.path
        try:
            if is_being_written(path):
                return None
            size = path.stat().st_size
        except FileNotFoundError:
            return None
        with self.open(recording) as reader:
            ended = reader.complete
            return Outcome(
                state=RecordingState.COMPLETE if ended else RecordingState.BROKEN,
                trouble=None if ended else Trouble.CRASH,
                length_ms=length_ms(reader),
                bytes=size,
            )

    def free_bytes(self) -> int:
        """Room on the disk of the recordings. Raises OSError."""
        folder = self._folder if self._folder.exists() else self._folder.parent
        return shutil.disk_usage(folder).free

    def _need_keys(self) -> MasterKeys:
        if self._keys is None:
            raise RecordingKeyLost("this machine has no recording key")
        return self._keys
