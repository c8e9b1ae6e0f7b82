"""Pictures and voice messages that belong to a conversation, kept as files in the var folder.

A picture's name is its conversation, a random number and its type; nothing that its sender chose gets near the disk, not
even the picture's own bytes: `gateway.pictures.picture_copy` writes them anew.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.pictures.picture_copy import PictureCopy, UnreadablePicture, copy_of

# What may be sent.
MAX_BYTES = 5 * 1024 * 1024
# More pictures than any matter needs.
MAX_PER_CONVERSATION = 40
# Below this the disk is left to the database.
MIN_FREE_BYTES = 500 * 1000 * 1000
# Other gateways put pictures into the folder as well: how much is in there is counted again after so long.
COUNT_AGAIN_S = 600.0

DEFAULT_STORE_BYTES = 20 * 1000**3
DEFAULT_CONVERSATION_BYTES = 100 * 1000**2

_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "ogg": "audio/ogg",
}
_CONVERSATION = re.compile(r"[A-Za-z0-9]{1,32}")
_ID = re.compile(
    r"(?P<conversation>[A-Za-z0-9]{1,32})-(?P<number>[0-9a-f]{24})-(?P<ending>png|jpg|webp|gif|ogg)"
)


class BadPicture(Exception):
    """`reason` is `too_large` (in bytes), `too_big` (in pixels), `not_a_picture`, `broken`, `too_many` (in this
    conversation), `no_room` (on the disk, or for more pictures at all) or `busy` (try again soon)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Attachment:
    id: str
    conversation_id: str
    type: str
    bytes: int

    @property
    def is_voice(self) -> bool:
        return self.type.startswith("audio/")

    def card(self) -> dict[str, Any]:
        """What a message that carries it holds."""
        return {"attachment": {"id": self.id, "type": self.type, "bytes": self.bytes}}


class Attachments:
    """Blocking; every method may be called from any thread. Share one a process: it remembers how much is stored."""

    def __init__(
        self,
        folder: Path,
        most_bytes: int = DEFAULT_STORE_BYTES,
        conversation_bytes: int = DEFAULT_CONVERSATION_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`most_bytes` in all conversations together, `conversation_bytes` in one."""
        self._folder = folder
        self._most_bytes = most_bytes
        self._conversation_bytes = conversation_bytes
        self._clock = clock
        self._counted_at = -COUNT_AGAIN_S
        self._stored_bytes = 0

    def check_room(self, conversation_id: str) -> None:
        """Before anything is decoded. Raises BadPicture, OSError."""
        if not _CONVERSATION.fullmatch(conversation_id):
            raise BadPicture("not_a_picture")
        sizes = [path.stat().st_size for path in _files(self._folder / conversation_id)]
        if len(sizes) >= MAX_PER_CONVERSATION or sum(sizes) >= self._conversation_bytes:
            raise BadPicture("too_many")
        if self._all_bytes() >= self._most_bytes:
            raise BadPicture("no_room")
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(self._folder).free < MIN_FREE_BYTES:
            raise BadPicture("no_room")

    def keep(self, conversation_id: str, content: bytes) -> Attachment:
        """A copy of the picture is on disk when this returns. Raises BadPicture, OSError."""
        self.check_room(conversation_id)
        return self.store(conversation_id, self.copy(content))

    @staticmethod
    def copy(content: bytes) -> PictureCopy:
        """Processor-bound. Raises BadPicture."""
        if len(content) > MAX_BYTES:
            raise BadPicture("too_large")
        try:
            return copy_of(content)
        except UnreadablePicture as error:
            raise BadPicture(error.reason) from error

    def store(self, conversation_id: str, picture: PictureCopy) -> Attachment:
        """On disk when it returns. Raises BadPicture, OSError."""
        if not _CONVERSATION.fullmatch(conversation_id):
            raise BadPicture("not_a_picture")
        content, ending = picture.content, picture.ending
        folder = self._folder / conversation_id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        number = secrets.token_hex(12)
        path = folder / f"{number}.{ending}"
        part = folder / f".{number}.part"
        with part.open("xb") as file:
            part.chmod(0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        self._stored_bytes += len(content)
        return Attachment(
            id=f"{conversation_id}-{number}-{ending}",
            conversation_id=conversation_id,
            type=_TYPES[ending],
            bytes=len(content),
        )

    def keep_voice(self, conversation_id: str, opus: bytes) -> Attachment:
        """Ogg with Opus, made by us. On disk when it returns. Raises BadPicture, OSError."""
        self.check_room(conversation_id)
        return self.store(conversation_id, PictureCopy("ogg", opus))

    def find(self, attachment_id: str) -> tuple[Attachment, Path] | None:
        """The picture and where it lies; None if there is none of this name."""
        match = _ID.fullmatch(attachment_id)
        if match is None:
            return None
        path = self._folder / match["conversation"] / f"{match['number']}.{match['ending']}"
        try:
            size = path.stat().st_size
        except OSError:
            return None
        attachment = Attachment(
            id=attachment_id, conversation_id=match["conversation"], type=_TYPES[match["ending"]], bytes=size
        )
        return attachment, path

    def of_conversation(self, conversation_id: str) -> list[Path]:
        """All files of a conversation, also those that were cut off while they were written."""
        return (
            list(_files(self._folder / conversation_id)) if _CONVERSATION.fullmatch(conversation_id) else []
        )

    def erase(self, conversation_id: str) -> int:
        """How many files were removed. Idempotent. Raises OSError."""
        files = self.of_conversation(conversation_id)
        for path in files:
            path.unlink(missing_ok=True)
        if files:
            # Another gateway may put a picture into it at this moment; then it is found the next time.
            with contextlib.suppress(OSError):
                (self._folder / conversation_id).rmdir()
        return len(files)

    def conversations(self) -> list[str]:
        """Those that have pictures."""
        return [folder.name for folder in _folders(self._folder) if _CONVERSATION.fullmatch(folder.name)]

    def _all_bytes(self) -> int:
        now = self._clock()
        if now - self._counted_at >= COUNT_AGAIN_S:
            self._counted_at = now
            self._stored_bytes = sum(
                path.stat().st_size for folder in _folders(self._folder) for path in _files(folder)
            )
        return self._stored_bytes


def _files(folder: Path) -> Iterator[Path]:
    try:
        yield from [path for path in folder.iterdir() if path.is_file()]
    except FileNotFoundError:
        return


def _folders(folder: Path) -> Iterator[Path]:
    try:
        yield from [path for path in folder.iterdir() if path.is_dir()]
    except FileNotFoundError:
        return
