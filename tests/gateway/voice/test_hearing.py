"""The real voice detector, and the client of the speech server against a server that speaks vosk-server's protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve

from gateway.tts.espeak import EspeakSynthesizer
from gateway.tts.pcm import Resampler
from gateway.tts.synthesizer import SpeechRequest
from gateway.voice.transcriber import TranscriberGone, VoskTranscriber
from gateway.voice.turn_events import Final, Partial
from gateway.voice.voice_detector import SileroDetector


def share(detector: SileroDetector, pcm: bytes) -> float:
    verdicts = []
    for start in range(0, len(pcm), 320):
        verdicts += detector.hear(pcm[start : start + 320])
    return sum(verdicts) / len(verdicts)


async def test_speech_is_voice_and_silence_and_hiss_are_not() -> None:
    engine = EspeakSynthesizer()
    request = SpeechRequest(text="我家楼下每天晚上都有人施工，吵得睡不着觉。")
    pcm = b"".join([piece async for piece in engine.stream(request)])
    speech = Resampler(engine.rate_hz, 8000).feed(pcm, last=True)
    await engine.aclose()
    hiss = (np.random.default_rng(1).normal(0, 300, 24000)).astype("<i2").tobytes()
    assert share(SileroDetector(8000), speech) > 0.5
    assert share(SileroDetector(8000), bytes(48000)) == 0
    assert share(SileroDetector(8000), hiss) < 0.1


class VoskServer:
    def __init__(self) -> None:
        self.config: dict[str, object] = {}
        self.audio: list[int] = []
        self.url = ""

    async def handle(self, socket: ServerConnection) -> None:
        async for message in socket:
            if isinstance(message, bytes):
                self.audio.append(len(message))
                await socket.send(json.dumps({"partial": "路灯 坏 了"}))
            elif message == '{"reset" : 1}':
                await socket.send(json.dumps({"result": [], "text": "路灯 坏 了"}))
            elif "config" in message:
                self.config = json.loads(message)["config"]


@pytest.fixture
async def server() -> AsyncIterator[VoskServer]:
    fake = VoskServer()
    async with serve(fake.handle, "127.0.0.1", 0) as running:
        port = running.sockets[0].getsockname()[1]
        fake.url = f"ws://127.0.0.1:{port}"
        yield fake


async def test_audio_goes_out_in_fifths_of_a_second_and_texts_come_back(server: VoskServer) -> None:
    stream = await VoskTranscriber.open(server.url, 8000)
    for _ in range(25):
        await stream.hear(bytes(320))
    await stream.finish(7)
    texts = stream.texts()
    async with asyncio.timeout(5):
        got = [await anext(texts) for _ in range(4)]
    assert server.config["sample_rate"] == 8000
    assert server.audio == [3200, 3200, 1600]
    assert got == [Partial(text="路灯坏了")] * 3 + [Final(text="路灯坏了", answers=7)]
    await stream.aclose()
    with pytest.raises(TranscriberGone):
        await anext(texts)
    with pytest.raises(TranscriberGone):
        await stream.finish(8)


async def test_nobody_there_is_told() -> None:
    with pytest.raises(TranscriberGone, match="no speech server"):
        await VoskTranscriber.open("ws://127.0.0.1:9", 8000)
