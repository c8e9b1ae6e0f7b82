"""A start finds what a crash left; what is due goes, on the disk and in the catalogue."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.recordings import Outcome, RecordingKeyLost, RecordingState, Trouble
from gateway.recordings.opus_file import OpusFile
from tests.gateway.recordings.conftest import NOON, Desk
from tests.gateway.recordings.test_opus_file import both_voices


async def test_what_a_crash_left_is_marked_broken_and_what_is_in_writing_is_left_alone(desk: Desk) -> None:
    recordings = desk.open()
    catalogue, vault = recordings.catalogue, recordings.vault
    begun = [catalogue.begin(desk.conversation(), vault.key_id, NOON, timedelta(days=180)) for _ in range(4)]
    cut, running, done, nowhere = begun
    files = [OpusFile(vault, one, 8000, 0) for one in (cut, running, done)]
    for file in files:
        file.write(both_voices(8000, 3.0))
    # As the end of its process does.
    files[0].close()
    files[2].finish()
    files[2].close()
    assert await recordings.sweep() == (2, 0)
    assert [catalogue.get(one.id).state.value for one in begun] == [
        "broken",
        "recording",
        "complete",
        "recording",
    ]
    found = catalogue.get(cut.id)
    assert found.trouble is Trouble.CRASH and 2000 <= found.length_ms <= 3000 and found.bytes > 3000
    files[1].close()
    desk.now += timedelta(days=2)
    assert await recordings.sweep() == (2, 0)
    assert catalogue.get(running.id).state is RecordingState.BROKEN
    assert catalogue.get(nowhere.id).state is RecordingState.BROKEN


async def test_what_is_due_is_removed_also_when_nothing_is_recorded_any_more(desk: Desk) -> None:
    recordings = desk.open()
    keep = timedelta(days=180)
    old, young = (
        recordings.catalogue.begin(
            desk.conversation(), recordings.vault.key_id, NOON - timedelta(days=days), keep
        )
        for days in (181, 179)
    )
    for one in (old, young):
        file = OpusFile(recordings.vault, one, 8000, 0)
        file.write(both_voices(8000, 1.0))
        file.finish()
        file.close()
        recordings.catalogue.end(
            one.id,
            Outcome(state=RecordingState.COMPLETE, length_ms=1000, bytes=recordings.vault.file_bytes(one)),
        )
    (desk.var / "recording.key").unlink()
    with pytest.raises(RecordingKeyLost):
        desk.open()
    later = desk.open(recording=False)
    assert await later.sweep() == (0, 1)
    assert later.vault.file_bytes(old) == 0 and later.vault.file_bytes(young) > 0
    gone = later.catalogue.get(old.id)
    assert (gone.state, gone.deleted_by, gone.deleted_at) == (RecordingState.DELETED, "retention", desk.now)
    assert later.catalogue.get(young.id).state is RecordingState.COMPLETE
    assert await later.sweep() == (0, 0)
