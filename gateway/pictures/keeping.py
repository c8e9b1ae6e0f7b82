"""Keeps the pictures that citizens and seats send, off the event loop, and finds them again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gateway import sentences
from gateway.errors import Refused
from gateway.pictures.attachments import Attachment, Attachments, BadPicture
from gateway.runtime.blocking import Blocking, TooBusy
from gateway.runtime.metrics import Metrics


class Pictures:
    """Share one a process."""

    def __init__(self, attachments: Attachments, blocking: Blocking, metrics: Metrics) -> None:
        self._attachments = attachments
        self._blocking = blocking
        self._metrics = metrics

    async def keep(self, conversation_id: str, content: bytes) -> Attachment:
        """Decode what was sent and write it anew. Raises BadPicture."""
        pictures, blocking = self._attachments, self._blocking
        await blocking.file(pictures.check_room, conversation_id)
        try:
            copy = await blocking.picture(pictures.copy, content)
            return await blocking.file(pictures.store, conversation_id, copy)
        except TooBusy as error:
            raise BadPicture("busy") from error
        except BadPicture as error:
            self._metrics.pictures_refused.labels(error.reason).inc()
            raise

    async def keep_voice(self, conversation_id: str, opus: bytes) -> Attachment:
        """A voice message as Ogg with Opus, made by us. Raises BadPicture, OSError."""
        return await self._blocking.file(self._attachments.keep_voice, conversation_id, opus)

    async def find(self, attachment_id: str) -> tuple[Attachment, Path] | None:
        """The picture and where it lies; None if there is none of this name."""
        return await self._blocking.file(self._attachments.find, attachment_id)

    async def card_of(self, conversation_id: str, attachment_id: str) -> dict[str, Any]:
        """What a message with this picture holds. Raises Refused (422) unless it is a picture of this conversation."""
        found = await self.find(attachment_id)
        if found is None or found[0].conversation_id != conversation_id:
            raise Refused(422, "malformed", sentences.PICTURES["not_found"])
        return found[0].card()
