"""A call tells its recorder what was really heard and played, and announces the recording before all else."""

from __future__ import annotations

from gateway.voice.dialogue import ToSay
from gateway.voice.line import Key
from gateway.voice.turn_events import SpeechEnded, TurnTimes
from tests.gateway.voice.test_call import VOICE, until
from tests.gateway.voice.test_call_steps import Scene

ANNOUNCEMENT = "本次通话将被录音。"


class NotingRecorder:
    def __init__(self, announcement: str = ANNOUNCEMENT) -> None:
        self.announcement = announcement
        self.rate_hz = 0
        self.left = bytearray()
        self.right = bytearray()
        self.seqs: list[int | None] = []
        # How much had been played when the caller knew.
        self.told_at: list[int] = []
        self.closed = 0

    def begin(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz

    def announced(self) -> None:
        self.told_at.append(len(bytes(self.right).strip(b"\0")))

    def heard(self, pcm: bytes) -> None:
        self.left += pcm

    def played(self, pcm: bytes | None) -> None:
        self.right += pcm or bytes(320)

    def sounding(self, seq: int | None) -> None:
        self.seqs.append(seq)

    async def aclose(self) -> None:
        self.closed += 1


def scene_with(recorder: NotingRecorder, script: list[str], answers: dict[str, list[ToSay]]) -> Scene:
    scene = Scene(script, answers, TurnTimes())  # type: ignore[arg-type]
    scene.tools = type(scene.tools)(**(vars(scene.tools) | {"recorder": recorder}))
    return scene


async def test_both_sides_are_told_as_they_were_heard_and_played() -> None:
    recorder = NotingRecorder()
    scene = scene_with(recorder, ["怎么办"], {"怎么办": [ToSay(text="请带身份证。", seq=3)]})
    said = VOICE + bytes(16000)
    async with scene.called():
        await until(lambda: len(scene.seen(SpeechEnded)) == 1)
        await scene.line.say(said)
        await until(lambda: len(scene.seen(SpeechEnded)) == 2, 10)
    assert bytes(recorder.left) == said
    assert recorder.rate_hz == 8000
    # Whatever the line took, silence in between left out, since the line of this test keeps none.
    assert bytes(recorder.right).replace(bytes(320), b"") == bytes(scene.line.said).replace(bytes(320), b"")
    assert recorder.seqs == [None, 1, 3]
    assert recorder.closed == 1


async def test_the_announcement_comes_first_and_nobody_talks_over_it() -> None:
    recorder = NotingRecorder()
    scene = scene_with(recorder, ["喂喂喂"], {})
    async with scene.called():
        await until(lambda: None in recorder.seqs)
        await scene.line.say(VOICE)
        await until(lambda: bool(recorder.told_at))
    assert recorder.seqs[0] is None
    # 0.1 s of tone a character: all of it, and nothing of the greeting, had been played.
    assert recorder.told_at == [len(ANNOUNCEMENT) * 1600]


async def test_an_announcement_that_a_key_cut_off_is_said_again() -> None:
    recorder = NotingRecorder()
    scene = scene_with(recorder, [], {})
    async with scene.called():
        await until(lambda: bool(bytes(recorder.right).strip(b"\0")))
        scene.line.events.put_nowait(Key(digit="0"))
        await until(lambda: bool(recorder.told_at))
    assert len(recorder.told_at) == 1
    assert recorder.told_at[0] >= len(ANNOUNCEMENT) * 1600


async def test_a_call_that_is_not_recorded_announces_nothing() -> None:
    recorder = NotingRecorder("")
    scene = scene_with(recorder, [], {})
    async with scene.called():
        await until(lambda: len(scene.seen(SpeechEnded)) == 1)
    assert recorder.seqs == [1] and recorder.told_at == []
