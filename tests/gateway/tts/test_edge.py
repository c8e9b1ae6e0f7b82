"""The outside service, spoken to by its real package over a real websocket, on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import edge_tts.communicate
import edge_tts.voices
import pytest

from gateway.tts.edge import EdgeSynthesizer
from gateway.tts.synthesizer import EngineMissing, EngineRefused, NoAudio, SpeechRequest, TtsError, seconds_of
from tests.gateway.tts.edge_server import EdgeServer, running
from tests.waiting import PATIENCE_S

REQUEST = SpeechRequest(text="您好，请问有什么可以帮您？")


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EdgeServer]:
    async with running() as (server, port):
        base = f"127.0.0.1:{port}"
        monkeypatch.setattr(edge_tts.communicate, "WSS_URL", f"ws://{base}/edge/v1?TrustedClientToken=x")
        monkeypatch.setattr(edge_tts.voices, "VOICE_LIST", f"http://{base}/voices/list?token=x")
        for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(variable, raising=False)
        yield server


async def speak(request: SpeechRequest = REQUEST) -> list[bytes]:
    return [pcm async for pcm in EdgeSynthesizer().stream(request)]


async def test_mp3_becomes_pcm_piece_by_piece(service: EdgeServer) -> None:
    pieces = await speak()
    assert len(pieces) > 3
    assert all(piece and len(piece) % 2 == 0 for piece in pieces)
    assert seconds_of(b"".join(pieces), 24000) == pytest.approx(1.0, abs=0.1)
    assert service.said == ["您好，请问有什么可以帮您？"]


async def test_voice_and_speed_reach_the_service(service: EdgeServer) -> None:
    await speak(SpeechRequest(text="你好", voice="cantonese", speed=0.8))
    assert "zh-HK, HiuGaaiNeural" in service.ssml[0]
    assert "rate='-20%'" in service.ssml[0]


async def test_who_is_refused_is_told_so(service: EdgeServer) -> None:
    service.mode = "refused"
    with pytest.raises(EngineRefused):
        await speak()


async def test_one_refusal_because_of_the_clock_is_corrected(service: EdgeServer) -> None:
    service.mode = "refused_once"
    assert await speak()
    assert service.connections == 2


async def test_an_answer_without_sound_is_an_error(service: EdgeServer) -> None:
    service.mode = "silent"
    with pytest.raises(NoAudio):
        await speak()


@pytest.mark.parametrize("mode", ["hangs", "stalls"])
async def test_a_service_that_accepts_and_then_is_silent_is_given_up(service: EdgeServer, mode: str) -> None:
    """Before the first sound and amid it: also where no caller's budget limits it (`minsheng tts say`)."""
    service.mode = mode
    pieces = []
    with pytest.raises(TtsError, match="TimeoutError"):
        async with asyncio.timeout(PATIENCE_S):
            async for pcm in EdgeSynthesizer(silence_s=0.5).stream(REQUEST):
                pieces.append(pcm)
    assert bool(pieces) == (mode == "stalls")


async def test_a_broken_connection_is_an_error_after_what_was_said(service: EdgeServer) -> None:
    service.mode = "breaks"
    pieces = []
    # Whether the abort is seen as an error or as an early end, what came is kept.
    try:
        async for pcm in EdgeSynthesizer().stream(REQUEST):
            pieces.append(pcm)
    except TtsError:
        pass
    assert 0.2 < seconds_of(b"".join(pieces), 24000) < 0.8


async def test_nobody_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge_tts.communicate, "WSS_URL", "ws://127.0.0.1:9/edge/v1?x=1")
    with pytest.raises(TtsError, match="cannot be reached"):
        await speak()


async def test_voices_that_vanished_are_replaced(service: EdgeServer) -> None:
    engine = EdgeSynthesizer()
    assert engine.voice_of("northeast") == "zh-CN-liaoning-XiaobeiNeural"
    await engine.check()
    assert engine.voice_of("northeast") == "zh-CN-XiaoxiaoNeural"
    service.voices = ["en-US-EmmaNeural"]
    with pytest.raises(EngineMissing):
        await engine.check()
