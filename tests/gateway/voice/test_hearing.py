"""The real voice detector, and the client of the speech server against a server that speaks vosk-server's protocol."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator

import numpy as np
import pytest
from websockets.asyncio.server import ServerConnection, serve

from desk.settings import ROOT
from gateway.audio.pcm import Resampler
from gateway.tts.espeak import EspeakSynthesizer
from gateway.tts.synthesizer import SpeechRequest
from gateway.voice.transcriber import TranscriberGone, VoskTranscriber
from gateway.voice.turn_events import Final, Partial
from gateway.voice.voice_detector import SileroDetector
from tests.spoken import recorded_lines


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


def test_blas_has_one_thread_in_the_gateway() -> None:
    """The guard's small systems cost several times as much with more."""
    code = (
        "import gateway.__main__, numpy, threadpoolctl\n"
        "numpy.linalg.solve(numpy.eye(100), numpy.ones(100))\n"
        "print({i['num_threads'] for i in threadpoolctl.threadpool_info() if i['user_api'] == 'blas'})"
    )
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "{1}"


def noise(seconds: float, level: float, seed: int = 1) -> bytes:
    samples = np.random.default_rng(seed).normal(0, level, int(8000 * seconds))
    return samples.astype("<i2").tobytes()


def test_the_noise_of_a_line_is_not_asked_about_for_long() -> None:
    detector = SileroDetector(8000)
    detector.hear(noise(3.0, 100))
    before = detector.asked
    verdicts = detector.hear(noise(3.0, 100, 2))
    assert len(verdicts) > 90 and not any(verdicts)
    assert detector.asked - before < 10


def test_what_the_echo_guard_silences_is_not_taken_for_the_noise_of_the_line() -> None:
    detector = SileroDetector(8000)
    detector.hear(noise(3.0, 100))
    detector.hear(bytes(16000 * 3))
    before = detector.asked
    detector.hear(noise(3.0, 100, 2))
    assert detector.asked - before < 10


@pytest.mark.parametrize("level", [10, 100, 300])
def test_a_voice_in_noise_is_heard_as_if_all_were_asked_about(level: float) -> None:
    speech = np.frombuffer(next(iter(recorded_lines().values())), "<i2")[::2].astype(float)
    hiss = np.random.default_rng(1).normal(0, level, len(speech) + 24000)
    hiss[16000 : 16000 + len(speech)] += speech
    pcm = np.clip(hiss, -32768, 32767).astype("<i2").tobytes()
    every, gated = SileroDetector(8000, gated=False).hear(pcm), SileroDetector(8000).hear(pcm)
    assert sum(every) > 20
    assert sum(e and not g for e, g in zip(every, gated, strict=True)) <= 0.05 * sum(every)
