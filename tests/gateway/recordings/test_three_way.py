"""Of a talk of three the recording has the caller on his side and both seats on the other."""

from __future__ import annotations

from gateway.talk.packets import Sound
from tests.gateway.recordings.conftest import Desk, plain
from tests.gateway.recordings.sound import DECODED_HZ, decoded, frames, loudness_db, voice
from tests.gateway.talk.test_person import LI, WANG, with_two

RATE = 16000
CALLER_HZ, WANG_HZ, LI_HZ = 140.0, 215.0, 330.0
SECONDS = 4.0


async def test_both_seats_are_on_the_side_of_the_seats(desk: Desk) -> None:
    recordings = desk.open()
    conversation = desk.conversation()
    recorder = desk.recorder(recordings, conversation)
    recorder.begin(RATE)
    recorder.announced()
    scene = with_two()
    spoken = [frames(voice(pitch, SECONDS, RATE), RATE) for pitch in (CALLER_HZ, WANG_HZ, LI_HZ)]
    for number, (caller, wang, li) in enumerate(zip(*spoken, strict=True)):
        if number % 50 == 0:
            scene.stay()
        scene.person.heard(caller)
        recorder.heard(caller)
        scene.leg.receive(Sound(end=WANG, pcm=wang))
        scene.leg.receive(Sound(end=LI, pcm=li))
        recorder.played(scene.frames(1)[0])
        desk.pass_time(0.02)
    await recorder.aclose()
    await recorder.written()
    (recording,) = recordings.catalogue.of_conversation(conversation)
    both = decoded(plain(recordings.vault, recording))
    part = both[DECODED_HZ : 3 * DECODED_HZ]
    for pitch in (WANG_HZ, LI_HZ):
        assert loudness_db(part[:, 1], pitch) - loudness_db(part[:, 0], pitch) > 20
    assert loudness_db(part[:, 0], CALLER_HZ) - loudness_db(part[:, 1], CALLER_HZ) > 20
    # Neither seat drowns the other.
    assert abs(loudness_db(part[:, 1], WANG_HZ) - loudness_db(part[:, 1], LI_HZ)) < 6
