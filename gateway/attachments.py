"""Pictures that belong to a conversation, kept as files in the var folder.

A picture's name is its conversation, a random number and its type; nothing that its sender chose gets near the disk.
The type is told by the first bytes, whatever the sender says it is, and only four kinds that browsers show without
running anything are taken (SVG is a program, so it is none of them).
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAX_BYTES = 5 * 1024 * 1024
# More pictures than any matter needs; bounds what one conversation can put on the disk (200 MiB).
MAX_PER_CONVERSATION = 40

_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}
_CONVERSATION = re.compile(r"[A-Za-z0-9]{1,32}")
_ID = re.compile(r"(?P<conversation>[A-Za-z0-9]{1,32})-(?P<number>[0-9a-f]{24})-(?P<ending>png|jpg|webp|gif)")


class BadPicture(Exception):
    """`reason` is `too_large`, `not_a_picture` or `too_many`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Attachment:
    id: str
    conversation_id: str
    type: str
    bytes: int

    def card(self) -> dict[str, Any]:
        """What a message that carries it holds."""
        return {"attachment": {"id": self.id, "type": self.type, "bytes": self.bytes}}


class Attachments:
    """Blocking; every method may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, conversation_id: str, content: bytes) -> Attachment:
        """On disk when it returns. Raises BadPicture, OSError."""
        if not _CONVERSATION.fullmatch(conversation_id):
            raise BadPicture("not_a_picture")
        if len(content) > MAX_BYTES:
            raise BadPicture("too_large")
        ending = sniff(content)
        if ending is None:
            raise BadPicture("not_a_picture")
        folder = self._folder / conversation_id
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if sum(1 for _ in folder.iterdir()) >= MAX_PER_CONVERSATION:
            raise BadPicture("too_many")
        number = secrets.token_hex(12)
        path = folder / f"{number}.{ending}"
        part = folder / f".{number}.part"
        with part.open("xb") as file:
            part.chmod(0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        return Attachment(
            id=f"{conversation_id}-{number}-{ending}",
            conversation_id=conversation_id,
            type=_TYPES[ending],
            bytes=len(content),
        )

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


def sniff(content: bytes) -> str | None:
    """The file ending that the first bytes call for; None for anything that is no picture of ours."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    return None
