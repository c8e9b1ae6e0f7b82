"""The catalogue knows each recording from its beginning until after its deletion, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from desk.conversations import ConversationStore
from desk.recordings import (
    Cue,
    MasterKeys,
    Outcome,
    Recording,
    RecordingCatalogue,
    RecordingNotFound,
    RecordingState,
    RecordingVault,
    Trouble,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
COMPLETE = Outcome(
    state=RecordingState.COMPLETE,
    length_ms=61_500,
    bytes=70_000,
    cues=(Cue(seq=1, ms=0), Cue(seq=3, ms=9120)),
)


@pytest.fixture
def catalogue(engine: Engine) -> RecordingCatalogue:
    return RecordingCatalogue(engine, lambda: NOON)


def begun(
    engine: Engine, catalogue: RecordingCatalogue, *, at: datetime = NOON, days: float = 180
) -> Recording:
    conversation, _token, _stored = ConversationStore(engine).create("phone", [])
    return catalogue.begin(conversation.id, "00" * 8, at, timedelta(days=days))


def test_a_recording_begins_ends_once_and_leaves_a_trace(
    engine: Engine, catalogue: RecordingCatalogue
) -> None:
    recording = begun(engine, catalogue)
    assert recording.state is RecordingState.RECORDING and recording.path.startswith("2026/11/")
    assert catalogue.unfinished() == (recording,)
    assert not catalogue.deleted(recording.id, "cli:test")
    catalogue.end(recording.id, COMPLETE)
    catalogue.end(
        recording.id,
        Outcome(state=RecordingState.BROKEN, trouble=Trouble.CRASH, length_ms=0, bytes=0),
    )
    ended = catalogue.get(recording.id)
    assert (ended.state, ended.trouble, ended.length_ms, ended.cues) == (
        RecordingState.COMPLETE,
        None,
        61_500,
        COMPLETE.cues,
    )
    assert catalogue.deleted(recording.id, "cli:test")
    assert not catalogue.deleted(recording.id, "cli:other")
    gone = catalogue.get(recording.id)
    assert (gone.state, gone.deleted_by, gone.deleted_at) == (RecordingState.DELETED, "cli:test", NOON)
    assert catalogue.of_conversation(recording.conversation_id) == (gone,)


def test_only_ended_recordings_whose_time_is_over_are_due(
    engine: Engine, catalogue: RecordingCatalogue
) -> None:
    old, older, running, young = (
        begun(engine, catalogue, at=NOON - timedelta(days=days), days=10) for days in (11, 12, 13, 9)
    )
    for one in (old, older, young):
        catalogue.end(one.id, COMPLETE)
    assert [one.id for one in catalogue.due()] == [older.id, old.id]
    catalogue.keep(older.id, NOON + timedelta(days=1))
    assert [one.id for one in catalogue.due()] == [old.id]
    assert catalogue.unfinished() == (catalogue.get(running.id),)


def test_recordings_are_listed_by_what_is_asked(engine: Engine, catalogue: RecordingCatalogue) -> None:
    first, second = (begun(engine, catalogue, at=NOON + timedelta(minutes=n)) for n in (1, 2))
    catalogue.end(first.id, COMPLETE)
    assert [one.id for one in catalogue.newest()] == [second.id, first.id]
    assert [one.id for one in catalogue.newest(limit=1)] == [second.id]
    assert [one.id for one in catalogue.newest(state=RecordingState.COMPLETE)] == [first.id]
    assert [one.id for one in catalogue.newest(before=second.began_at)] == [first.id]
    assert [one.id for one in catalogue.newest(conversation_id=second.conversation_id)] == [second.id]
    with pytest.raises(RecordingNotFound):
        catalogue.get("0" * 32)
    with pytest.raises(RecordingNotFound):
        catalogue.keep("0" * 32, NOON)


def test_a_recording_is_judged_by_its_file_once_nobody_writes_it(
    engine: Engine, catalogue: RecordingCatalogue, tmp_path: Path
) -> None:
    vault = RecordingVault(tmp_path, MasterKeys([bytes(32)]))
    recording = begun(engine, catalogue)
    assert vault.outcome(recording) is None
    writer = vault.create(recording)
    writer.write(b"no sound yet")
    assert vault.outcome(recording) is None
    writer.close()
    outcome = vault.outcome(recording)
    assert outcome is not None and outcome.bytes > 12
    assert (outcome.state, outcome.trouble, outcome.length_ms) == (RecordingState.BROKEN, Trouble.CRASH, 0)
    vault.destroy(recording)
    with pytest.raises(RecordingNotFound):
        vault.open(recording)
