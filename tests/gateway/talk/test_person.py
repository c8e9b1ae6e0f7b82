"""The caller's end of a talk: who hears whom and when, for both lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from desk.conversations import Owner
from gateway.audio.hold_tone import HoldTone
from gateway.audio.mixing import mixed
from gateway.talk.packets import CALLER, EndCall, Gone, Here, Packet, Sound, decode, encode
from gateway.talk.person import GONE_S, SeatOnLine

WANG, LI = "u1", "u2"
TONE = (np.sin(np.arange(320) * 0.2) * 8000).astype("<i2").tobytes()


class FakeLeg:
    def __init__(self, receive: Any) -> None:
        self.receive = receive
        self.sent: list[Packet] = []
        self.to: dict[str, list[Packet]] = {}
        self.left = False

    def send(self, packet: Packet, to: str) -> None:
        self.sent.append(packet)
        self.to.setdefault(to, []).append(packet)

    def leave(self) -> None:
        self.left = True


class FakeRelay:
    def __init__(self) -> None:
        self.legs: list[FakeLeg] = []

    def join(self, conversation_id: str, end: str, receive: Any) -> FakeLeg:
        assert (conversation_id, end) == ("c1", CALLER)
        self.legs.append(FakeLeg(receive))
        return self.legs[-1]


class FakeHub:
    def __init__(self) -> None:
        self.told: list[bool] = []
        self.captions: list[str] = []

    def publish(self, _conversation: str, event: Mapping[str, Any]) -> None:
        if event["type"] == "caption":
            self.captions.append(event["text"])
            return
        assert event["type"] == "call"
        self.told.append(event["on"])


class Scene:
    def __init__(self, rate_hz: int = 16000) -> None:
        self.relay, self.hub = FakeRelay(), FakeHub()
        self.now = 0.0
        self.hung_up = 0
        self.person = SeatOnLine(
            self.relay,  # type: ignore[arg-type]
            self.hub,  # type: ignore[arg-type]
            lambda: "c1",
            "phone",
            clock=lambda: self.now,
        )
        self.person.begin(rate_hz, self._hang_up)

    def _hang_up(self) -> None:
        self.hung_up += 1

    @property
    def leg(self) -> FakeLeg:
        return self.relay.legs[-1]

    def sounds(self) -> int:
        return sum(isinstance(packet, Sound) for packet in self.leg.sent)

    def with_seat(self) -> Scene:
        self.person.owner(Owner.SEAT)
        self.leg.receive(Here(end=WANG))
        return self

    def stay(self) -> None:
        """Both seats say again that they are there."""
        self.leg.receive(Here(end=WANG))
        self.leg.receive(Here(end=LI))

    def frames(self, count: int) -> list[bytes | None]:
        found = []
        for _ in range(count):
            found.append(self.person.next_frame())
            self.now += 0.02
        return found


def test_the_bot_and_the_queue_hear_nothing_of_a_relay() -> None:
    scene = Scene()
    for owner in (Owner.WAITING, Owner.BOT, Owner.WRAP_UP):
        scene.person.owner(owner)
        scene.person.heard(TONE)
        assert scene.person.next_frame() is None
    assert scene.relay.legs == []


def test_caller_and_seat_hear_one_another_once_the_seat_is_there() -> None:
    scene = Scene()
    scene.person.owner(Owner.SEAT)
    scene.person.heard(TONE)
    assert scene.sounds() == 0
    scene.leg.receive(Here(end=WANG))
    scene.person.heard(TONE)
    assert [p.pcm for p in scene.leg.sent if isinstance(p, Sound)] == [TONE]
    for _ in range(4):
        scene.leg.receive(Sound(end=WANG, pcm=TONE))
    assert scene.frames(5) == [TONE, TONE, TONE, TONE, None]


def test_a_telephone_has_half_the_samples_both_ways() -> None:
    scene = Scene(rate_hz=8000).with_seat()
    for _ in range(50):
        scene.person.heard(TONE[:320])
    up = sum(len(p.pcm) for p in scene.leg.sent if isinstance(p, Sound))
    assert 0.9 * 50 * 640 < up <= 50 * 640
    for _ in range(10):
        scene.leg.receive(Sound(end=WANG, pcm=TONE))
    assert {len(frame) for frame in scene.frames(8) if frame is not None} == {320}


def test_on_hold_the_caller_hears_a_tone_and_nobody_hears_him() -> None:
    scene = Scene().with_seat()
    scene.leg.receive(Sound(end=WANG, pcm=TONE))
    scene.leg.receive(Here(end=WANG, hold=True))
    scene.leg.receive(Sound(end=WANG, pcm=TONE))
    before = scene.sounds()
    scene.person.heard(TONE)
    assert scene.sounds() == before
    tone = HoldTone(16000)
    assert scene.frames(3) == [tone.next(640) for _ in range(3)]
    scene.leg.receive(Here(end=WANG, hold=False))
    assert scene.frames(1) == [None]


def test_a_seat_who_is_not_heard_of_any_more_is_gone() -> None:
    scene = Scene().with_seat()
    scene.now += GONE_S
    scene.person.heard(TONE)
    assert scene.sounds() == 0
    scene.leg.receive(Here(end=WANG))
    scene.person.heard(TONE)
    assert scene.sounds() == 1
    scene.leg.receive(Gone(end=WANG))
    scene.person.heard(TONE)
    assert scene.sounds() == 1


def test_the_caller_says_every_second_that_he_is_there_and_tells_the_consoles() -> None:
    scene = Scene()
    scene.person.owner(Owner.WAITING)
    scene.person.owner(Owner.SEAT)
    scene.leg.receive(Here(end=WANG))
    scene.frames(200)
    scene.leg.receive(Here(end=WANG))
    scene.frames(50)
    heres = [packet for packet in scene.leg.sent if isinstance(packet, Here)]
    assert len(heres) == 5 and {packet.line for packet in heres} == {"phone"}
    assert 2 <= len(scene.hub.told) <= 4 and all(scene.hub.told)
    scene.person.end()
    assert scene.hub.told[-1] is False
    assert isinstance(scene.leg.sent[-1], Gone) and scene.leg.left


def test_given_back_to_the_bot_the_relay_is_left_and_joined_again_for_the_next_seat() -> None:
    scene = Scene().with_seat()
    scene.leg.receive(Here(end=WANG, hold=True))
    scene.person.owner(Owner.BOT)
    assert scene.leg.left and scene.person.next_frame() is None
    scene.with_seat()
    assert len(scene.relay.legs) == 2
    assert scene.frames(1) == [None]


def test_the_seat_can_end_the_call() -> None:
    scene = Scene().with_seat()
    scene.leg.receive(EndCall())
    assert scene.hung_up == 1


def test_audio_that_comes_too_fast_gives_way_to_the_newest() -> None:
    scene = Scene().with_seat()
    for number in range(100):
        scene.leg.receive(Sound(end=WANG, pcm=bytes([number, 0]) * 320))
    assert scene.frames(1) == [bytes([80, 0]) * 320]


@pytest.mark.parametrize(
    "packet",
    [Sound(end=WANG, pcm=b"\x01\x02"), Here(end=WANG, line="phone", hold=True), Gone(end=WANG), EndCall()],
)
def test_packets_arrive_as_they_were_sent(packet: Packet) -> None:
    assert decode(encode(packet)) == packet


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a",
        b"ax",
        b"a\x02u",
        b"a\x01u",
        b"a\x01ux",
        b"a\x01\xff12",
        b"w{",
        b'w{"type":"dance"}',
        b"w[]",
        b"zz",
    ],
)
def test_what_is_no_packet_is_nothing(data: bytes) -> None:
    assert decode(data) is None


def test_two_voices_are_mixed_and_clipped() -> None:
    loud = np.array([30000, -30000, 100], "<i2").tobytes()
    assert np.frombuffer(mixed(loud, loud) or b"", "<i2").tolist() == [32767, -32768, 200]
    assert mixed(None, loud) == loud and mixed(loud, None) == loud and mixed(None, None) is None


def steady(value: int) -> bytes:
    return np.full(320, value, "<i2").tobytes()


def with_two(rate_hz: int = 16000) -> Scene:
    scene = Scene(rate_hz).with_seat()
    scene.leg.receive(Here(end=LI))
    return scene


def heard_by(scene: Scene, end: str) -> set[int]:
    found = [np.frombuffer(p.pcm, "<i2") for p in scene.leg.to.get(end, []) if isinstance(p, Sound)]
    return {int(value) for pcm in found for value in pcm} - {0}


def all_speak(scene: Scene, frames: int = 10) -> list[bytes | None]:
    """The caller says 100, the owner 1000, the third 10000, for so long."""
    found: list[bytes | None] = []
    for _ in range(frames):
        scene.person.heard(steady(100))
        scene.leg.receive(Sound(end=WANG, pcm=steady(1000)))
        scene.leg.receive(Sound(end=LI, pcm=steady(10000)))
        found += scene.frames(1)
    return found


def test_of_three_everybody_hears_the_two_others() -> None:
    scene = with_two()
    caller = {int(v) for pcm in all_speak(scene) if pcm is not None for v in np.frombuffer(pcm, "<i2")} - {0}
    assert caller == {11000}
    assert heard_by(scene, WANG) == {10100}
    assert heard_by(scene, LI) == {1100}
    assert all(len(p.pcm) == 640 for to in (WANG, LI) for p in scene.leg.to[to] if isinstance(p, Sound))


def test_too_loud_is_clipped_for_everybody() -> None:
    scene = with_two()
    for _ in range(10):
        scene.leg.receive(Sound(end=WANG, pcm=steady(30000)))
        scene.leg.receive(Sound(end=LI, pcm=steady(30000)))
        last = scene.frames(1)[0]
    assert last is not None and set(np.frombuffer(last, "<i2").tolist()) == {32767}


def test_a_telephone_hears_both_seats() -> None:
    scene = with_two(rate_hz=8000)
    for _ in range(40):
        scene.leg.receive(Sound(end=WANG, pcm=steady(1000)))
        scene.leg.receive(Sound(end=LI, pcm=steady(3000)))
        last = scene.frames(1)[0]
    assert last is not None and len(last) == 320
    assert abs(int(np.frombuffer(last, "<i2").mean()) - 4000) < 50


def test_who_goes_leaves_the_two_others_talking() -> None:
    scene = with_two()
    all_speak(scene)
    scene.leg.receive(Gone(end=LI))
    scene.leg.to.clear()
    for _ in range(10):
        scene.person.heard(steady(100))
        scene.leg.receive(Sound(end=WANG, pcm=steady(1000)))
        # Late, from before he went.
        scene.leg.receive(Sound(end=LI, pcm=steady(10000)))
        last = scene.frames(1)[0]
    assert last == steady(1000)
    assert heard_by(scene, WANG) == {100}
    assert not [p for p in scene.leg.to.get(LI, []) if isinstance(p, Sound)]


def test_the_third_stays_when_the_first_goes() -> None:
    """As it is handed to him: nothing in the talk has to begin anew."""
    scene = with_two()
    all_speak(scene)
    scene.leg.receive(Gone(end=WANG))
    frames = []
    for _ in range(10):
        scene.leg.receive(Sound(end=LI, pcm=steady(10000)))
        frames += scene.frames(1)
    assert None not in frames
    assert len(scene.relay.legs) == 1


def test_on_hold_nobody_hears_the_caller_nor_he_anybody() -> None:
    scene = with_two()
    scene.leg.receive(Here(end=WANG, hold=True))
    scene.leg.to.clear()
    tone = HoldTone(16000)
    assert all_speak(scene, 3) == [tone.next(640) for _ in range(3)]
    assert heard_by(scene, WANG) == heard_by(scene, LI) == set()
    scene.leg.receive(Here(end=WANG, hold=False))
    all_speak(scene)
    assert heard_by(scene, LI) == {1100}
