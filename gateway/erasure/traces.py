"""What lies of a conversation outside of SQL: pictures, recordings, Rasa's memory, and what waits to be stored or sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from desk.recordings import Recording, RecordingCatalogue, RecordingState, RecordingVault
from gateway.handoff.outbox import Outbox
from gateway.pictures.attachments import Attachments
from gateway.turns.spool import Spool, elsewhere


@dataclass(frozen=True, kw_only=True)
class TraceCounts:
    """`held`: entries of the spool in the hands of a running gateway, which drops them as soon as it tries to store them."""

    pictures: int = 0
    recordings: int = 0
    notifications: int = 0
    spooled: int = 0
    held: int = 0


class Traces:
    """Blocking, for the command line."""

    def __init__(
        self, var: Path, attachments: Attachments, catalogue: RecordingCatalogue, vault: RecordingVault
    ) -> None:
        self._spool = var / "spool"
        self._outside = var / "outside"
        self._attachments = attachments
        self._catalogue = catalogue
        self._vault = vault

    def count(self, conversation_id: str) -> TraceCounts:
        return TraceCounts(
            pictures=len(self._attachments.of_conversation(conversation_id)),
            recordings=len(self._recordings(conversation_id)),
            held=elsewhere(self._spool, conversation_id),
        )

    def erase(self, conversation_id: str, by: str) -> TraceCounts:
        """After the conversation itself, so that nothing new comes. Idempotent. Raises OSError."""
        kept = self._recordings(conversation_id)
        for recording in kept:
            self._vault.destroy(recording)
            self._catalogue.deleted(recording.id, by)
        notifications = Outbox(self._outside).forget(conversation_id) if self._outside.exists() else 0
        return TraceCounts(
            pictures=self._attachments.erase(conversation_id),
            recordings=len(kept),
            notifications=notifications,
            spooled=self._unspool(conversation_id),
            held=elsewhere(self._spool, conversation_id),
        )

    def _recordings(self, conversation_id: str) -> list[Recording]:
        found = self._catalogue.of_conversation(conversation_id)
        return [one for one in found if one.state is not RecordingState.DELETED]

    def _unspool(self, conversation_id: str) -> int:
        if not elsewhere(self._spool, conversation_id):
            return 0
        # Takes over the files whose process has ended, and leaves the rest to the next gateway.
        spool = Spool(self._spool)
        try:
            return spool.forget(conversation_id)
        finally:
            spool.close()
