"""Which recordings there are, in SQL."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, Row, insert, select, update

from desk.recordings.errors import RecordingNotFound
from desk.recordings.recording import Cue, Outcome, Recording, RecordingState, Trouble
from desk.recordings.tables import recordings

Clock = Callable[[], datetime]

PAGE_MAX = 500
# Removed in one sweep; the next one comes soon enough.
DUE_MAX = 500
_c = recordings.c


def utc_now() -> datetime:
    return datetime.now(UTC)


class RecordingCatalogue:
    """Thread-safe: share one. Blocks."""

    def __init__(self, engine: Engine, clock: Clock = utc_now) -> None:
        self._engine = engine
        self._clock = clock

    def begin(self, conversation_id: str, key_id: str, began_at: datetime, keep: timedelta) -> Recording:
        """A recording that is about to be written, to be kept for `keep`. End it with `end`."""
        recording_id = secrets.token_hex(16)
        values: dict[str, Any] = {
            "id": recording_id,
            "conversation_id": conversation_id,
            "path": f"{began_at.astimezone(UTC):%Y/%m}/{recording_id}.sealed",
            "key_id": key_id,
            "state": RecordingState.RECORDING.value,
            "began_at": began_at,
            "length_ms": 0,
            "bytes": 0,
            "cues": [],
            "keep_until": began_at + keep,
        }
        with self._engine.begin() as connection:
            connection.execute(insert(recordings).values(values))
        return self.get(recording_id)

    def end(self, recording_id: str, outcome: Outcome) -> None:
        """Only a recording that is still being written changes: safe to repeat."""
        with self._engine.begin() as connection:
            connection.execute(
                update(recordings)
                .where(_c.id == recording_id, _c.state == RecordingState.RECORDING.value)
                .values(
                    state=outcome.state.value,
                    trouble=outcome.trouble.value if outcome.trouble else None,
                    length_ms=outcome.length_ms,
                    bytes=outcome.bytes,
                    cues=[[cue.seq, cue.ms] for cue in outcome.cues],
                )
            )

    def get(self, recording_id: str) -> Recording:
        """Raises RecordingNotFound."""
        with self._engine.connect() as connection:
            row = connection.execute(select(recordings).where(_c.id == recording_id)).first()
        if row is None:
            raise RecordingNotFound("there is no such recording")
        return _recording(row)

    def of_conversation(self, conversation_id: str) -> tuple[Recording, ...]:
        """Oldest first, deleted ones too."""
        query = select(recordings).where(_c.conversation_id == conversation_id).order_by(_c.began_at, _c.id)
        with self._engine.connect() as connection:
            return tuple(_recording(row) for row in connection.execute(query))

    def newest(
        self,
        *,
        limit: int = 50,
        conversation_id: str | None = None,
        state: RecordingState | None = None,
        before: datetime | None = None,
    ) -> tuple[Recording, ...]:
        """Newest first, at most 500. `before`: only what began earlier."""
        query = select(recordings).order_by(_c.began_at.desc(), _c.id)
        query = query.limit(max(1, min(limit, PAGE_MAX)))
        if conversation_id is not None:
            query = query.where(_c.conversation_id == conversation_id)
        if state is not None:
            query = query.where(_c.state == state.value)
        if before is not None:
            query = query.where(_c.began_at < before)
        with self._engine.connect() as connection:
            return tuple(_recording(row) for row in connection.execute(query))

    def unfinished(self) -> tuple[Recording, ...]:
        """Said to be in writing: by a living process, or by one that was killed."""
        query = select(recordings).where(_c.state == RecordingState.RECORDING.value).order_by(_c.began_at)
        with self._engine.connect() as connection:
            return tuple(_recording(row) for row in connection.execute(query))

    def due(self) -> tuple[Recording, ...]:
        """Those whose time is over, oldest first, at most 500."""
        query = (
            select(recordings)
            .where(
                _c.state.in_([RecordingState.COMPLETE.value, RecordingState.BROKEN.value]),
                _c.keep_until <= self._clock(),
            )
            .order_by(_c.keep_until)
            .limit(DUE_MAX)
        )
        with self._engine.connect() as connection:
            return tuple(_recording(row) for row in connection.execute(query))

    def keep(self, recording_id: str, until: datetime) -> None:
        """Another end of its time. Raises RecordingNotFound: there is none, or it is deleted."""
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(recordings)
                .where(_c.id == recording_id, _c.state != RecordingState.DELETED.value)
                .values(keep_until=until)
            )
        if changed.rowcount == 0:
            raise RecordingNotFound("there is no such recording")

    def deleted(self, recording_id: str, by: str) -> bool:
        """Write down that the file is gone. False: it was written down before, or is still being written."""
        playable = [state.value for state in RecordingState if state.playable]
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(recordings)
                .where(_c.id == recording_id, _c.state.in_(playable))
                .values(
                    state=RecordingState.DELETED.value, deleted_at=self._clock(), deleted_by=by[:64], cues=[]
                )
            )
        return bool(changed.rowcount)


def _recording(row: Row[Any]) -> Recording:
    values = dict(row._mapping)
    values["state"] = RecordingState(values["state"])
    values["trouble"] = Trouble(values["trouble"]) if values["trouble"] else None
    values["cues"] = tuple(Cue(seq=seq, ms=ms) for seq, ms in values["cues"])
    return Recording(**values)
