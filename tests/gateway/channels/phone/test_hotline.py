"""A call to the real gateway: real AudioSocket, store, Redis, turns, Silero and espeak-ng; only Rasa and the recogniser
are told what to say."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cli.simulator.asterisk_client import AsteriskClient
from desk.conversations import ConversationStore, Sender
from desk.settings import Settings
from desk.store.base import Base
from desk.store.engine import open_engine
from gateway.channels.calls import CallFactory
from gateway.channels.phone.hotline import PhoneHotline
from gateway.composition import CALLER_PATIENCE_S, Gateway, open_gateway
from gateway.tts.build import build_speaker
from gateway.tts.speaker import Speaker
from gateway.voice.call import CallTools, Heard, Step
from gateway.voice.dialogue import PhoneDialogue
from gateway.voice.transcriber import OpenTranscriber, Transcriber, TranscriberGone
from tests import waiting
from tests.fakes.fake_rasa import TOKEN, FakeRasa
from tests.fakes.running_gateway import no_backends
from tests.gateway.voice.test_call import ScriptedTranscriber
from tests.spoken import speech

# Two busy cores are slow; a call that has stopped is far slower.
PATIENCE_S = 60.0


until = partial(waiting.until, limit_s=PATIENCE_S)


@pytest.fixture
async def gateway(rasa: FakeRasa, redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    settings = Settings(  # type: ignore[call-arg]
        _env_file=None,
        var=tmp_path / "var",
        redis_url=redis_url,
        rasa_port=rasa.port,
        rasa_token=TOKEN,
        tts_engines="espeak",
        audiosocket_port=0,
    )
    engine = open_engine(settings.effective_database_url)
    Base.metadata.create_all(engine)
    engine.dispose()
    opened = await open_gateway(settings, no_backends)
    await opened.start()
    yield opened
    await opened.aclose()


class _WatchedFactory(CallFactory):
    """Tells, by conversation, what callers really heard of each sentence."""

    def __init__(
        self,
        gateway: Gateway,
        speaker: Speaker,
        open_transcriber: OpenTranscriber,
        on_heard: Callable[[str, Heard], None],
    ) -> None:
        super().__init__(
            speaker=speaker,
            open_transcriber=open_transcriber,
            talks=gateway.talks,
            hub=gateway.hub,
            recordings=gateway.recordings,
            metrics=gateway.metrics,
            voice=gateway.settings.tts_voice,
            city=gateway.settings.city,
        )
        self._on_heard = on_heard

    async def tools(self, dialogue: PhoneDialogue, *args: Any, **more: Any) -> CallTools:
        def watch(step: Step) -> None:
            if isinstance(step, Heard):
                self._on_heard(dialogue.conversation_id, step)

        return replace(await super().tools(dialogue, *args, **more), watch=watch)


@asynccontextmanager
async def answering(
    gateway: Gateway,
    open_transcriber: OpenTranscriber,
    on_heard: Callable[[str, Heard], None] = lambda _conversation, _heard: None,
) -> AsyncIterator[int]:
    speaker = build_speaker(gateway.settings)
    settings = gateway.settings
    hotline = PhoneHotline(
        factory=_WatchedFactory(gateway, speaker, open_transcriber, on_heard),
        announced=gateway.announced,
        ends=gateway.ends,
        store=gateway.store,
        blocking=gateway.blocking,
        hub=gateway.hub,
        turns=gateway.turns,
        coordinator=gateway.coordinator,
        opening=gateway.opening,
        metrics=gateway.metrics,
        host=settings.audiosocket_host,
        port=settings.audiosocket_port,
        max_calls=settings.phone_max_calls,
        answer_s=settings.rasa_timeout_s + CALLER_PATIENCE_S,
    )
    try:
        yield await hotline.start()
    finally:
        await hotline.aclose()
        await speaker.aclose()


def newest(store: ConversationStore) -> str:
    return store.newest(limit=1)[0].id


async def test_a_caller_is_greeted_heard_answered_and_written_down(gateway: Gateway, rasa: FakeRasa) -> None:
    rasa.answer = lambda request: [{"custom": {"text": "**带身份证**。", "speech": "请带身份证。"}}]
    heard: list[tuple[str, Heard]] = []

    async def ears(_rate_hz: int) -> Transcriber:
        return ScriptedTranscriber(["怎么办社保卡"])

    question = await speech("怎么办社保卡", 8000)
    async with answering(gateway, ears, lambda conversation, h: heard.append((conversation, h))) as port:
        async with await AsteriskClient.call("127.0.0.1", port) as caller:
            await until(lambda: heard)
            await caller.say(question)
            ended = time.monotonic()
            await until(lambda: [h for _, h in heard if h.text == "请带身份证。"])
            assert [f for f in caller.heard if f.at_s > ended and not f.silent]
    conversation = newest(gateway.store)
    assert gateway.store.get(conversation).channel == "phone"
    messages = gateway.store.messages(conversation)
    assert [m.sender for m in messages] == [Sender.BOT, Sender.CITIZEN, Sender.BOT]
    assert messages[1].text == "怎么办社保卡"
    assert rasa.asked[0]["metadata"]["channel"] == "phone"
    assert {c for c, _ in heard} == {conversation}
    # A slow machine may make the bot ask for patience in between, which is no message.
    assert [(h.seq, h.whole) for _, h in heard if h.seq] == [(1, True), (3, True)]
    measured = gateway.metrics.registry.get_sample_value
    assert measured("minsheng_call_stage_seconds_count", {"stage": "total"}) == 1


async def test_a_rasa_that_is_away_is_told_to_the_caller(gateway: Gateway, rasa: FakeRasa) -> None:
    rasa.mode = "error"
    heard: list[str] = []

    async def ears(_rate_hz: int) -> Transcriber:
        return ScriptedTranscriber(["我要投诉"])

    complaint = await speech("我要投诉他们", 8000)
    async with answering(gateway, ears, lambda _c, h: heard.append(h.text)) as port:
        async with await AsteriskClient.call("127.0.0.1", port) as caller:
            # Into the greeting: nobody has to hear it out.
            await until(lambda: [f for f in caller.heard if not f.silent])
            await caller.say(complaint)
            await until(lambda: "抱歉" in "".join(heard))
    greeting, *_rest = gateway.store.messages(newest(gateway.store))
    # What was really played is what the log holds.
    assert greeting.heard is not None and greeting.speech.startswith(greeting.heard)
    assert len(greeting.heard) < len(greeting.speech)


async def test_a_hotline_without_ears_sends_the_call_back_to_asterisk(gateway: Gateway) -> None:
    async def deaf(_rate_hz: int) -> Transcriber:
        raise TranscriberGone

    async with answering(gateway, deaf) as port:
        async with await AsteriskClient.call("127.0.0.1", port) as caller:
            await asyncio.wait_for(caller.hung_up.wait(), PATIENCE_S)
            # Nobody listens any more; saying something must not wait for it.
            await asyncio.wait_for(caller.say(bytes(3200)), PATIENCE_S)
    assert gateway.store.newest(limit=1) == []


async def test_an_end_in_the_middle_of_a_call_ends_the_call(gateway: Gateway, rasa: FakeRasa) -> None:
    """The gateway is stopped while the bot thinks and while it speaks."""
    rasa.mode = "hang"

    async def ears(_rate_hz: int) -> Transcriber:
        return ScriptedTranscriber(["我要投诉"])

    complaint = await speech("我要投诉他们", 8000)
    async with answering(gateway, ears) as port:
        caller = await AsteriskClient.call("127.0.0.1", port)
        await until(lambda: [f for f in caller.heard if not f.silent])
        await caller.say(complaint)
        await until(lambda: rasa.asked)
    await asyncio.wait_for(caller.hung_up.wait(), PATIENCE_S)
    await caller.hang_up()
