"""Whose conversation it is, and leads, hear its recording, in any part; each playing is written down first."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from desk.recordings import (
    Cue,
    Outcome,
    Recording,
    RecordingCatalogue,
    RecordingState,
    RecordingVault,
    Trouble,
    load_keys,
)
from desk.seats import AuditLog
from gateway.console.recordings import part_of
from gateway.recordings.opus_file import OpusFile
from gateway.recordings.playings import PLAYINGS_MAX, SAME_PLAYING_S, Playings
from tests.fakes.fake_seat import add_user
from tests.fakes.running_gateway import RunningGateway
from tests.gateway.conftest import Citizen, client_of
from tests.gateway.console.conftest import MakeDesk, angry_citizen
from tests.gateway.recordings.sound import decoded, voice

RATE = 8000


@pytest.fixture
def desk(make_desk: MakeDesk, tmp_path: Path) -> RunningGateway:
    """The desk of the other tests, on a machine that has a key."""
    load_keys("", tmp_path / "var", make=True)
    gateway = make_desk()
    for username, badge, role in (
        ("wang", "1024", "seat"),
        ("li", "1025", "seat"),
        ("zhang", "9001", "lead"),
    ):
        add_user(gateway, username, badge=badge, role=role)
    return gateway


def recorded(
    desk: RunningGateway, conversation_id: str, state: RecordingState = RecordingState.COMPLETE
) -> Recording:
    """Three seconds with a voice on each side."""
    catalogue = RecordingCatalogue(desk.engine)
    var = desk.settings.var_dir
    vault = RecordingVault(var, load_keys("", var))
    found = catalogue.begin(conversation_id, vault.key_id, datetime.now(UTC), timedelta(days=180))
    file = OpusFile(vault, found, RATE, 0)
    file.write(np.stack([voice(140, 3, RATE), voice(230, 3, RATE)], axis=1).tobytes())
    trouble = Trouble.CRASH if state is RecordingState.BROKEN else None
    if trouble is None:
        file.finish()
    file.close()
    if state is not RecordingState.RECORDING:
        catalogue.end(
            found.id,
            Outcome(
                state=state,
                trouble=trouble,
                length_ms=3000,
                bytes=vault.file_bytes(found),
                cues=(Cue(seq=1, ms=40),),
            ),
        )
    return catalogue.get(found.id)


async def listing(http: httpx.AsyncClient, conversation_id: str) -> httpx.Response:
    return await http.get(f"/api/v1/desk/conversations/{conversation_id}/recordings")


async def sound(http: httpx.AsyncClient, recording: Recording, **headers: str) -> httpx.Response:
    return await http.get(f"/api/v1/desk/recordings/{recording.id}/audio", headers=headers)


def playings(desk: RunningGateway, recording: Recording) -> list[str]:
    lines = AuditLog(desk.engine).read(action="recording_played", subject=("recording", recording.id))
    assert all(line.detail == {"conversation": recording.conversation_id} for line in lines)
    return [line.actor for line in lines]


async def test_the_owner_and_leads_play_it_in_parts_and_nobody_else(
    desk: Any, client: Any, seats: Any
) -> None:
    wang = await seats("wang")
    citizen = await angry_citizen(client)
    offer = await wang.next("offer")
    await wang.act(type="accept", handoff=offer["item"]["handoff"])
    recording = await asyncio.to_thread(recorded, desk, citizen.id)
    li, zhang = await seats("li", ready=False), await seats("zhang", ready=False)

    told = (await listing(wang.http, citizen.id)).json()["recordings"]
    assert [(one["id"], one["state"], one["length_s"], one["cues"]) for one in told] == [
        (recording.id, "complete", 3.0, [{"seq": 1, "at_s": 0.04}])
    ]
    assert (await listing(li.http, citizen.id)).status_code == 403
    assert (await sound(li.http, recording)).status_code == 403
    async with client_of(desk) as stranger:
        assert (await sound(stranger, recording)).status_code == 401
    assert playings(desk, recording) == []

    whole = await sound(wang.http, recording)
    assert whole.status_code == 200 and whole.headers["content-type"] == "audio/ogg"
    assert whole.headers["cache-control"] == "no-store" and whole.headers["accept-ranges"] == "bytes"
    assert abs(len(decoded(whole.content)) / 48_000 - 3.0) < 0.1
    size = len(whole.content)
    part = await sound(wang.http, recording, Range="bytes=100-2099")
    assert part.status_code == 206 and part.content == whole.content[100:2100]
    assert part.headers["content-range"] == f"bytes 100-2099/{size}"
    tail = await sound(wang.http, recording, Range="bytes=-500")
    assert tail.content == whole.content[-500:]
    assert (await sound(wang.http, recording, Range=f"bytes={size}-")).status_code == 416
    # Several parts of one playing are one line; a lead's are another.
    assert playings(desk, recording) == [wang.id]
    assert (await sound(zhang.http, recording)).status_code == 200
    assert playings(desk, recording) == [zhang.id, wang.id]


async def test_what_cannot_be_played_says_why(desk: Any, client: Any, seats: Any) -> None:
    zhang = await seats("zhang", ready=False)
    citizen = await Citizen.arrive(client)
    running = await asyncio.to_thread(recorded, desk, citizen.id, RecordingState.RECORDING)
    broken = await asyncio.to_thread(recorded, desk, citizen.id, RecordingState.BROKEN)
    gone = await asyncio.to_thread(recorded, desk, citizen.id)
    lost = await asyncio.to_thread(recorded, desk, citizen.id)
    RecordingCatalogue(desk.engine).deleted(gone.id, "retention")
    (desk.settings.var_dir / "recordings" / lost.path).unlink()

    for recording, status, code in (
        (running, 409, "recording_running"),
        (gone, 410, "recording_deleted"),
        (lost, 404, "not_found"),
    ):
        answer = await sound(zhang.http, recording)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    half = await sound(zhang.http, broken)
    assert half.status_code == 200 and len(decoded(half.content)) > 2 * 48_000
    states = [one["state"] for one in (await listing(zhang.http, citizen.id)).json()["recordings"]]
    assert states == ["recording", "broken", "deleted", "complete"]


def test_a_range_is_read_as_browsers_write_it() -> None:
    assert part_of(None, 100) is None
    assert part_of("bytes=0-", 100) == (0, 100)
    assert part_of("bytes=10-19", 100) == (10, 20)
    assert part_of("bytes=90-200", 100) == (90, 100)
    assert part_of("bytes=-30", 100) == (70, 100)
    assert part_of("bytes=-300", 100) == (0, 100)
    assert part_of("bytes=0-9,20-29", 100) is None
    for nothing in ("bytes=100-", "bytes=30-20", "bytes=-0"):
        with pytest.raises(ValueError):
            part_of(nothing, 100)


def test_a_playing_is_new_after_a_pause_and_for_everybody_else() -> None:
    known = Playings()
    assert known.is_new("a", "r", 0.0)
    known.noted("a", "r", 0.0)
    assert not known.is_new("a", "r", SAME_PLAYING_S)
    assert known.is_new("a", "r", SAME_PLAYING_S + 1)
    assert known.is_new("b", "r", 1.0) and known.is_new("a", "s", 1.0)
    for n in range(PLAYINGS_MAX):
        known.noted("b", f"r{n}", 2.0)
    assert known.is_new("a", "r", 2.0)
