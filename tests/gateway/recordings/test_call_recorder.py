"""What the callers hear and say is in the file, side by side; whatever goes wrong with a file, the call goes on."""

from __future__ import annotations

import asyncio
import errno
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from desk.recordings import Cue, RecordingState, Trouble
from gateway.recordings.call_recorder import BEHIND_S, CallRecorder
from gateway.recordings.opus_file import OpusFile
from gateway.recordings.recorder import NOBODY_RECORDS
from tests.gateway.recordings.conftest import Desk, plain
from tests.gateway.recordings.sound import DECODED_HZ, decoded, frames, loudness_db, onset_s, voice

RATE = 8000
CALLER_HZ, HOTLINE_HZ = 140.0, 230.0
SECOND = 50


def sides(*parts: tuple[float, bool, bool]) -> list[tuple[bytes | None, bytes | None]]:
    """Seconds, does the caller speak, does the hotline -> a pair of frames every 20 ms."""
    left = frames(voice(CALLER_HZ, sum(p[0] for p in parts), RATE), RATE)
    right = frames(voice(HOTLINE_HZ, sum(p[0] for p in parts), RATE), RATE)
    speaking = [(heard, played) for seconds, heard, played in parts for _ in range(round(seconds * SECOND))]
    return [
        (a if heard else None, b if played else None)
        for a, b, (heard, played) in zip(left, right, speaking, strict=True)
    ]


async def feed(
    desk: Desk, recorder: CallRecorder, pairs: Iterable[tuple[bytes | None, bytes | None]]
) -> None:
    for count, (heard, played) in enumerate(pairs):
        recorder.played(played)
        desk.pass_time(0.02)
        if heard is not None:
            recorder.heard(heard)
        if count % 25 == 0:
            await asyncio.sleep(0)


async def closed(recorder: CallRecorder) -> None:
    """The call is over, and a slow machine has written everything."""
    await recorder.aclose()
    await recorder.written()


async def settled(recorder: CallRecorder) -> None:
    """Everything that was handed over is written."""
    while recorder.held_bytes:
        await asyncio.sleep(0.01)


async def test_a_call_with_hold_and_a_second_voice_is_on_the_disk_as_it_was(desk: Desk) -> None:
    recordings = desk.open()
    conversation = desk.conversation()
    recorder = desk.recorder(recordings, conversation)
    recorder.begin(RATE)
    await feed(desk, recorder, sides((2.0, False, True)))
    recorder.announced()
    recorder.sounding(1)
    await feed(desk, recorder, sides((1.0, False, False), (2.0, True, False)))
    # On hold: nothing comes and nothing goes for a while, as with a muted page.
    desk.pass_time(5.0)
    recorder.sounding(4)
    await feed(desk, recorder, sides((2.0, False, True), (1.0, True, True)))
    await closed(recorder)
    (recording,) = recordings.catalogue.of_conversation(conversation)
    assert (recording.state, recording.trouble) == (RecordingState.COMPLETE, None)
    assert abs(recording.length_ms - 13_000) <= 600
    assert recording.cues == (Cue(seq=1, ms=2000), Cue(seq=4, ms=10_000))
    assert recording.key_id == recordings.vault.key_id
    both = decoded(plain(recordings.vault, recording))
    part = both[int(3.5 * DECODED_HZ) : int(4.8 * DECODED_HZ)]
    assert loudness_db(part[:, 0], CALLER_HZ) - loudness_db(part[:, 1], CALLER_HZ) > 40
    part = both[int(10.5 * DECODED_HZ) : int(11.8 * DECODED_HZ)]
    assert loudness_db(part[:, 1], HOTLINE_HZ) - loudness_db(part[:, 0], HOTLINE_HZ) > 40
    assert np.abs(both[int(5.3 * DECODED_HZ) : int(9.7 * DECODED_HZ)]).max() < 50
    assert abs(onset_s(both[:, 0]) - 3.0) < 0.1 and onset_s(both[:, 1]) < 0.1
    assert abs(onset_s(both[int(5.3 * DECODED_HZ) :, 1]) - 4.7) < 0.1


async def test_before_the_announcement_is_over_the_caller_is_not_recorded(desk: Desk) -> None:
    recordings = desk.open()
    conversation = desk.conversation()
    recorder = desk.recorder(recordings, conversation)
    recorder.begin(RATE)
    await feed(desk, recorder, sides((2.0, True, True)))
    recorder.announced()
    await feed(desk, recorder, sides((2.0, True, False)))
    await closed(recorder)
    (recording,) = recordings.catalogue.of_conversation(conversation)
    both = decoded(plain(recordings.vault, recording))
    assert abs(onset_s(both[:, 0]) - 2.0) < 0.1 and onset_s(both[:, 1]) < 0.1


async def test_who_hangs_up_during_the_announcement_leaves_nothing(desk: Desk) -> None:
    recordings = desk.open()
    conversation = desk.conversation()
    recorder = desk.recorder(recordings, conversation)
    recorder.begin(RATE)
    await feed(desk, recorder, sides((3.0, True, True)))
    await closed(recorder)
    assert recordings.catalogue.of_conversation(conversation) == ()
    assert not (desk.var / "recordings").exists()


async def test_a_call_in_which_nobody_could_be_told_is_forgotten(desk: Desk) -> None:
    recorder = desk.recorder(desk.open(), desk.conversation())
    recorder.begin(RATE)
    for _ in range(70):
        desk.pass_time(1.0)
        recorder.played(frames(voice(HOTLINE_HZ, 0.02, RATE), RATE)[0])
    assert recorder.held_bytes == 0
    recorder.announced()
    await closed(recorder)


async def test_a_full_disk_ends_the_recording_and_not_the_call(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    write = OpusFile.write

    def until_full(file: OpusFile, stereo: bytes) -> None:
        nonlocal written
        written += 1
        if written > 14:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(file, stereo)

    monkeypatch.setattr(OpusFile, "write", until_full)
    recordings = desk.open()
    conversation = desk.conversation()
    recorder = desk.recorder(recordings, conversation)
    recorder.begin(RATE)
    recorder.announced()
    await feed(desk, recorder, sides((9.0, True, True)))
    await settled(recorder)
    # The call goes on and knows nothing of it.
    await feed(desk, recorder, sides((2.0, True, True)))
    assert recorder.held_bytes == 0
    await closed(recorder)
    (recording,) = recordings.catalogue.of_conversation(conversation)
    assert (recording.state, recording.trouble) == (RecordingState.BROKEN, Trouble.DISK)
    assert 2000 <= recording.length_ms <= 3000
    assert len(decoded(plain(recordings.vault, recording))) > 2 * DECODED_HZ


async def test_nothing_is_recorded_while_the_disk_is_nearly_full(desk: Desk) -> None:
    recordings = desk.open(recording_min_free_mb=10**9)
    conversation = desk.conversation()
    recorder = desk.recorder(recordings, conversation)
    recorder.begin(RATE)
    recorder.announced()
    await feed(desk, recorder, sides((2.0, True, True)))
    await closed(recorder)
    (recording,) = recordings.catalogue.of_conversation(conversation)
    assert (recording.state, recording.trouble, recording.length_ms) == (
        RecordingState.BROKEN,
        Trouble.DISK,
        0,
    )


async def test_a_disk_that_hangs_costs_bounded_memory_and_no_time_of_the_call(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = threading.Event()
    write = OpusFile.write

    def hang(file: OpusFile, stereo: bytes) -> None:
        back.wait(60)
        write(file, stereo)

    monkeypatch.setattr(OpusFile, "write", hang)
    recordings = desk.open()
    conversation = desk.conversation()
    recorder = desk.recorder(recordings, conversation)
    recorder.begin(RATE)
    recorder.announced()
    most = 0
    for _ in range(4):
        await feed(desk, recorder, sides((10.0, True, True)))
        most = max(most, recorder.held_bytes)
    assert recorder.held_bytes == 0
    assert 0 < most <= BEHIND_S * RATE * 4
    back.set()
    await closed(recorder)
    (recording,) = recordings.catalogue.of_conversation(conversation)
    assert (recording.state, recording.trouble) == (RecordingState.BROKEN, Trouble.SLOW)


async def test_without_a_database_the_call_goes_on_unrecorded(desk: Desk) -> None:
    recordings = desk.open()
    conversation = desk.conversation()
    with desk.engine.begin() as connection:
        connection.execute(text("ALTER TABLE recordings RENAME TO away"))
    recorder = desk.recorder(recordings, conversation)
    recorder.begin(RATE)
    recorder.announced()
    await feed(desk, recorder, sides((2.0, True, True)))
    await closed(recorder)
    assert recorder.held_bytes == 0
    assert not list(Path(desk.var).glob("recordings/*/*/*"))


async def test_a_deployment_that_does_not_record_has_nobody_who_could(desk: Desk) -> None:
    recordings = desk.open(recording=False)
    assert recordings.recorder(desk.conversation) is NOBODY_RECORDS
    assert not (desk.var / "recording.key").exists()
