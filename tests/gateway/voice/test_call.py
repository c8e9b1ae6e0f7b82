"""A whole call over a real AudioSocket; the recogniser, the conversation and the voice do what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest

from cli.simulator.asterisk_client import AsteriskClient
from desk.conversations import Owner
from gateway.channels.phone.line import PhoneLine
from gateway.channels.phone.server import PhoneServer
from gateway.tts.synthesizer import SpeechRequest
from gateway.voice import prompts
from gateway.voice.call import Call, CallTools, Heard, Sounding, Step
from gateway.voice.dialogue import OwnerNow, ToSay, to_say
from gateway.voice.transcriber import TranscriberGone
from gateway.voice.turn_events import (
    Expecting,
    Final,
    Partial,
    PauseSpeech,
    Prompt,
    ResumeSpeech,
    SpeechEnded,
    TurnTimes,
)
from tests.virtual_time import VirtualTimeLoop
from tests.waiting import PATIENCE_S, until

# Pauses and answers are as long as the tests say, however busy the machine is.
LOOP = VirtualTimeLoop
VOICE = (np.sin(np.arange(8000) * 0.3) * 8000).astype("<i2").tobytes()


def now_s() -> float:
    return asyncio.get_running_loop().time()


class LoudDetector:
    """32 ms of anything loud is voice."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def listen(self, told: Callable[[list[bool]], None]) -> None:
        return

    def hear(self, pcm: bytes) -> list[bool]:
        self._rest += pcm
        verdicts = []
        while len(self._rest) >= 512:
            verdicts.append(max(np.abs(np.frombuffer(bytes(self._rest[:512]), "<i2"))) > 1000)
            del self._rest[:512]
        return verdicts


class ScriptedTranscriber:
    """Each finished utterance is the next text of the script."""

    def __init__(self, script: list[str]) -> None:
        self.script = script
        self.bytes_heard = 0
        self.closed = False
        # How sure it is of all that it writes.
        self.sure: float | None = None
        self._texts: asyncio.Queue[Partial | Final | None] = asyncio.Queue()

    async def hear(self, pcm: bytes) -> None:
        self.bytes_heard += len(pcm)

    async def finish(self, number: int) -> None:
        text = self.script.pop(0) if self.script else ""
        self._texts.put_nowait(Final(text=text, answers=number, confidence=self.sure))

    def partial(self, text: str) -> None:
        self._texts.put_nowait(Partial(text=text))

    def die(self) -> None:
        self._texts.put_nowait(None)

    async def texts(self) -> AsyncGenerator[Partial | Final, None]:
        while (text := await self._texts.get()) is not None:
            yield text
        raise TranscriberGone

    async def aclose(self) -> None:
        self.closed = True


class ScriptedDialogue:
    def __init__(self, answers: dict[str, list[ToSay | OwnerNow]]) -> None:
        self.answers = answers
        self.said: list[str] = []
        self.cut: dict[int, str] = {}
        self.ended = False
        self._news: asyncio.Queue[ToSay | OwnerNow] = asyncio.Queue()

    async def begin(self) -> ToSay:
        return ToSay(text="您好。", seq=1, expecting=Expecting.ANYTHING)

    async def say(self, text: str) -> None:
        self.said.append(text)
        for answer in self.answers.get(text, []):
            self._news.put_nowait(answer)

    async def next(self) -> ToSay | OwnerNow:
        return await self._news.get()

    async def cut_off(self, seq: int, heard: str) -> None:
        self.cut[seq] = heard

    async def end(self) -> None:
        self.ended = True


class Tones:
    """0.1 s of tone a character. While `enough` is not set, the last one goes on (or, `silent`, nothing more comes)."""

    def __init__(self) -> None:
        self.requests: list[SpeechRequest] = []
        self.enough = asyncio.Event()
        self.enough.set()
        self.silent = False

    async def stream(self, request: SpeechRequest, rate_hz: int) -> AsyncGenerator[bytes, None]:
        self.requests.append(request)
        tone = b"\x10\x20" * (rate_hz // 10)
        for _ in request.text:
            yield tone
        while not self.enough.is_set():
            await asyncio.sleep(0.05)
            if not self.silent:
                yield tone


class Scene:
    def __init__(self, script: list[str], answers: dict[str, list[ToSay | OwnerNow]]) -> None:
        self.transcriber = ScriptedTranscriber(script)
        self.dialogue = ScriptedDialogue(answers)
        self.voices = Tones()
        self.heard: list[Heard] = []
        self.steps: list[Step] = []
        self.times = TurnTimes()
        self.goodbyes = 0
        self.client: AsteriskClient

    def watch(self, step: Step) -> None:
        self.steps.append(step)
        if isinstance(step, Heard):
            self.heard.append(step)

    async def handle(self, line: PhoneLine) -> None:
        tools = CallTools(
            dialogue=self.dialogue,
            transcriber=self.transcriber,
            detector=LoudDetector(),
            voices=self.voices,
            fixed=frozenset({"您好。"}),
            times=self.times,
            watch=self.watch,
            clock=now_s,
            goodbye=self.goodbye,
        )
        await Call(line, tools).run()

    async def goodbye(self) -> None:
        self.goodbyes += 1
        # The exchange asks as soon as the line is closed.
        assert not self.client.hung_up.is_set()

    @asynccontextmanager
    async def called(self) -> AsyncIterator[Scene]:
        server = PhoneServer(self.handle, max_calls=2)
        port = await server.start("127.0.0.1", 0)
        try:
            async with await AsteriskClient.call("127.0.0.1", port) as self.client:
                yield self
            await until(lambda: server.calls == 0)
        finally:
            await server.aclose(0.5)

    async def cough(self) -> None:
        """Make a sound without words; the bot pauses."""
        await self.client.say(VOICE[:8000])
        await until(lambda: PauseSpeech() in self.steps)

    def sounding(self, since: float) -> list[float]:
        return [f.at_s for f in self.client.heard if f.at_s >= since and not f.silent]


async def test_words_that_the_recogniser_does_not_believe_are_asked_for_again() -> None:
    """A noise on a bad line is heard as 走, and would end the call."""
    scene = Scene(["走。", "走。"], {})
    scene.transcriber.sure = 0.05
    async with scene.called():
        await until(lambda: scene.heard)
        await scene.client.say(VOICE)
        await until(lambda: len(scene.heard) == 2)
        assert scene.dialogue.said == []
        assert scene.heard[1].text == prompts.PROMPTS[Prompt.UNCLEAR]
        await until(lambda: len(scene.heard) == 3)
        scene.transcriber.sure = 0.9
        await scene.client.say(VOICE)
        await until(lambda: scene.dialogue.said == ["走。"])


async def test_question_and_answer() -> None:
    answer = ToSay(text="请带身份证。", seq=3, expecting=Expecting.ANYTHING)
    async with Scene(["怎么办社保卡呢"], {"怎么办社保卡呢": [answer]}).called() as scene:
        await until(lambda: scene.heard)
        await scene.client.say(VOICE)
        ended = now_s()
        await until(lambda: len(scene.heard) == 2)
    assert scene.dialogue.said == ["怎么办社保卡呢"]
    assert [(h.seq, h.text, h.whole) for h in scene.heard] == [(1, "您好。", True), (3, "请带身份证。", True)]
    # Silence ends the turn: 0.8 s (nothing but the final text tells that the sentence is complete).
    assert 0.5 < scene.sounding(ended)[0] - ended < 1.3
    assert scene.transcriber.bytes_heard > len(VOICE)
    assert scene.dialogue.ended and scene.transcriber.closed
    assert scene.dialogue.cut == {}


async def test_only_fixed_and_public_sentences_may_go_outside() -> None:
    answers: list[ToSay | OwnerNow] = [
        ToSay(text="王女士您好。", seq=3),
        ToSay(text="公开的。", seq=4, public=True),
    ]
    async with Scene(["查进度"], {"查进度": answers}).called() as scene:
        await until(lambda: scene.heard)
        await scene.client.say(VOICE)
        await until(lambda: len(scene.heard) == 3)
    assert [(r.text, r.personal) for r in scene.voices.requests] == [
        ("您好。", False),
        ("王女士您好。", True),
        ("公开的。", False),
    ]


async def test_barge_in_is_heard_at_once_and_the_transcript_knows_what_was_heard() -> None:
    long = ToSay(text="这是一段很长很长很长很长很长很长很长很长的回答。后面还有一句。", seq=3)
    async with Scene(["查一下", "我不是问这个"], {"查一下": [long]}).called() as scene:
        await until(lambda: scene.heard)
        await scene.client.say(VOICE)
        started = now_s()
        await until(lambda: scene.sounding(started))
        await asyncio.sleep(0.5)
        began = now_s()
        await scene.client.say(VOICE)
        await until(lambda: len(scene.dialogue.said) == 2)
        # 0.3 s of voice are needed to know that he means it; then at most 200 ms.
        assert scene.sounding(began)[-1] - began < 0.3 + 0.2
    cut = scene.heard[1]
    assert (cut.seq, cut.whole) == (3, False)
    assert 0.4 < cut.seconds < 1.2
    assert long.text.startswith(cut.text) and 0 < len(cut.text) < len(long.text)
    assert len(scene.heard) == 2
    # Only the first sentence was begun; of the message as a whole this is what the log keeps.
    assert scene.dialogue.cut == {3: cut.text}


async def test_a_cough_lets_the_bot_go_on_to_the_end() -> None:
    """Voice without words makes the bot pause in its answer and then say the rest."""
    long = ToSay(text="这是一段很长很长很长的回答。", seq=3)
    async with Scene(["查一下"], {"查一下": [long]}).called() as scene:
        await until(lambda: scene.heard)
        scene.voices.enough.clear()
        await scene.client.say(VOICE)
        await until(lambda: Sounding(seq=3, text=long.text) in scene.steps)
        await scene.cough()
        scene.voices.enough.set()
        await until(lambda: len(scene.heard) == 2)
    assert ResumeSpeech() in scene.steps
    assert scene.heard[1].whole
    assert scene.dialogue.said == ["查一下"]


async def test_a_cough_after_the_last_sound_of_a_slow_voice_does_not_silence_the_bot() -> None:
    """The bot pauses when all is played and the synthesiser has not ended yet; the next answer is heard."""
    answers: dict[str, list[ToSay | OwnerNow]] = {
        "查一下": [ToSay(text="查到了。", seq=3)],
        "谢谢你": [ToSay(text="不客气。", seq=5)],
    }
    async with Scene(["查一下", "", "谢谢你"], answers).called() as scene:
        await until(lambda: scene.heard)
        scene.voices.silent = True
        scene.voices.enough.clear()
        await scene.client.say(VOICE)
        asked = now_s()
        await until(lambda: scene.sounding(asked) and scene.client.heard[-1].silent)
        await scene.cough()
        scene.voices.enough.set()
        await until(lambda: SpeechEnded() in scene.steps[scene.steps.index(PauseSpeech()) :])
        await scene.client.say(VOICE)
        await until(lambda: len(scene.heard) == 3)
    assert [(h.seq, h.whole) for h in scene.heard] == [(1, True), (3, True), (5, True)]


async def test_key_0_asks_for_a_human_and_who_waits_is_left_in_peace() -> None:
    answers: dict[str, list[ToSay | OwnerNow]] = {
        "转人工": [OwnerNow(owner=Owner.WAITING), ToSay(text="请稍候。", seq=3)]
    }
    scene = Scene([], answers)
    scene.times = TurnTimes(silence_s=0.5)
    async with scene.called():
        await until(lambda: scene.heard)
        scene.client.press("0")
        await until(lambda: len(scene.heard) == 2)
        await asyncio.sleep(1.5)
        assert len(scene.voices.requests) == 2
    assert scene.dialogue.said == ["转人工"]


async def test_silence_ends_with_goodbye_and_hanging_up() -> None:
    scene = Scene([], {})
    scene.times = TurnTimes(silence_s=0.3)
    async with scene.called():
        await asyncio.wait_for(scene.client.hung_up.wait(), PATIENCE_S)
    assert "再见" in "".join(h.text for h in scene.heard)
    assert scene.dialogue.said == []


async def test_a_closed_conversation_is_hung_up_after_its_last_words() -> None:
    answers: dict[str, list[ToSay | OwnerNow]] = {
        "没有了": [ToSay(text="再见。", seq=3), OwnerNow(owner=Owner.CLOSED)]
    }
    async with Scene(["没有了"], answers).called() as scene:
        await until(lambda: scene.heard)
        await scene.client.say(VOICE)
        await asyncio.wait_for(scene.client.hung_up.wait(), PATIENCE_S)
    assert scene.heard[-1].text == "再见。" and scene.heard[-1].whole


async def test_a_call_that_cannot_hear_any_more_asks_for_a_human() -> None:
    async with Scene([], {}).called() as scene:
        await until(lambda: scene.heard)
        scene.transcriber.die()
        await until(lambda: scene.dialogue.said)
    assert scene.dialogue.said == ["转人工"]


async def test_the_last_words_before_hanging_up_reach_the_conversation() -> None:
    async with Scene([], {}).called() as scene:
        await until(lambda: scene.heard)
        scene.transcriber.partial("门牌是十二号")
        await asyncio.sleep(0.1)
    assert scene.dialogue.said == ["门牌是十二号"]


@pytest.mark.parametrize(
    ("asked", "expecting"),
    [
        (None, Expecting.ANYTHING),
        ("details", Expecting.ANYTHING),
        ("phone_check", Expecting.CONFIRMATION),
        ("summary", Expecting.CONFIRMATION),
        ("phone", Expecting.NUMBER),
        ("order_number", Expecting.NUMBER),
        ("place", Expecting.ADDRESS),
    ],
)
def test_what_is_asked_decides_how_the_ear_listens(asked: str | None, expecting: Expecting) -> None:
    # The words alone would tell something else: a question for a name beside a number is none for a number.
    message = {
        "from": "bot",
        "text": "电话记下了。",
        "speech": "",
        "seq": 3,
        "kind": "text",
        "expecting": asked,
    }
    said = to_say(message)
    assert said is not None and said.expecting is expecting


async def test_a_call_that_ends_as_it_should_says_so_before_and_is_silent_at_its_end() -> None:
    last = ToSay(text="再见。", seq=3)
    scene = Scene(["谢谢"], {"谢谢": [last, OwnerNow(owner=Owner.CLOSED)]})
    async with scene.called():
        await until(lambda: scene.heard)
        await scene.client.say(VOICE)
        await until(scene.client.hung_up.is_set)
    assert scene.goodbyes == 1
    # Jitter buffers still hold the last word when the line closes.
    assert all(frame.silent for frame in scene.client.heard[-20:])


async def test_a_caller_who_hangs_up_is_no_goodbye_of_ours() -> None:
    scene = Scene([], {})
    async with scene.called():
        await until(lambda: scene.heard)
    assert scene.goodbyes == 0


class Noises(Tones):
    """Sound that resembles itself at one delay only, as speech does."""

    async def stream(self, request: SpeechRequest, rate_hz: int) -> AsyncGenerator[bytes, None]:
        dice = np.random.default_rng(1)
        for _ in request.text:
            yield (dice.normal(size=rate_hz // 10) * 6000).clip(-32768, 32767).astype("<i2").tobytes()


async def test_a_line_that_gives_everything_back_leaves_the_bot_alone() -> None:
    long = ToSay(text="这是一段很长很长很长很长很长很长很长很长的回答。" * 3, seq=3)
    scene = Scene(["查一下", "回声"], {"查一下": [long]})
    scene.voices = Noises()
    async with scene.called():
        await until(lambda: scene.heard)
        await scene.client.say(VOICE)
        heard = len(scene.client.heard)
        while len(scene.heard) < 4:
            await until(lambda seen=heard: len(scene.client.heard) > seen)
            for frame in scene.client.heard[heard:]:
                echo = np.frombuffer(frame.pcm, "<i2") // 2
                scene.client._to_say.append(echo.astype("<i2").tobytes())
            heard = len(scene.client.heard)
    assert scene.dialogue.said == ["查一下"]
    assert PauseSpeech() not in scene.steps
    assert all(one.whole for one in scene.heard)
