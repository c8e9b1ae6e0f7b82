"""Whoever watches a call sees each step once and in order; a caller who has muted himself is left in peace."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from gateway.voice.call import Call, CallTools, Heard, Sounding, Step
from gateway.voice.dialogue import OwnerNow, ToSay
from gateway.voice.line import Audio, Key, Muted
from gateway.voice.stages import STAGES
from gateway.voice.turn_events import (
    Answered,
    DropSpeech,
    Expecting,
    SpeechEnded,
    SpeechStarted,
    TakeTurn,
    TurnTimes,
)
from tests.gateway.voice.test_call import (
    VOICE,
    LoudDetector,
    ScriptedDialogue,
    ScriptedTranscriber,
    Tones,
    until,
)
from tests.waiting import PATIENCE_S


class QueueLine:
    """A line without a socket: what the test puts in is heard, frames are taken every 20 ms."""

    rate_hz = 8000

    def __init__(self) -> None:
        self.events: asyncio.Queue[Audio | Key | Muted | None] = asyncio.Queue()
        self.hung_up = asyncio.Event()
        self.said = bytearray()

    async def incoming(self) -> AsyncIterator[Audio | Key | Muted]:
        while (event := await self.events.get()) is not None:
            yield event

    async def speak(self, source: Callable[[], bytes | None]) -> None:
        while True:
            self.said += source() or b""
            await asyncio.sleep(0.02)

    async def hang_up(self) -> None:
        self.hung_up.set()
        self.events.put_nowait(None)

    async def say(self, pcm: bytes) -> None:
        for start in range(0, len(pcm), 320):
            self.events.put_nowait(Audio(pcm=pcm[start : start + 320], rate_hz=8000))
            await asyncio.sleep(0.02)


class Scene:
    def __init__(
        self, script: list[str], answers: dict[str, list[ToSay | OwnerNow]], times: TurnTimes
    ) -> None:
        self.line = QueueLine()
        self.steps: list[Step] = []
        self.timed: list[tuple[str, float]] = []
        self.tools = CallTools(
            dialogue=ScriptedDialogue(answers),
            transcriber=ScriptedTranscriber(script),
            detector=LoudDetector(),
            voices=Tones(),
            times=times,
            watch=self.steps.append,
            timed=lambda stage, seconds: self.timed.append((stage, seconds)),
        )

    @asynccontextmanager
    async def called(self) -> AsyncIterator[Scene]:
        running = asyncio.create_task(Call(self.line, self.tools).run())
        yield self
        self.line.events.put_nowait(None)
        await asyncio.wait_for(running, PATIENCE_S)

    def seen(self, kind: type) -> list[Step]:
        return [step for step in self.steps if isinstance(step, kind)]


async def test_the_steps_of_a_question_and_its_answer_are_seen_in_order() -> None:
    answer = ToSay(text="请带身份证。还有户口本。", seq=3, expecting=Expecting.ANYTHING)
    scene = Scene(["怎么办社保卡呢"], {"怎么办社保卡呢": [answer]}, TurnTimes())
    async with scene.called():
        await until(lambda: scene.seen(SpeechEnded))
        await scene.line.say(VOICE + bytes(16000))
        await until(lambda: len(scene.seen(SpeechEnded)) == 2, 10)
    told = [
        s
        for s in scene.steps
        if isinstance(s, ToSay | Sounding | Heard | TakeTurn | SpeechStarted | Answered)
    ]
    assert [type(step).__name__ for step in told if not isinstance(step, Answered)] == [
        *("ToSay", "SpeechStarted", "Sounding", "Heard"),
        *("TakeTurn", "ToSay", "SpeechStarted", "Sounding", "Heard", "Sounding", "Heard"),
    ]
    assert [s.text for s in scene.seen(Sounding)] == ["您好。", "请带身份证。", "还有户口本。"]  # type: ignore[union-attr]
    assert len(scene.seen(Answered)) == 1 and not scene.seen(DropSpeech)
    assert [stage for stage, _ in scene.timed] == list(STAGES)
    *spans, total = [seconds for _, seconds in scene.timed]
    assert sum(spans) == pytest.approx(total) and all(seconds >= 0 for seconds in spans)


async def test_a_muted_caller_is_not_asked_whether_he_is_there() -> None:
    scene = Scene([], {}, TurnTimes(silence_s=0.3))
    async with scene.called():
        scene.line.events.put_nowait(Muted(on=True))
        await until(lambda: scene.seen(SpeechEnded))
        # Three times as long as silence is taken before a question.
        for _ in range(45):
            await asyncio.sleep(0.02)
        assert len(scene.seen(ToSay)) == 1
        scene.line.events.put_nowait(Muted(on=False))
        await until(lambda: len(scene.seen(ToSay)) == 2)
        assert not scene.line.hung_up.is_set()
