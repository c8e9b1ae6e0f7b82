"""A process that records, without the rest of the gateway; its clock is turned by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from desk.conversations import ConversationStore
from desk.recordings import Recording, RecordingVault
from desk.settings import Settings
from desk.store import migrate
from desk.store.engine import open_engine
from gateway.recordings.call_recorder import CallRecorder
from gateway.recordings.recordings import Recordings
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def settings_for(var: Path, **changes: Any) -> Settings:
    """Of a machine that records, however full its disk is."""
    values: dict[str, Any] = {"var": var, "recording": True, "recording_min_free_mb": 0}
    return Settings(_env_file=None, **(values | changes))  # type: ignore[call-arg]


class Desk:
    """`recordings` of a process, and a second one after `restart`."""

    def __init__(self, engine: Engine, var: Path) -> None:
        self.engine = engine
        self.var = var
        self.metrics = Metrics()
        self.now = NOON
        self.seconds = 0.0
        self.made: list[Recordings] = []

    def open(self, **changes: Any) -> Recordings:
        settings = settings_for(self.var, **changes)
        blocking = Blocking(sqlite=True)
        self.made.append(Recordings(settings, self.engine, blocking, self.metrics, lambda: self.now))
        return self.made[-1]

    def conversation(self) -> str:
        conversation, _token, _stored = ConversationStore(self.engine).create("phone", [])
        return conversation.id

    def recorder(self, recordings: Recordings, conversation_id: str) -> CallRecorder:
        recorder = recordings.recorder(lambda: conversation_id, clock=lambda: self.seconds)
        assert isinstance(recorder, CallRecorder)
        return recorder

    def pass_time(self, seconds: float) -> None:
        self.seconds += seconds
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'test.db'}")
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
async def desk(engine: Engine, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(engine, tmp_path / "var")
    yield desk
    for recordings in desk.made:
        await recordings.aclose()


def plain(vault: RecordingVault, recording: Recording) -> bytes:
    with vault.open(recording) as reader:
        return b"".join(reader.read(0, reader.size))
