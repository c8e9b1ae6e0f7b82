"""The speech server over real sockets; a fake engine where the engine does not matter, and Vosk where it does."""

from __future__ import annotations

import asyncio
import difflib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from asr.audio import Int16
from asr.counts import Counts
from asr.ears import Ears
from asr.loading import LoadedOnce
from asr.profiles import FOLDER, load_profiles
from asr.server import AsrServer, Limits, Served
from asr.text import TextMender
from asr.workers import bind
from desk.settings import ROOT
from gateway.audio.pcm import wav_bytes
from tests.asr.fake_recognizer import FakeRecognizer
from tests.waiting import PATIENCE_S

USUAL = Limits()
SERVED = Served("fake", "fake-model", "a test")


@asynccontextmanager
async def serving(
    recognizer: FakeRecognizer,
    limits: Limits = USUAL,
    counts: Counts | None = None,
    token: str | None = None,
    profiles: Path = FOLDER,
    built: Mapping[str, Path] | None = None,
) -> AsyncIterator[str]:
    listening = bind("127.0.0.1", 0)
    port = listening.getsockname()[1]
    ears = LoadedOnce(lambda: Ears(recognizer, TextMender()))
    known = load_profiles(profiles).hearing_with(built or {})
    ours = AsrServer(ears, SERVED, limits, counts or Counts(), known, token)
    server = await ours.listen(listening)
    try:
        yield f"ws://127.0.0.1:{port}"
    finally:
        server.close()
        await server.wait_closed()


def pcm(level: int, seconds: float = 0.2, rate_hz: int = 16_000) -> bytes:
    return np.full(int(seconds * rate_hz), level, dtype=np.int16).tobytes()


async def ask(client: ClientConnection, message: str | bytes) -> dict[str, Any]:
    await client.send(message)
    return await told(client)


async def told(client: ClientConnection) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(await asyncio.wait_for(client.recv(), PATIENCE_S))
    return answer


async def refused(client: ClientConnection, *messages: str | bytes) -> tuple[dict[str, Any], int | None]:
    """The error and the close code after these messages."""
    for message in messages:
        await client.send(message)
    while "error" not in (answer := await told(client)):
        pass
    await asyncio.wait_for(client.wait_closed(), PATIENCE_S)
    return answer, client.close_code


TEXT, BINARY, PING = 1, 2, 9


class MuteClient:
    """A websocket client in the raw: it answers no ping, and reads only when asked to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.pings = 0

    @classmethod
    @asynccontextmanager
    async def connected(cls, url: str) -> AsyncIterator[MuteClient]:
        host, port = url.removeprefix("ws://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=2_048)
        writer.write(
            f"GET / HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {'A' * 22}==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await reader.readuntil(b"\r\n\r\n")
        try:
            yield cls(reader, writer)
        finally:
            writer.transport.abort()

    async def send(self, kind: int, body: bytes) -> None:
        """The mask is zero, so the bytes stand as they are."""
        length = bytes([0x80 | 126]) + len(body).to_bytes(2, "big")
        self._writer.write(bytes([0x80 | kind]) + length + bytes(4) + body)
        await self._writer.drain()

    async def flood(self, sound: bytes) -> None:
        while True:
            await self.send(BINARY, sound)

    async def next_frame(self) -> tuple[int, bytes]:
        async with asyncio.timeout(PATIENCE_S):
            head = await self._reader.readexactly(2)
            size = head[1] & 127
            if size == 126:
                size = int.from_bytes(await self._reader.readexactly(2), "big")
            body = await self._reader.readexactly(size)
        self.pings += head[0] & 15 == PING
        return head[0] & 15, body

    async def next_text(self) -> str:
        while True:
            kind, body = await self.next_frame()
            if kind == TEXT:
                return body.decode()


RATE = '{"config": {"sample_rate": 16000}}'


async def test_a_client_of_the_original_gets_one_answer_a_message() -> None:
    """test.py of vosk-server: config, then send and recv in turn, then eof, then the end."""
    async with serving(FakeRecognizer()) as url, connect(url) as client:
        await client.send('{ "config" : { "sample_rate" : 16000 } }')
        assert await ask(client, pcm(100)) == {"partial": "你好"}
        assert await ask(client, pcm(100)) == {"partial": "你好你好"}
        result = await ask(client, pcm(0))
        assert result["text"] == "你好你好。" and result["raw"] == "你好 你好"
        assert [w["word"] for w in result["result"]] == ["你好", "你好"]
        assert await ask(client, pcm(0)) == {"partial": ""}
        await ask(client, pcm(100))
        assert (await ask(client, '{"eof" : 1}'))["text"] == "你好。"
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert client.close_code == 1000


async def test_eof_without_spaces_and_without_audio_ends_too() -> None:
    async with serving(FakeRecognizer()) as url, connect(url) as client:
        assert await ask(client, '{"eof":1}') == {"text": ""}


async def test_reset_ends_the_utterance_and_the_client_goes_on() -> None:
    async with serving(FakeRecognizer()) as url, connect(url) as client:
        await client.send(RATE)
        await ask(client, pcm(100))
        assert (await ask(client, '{"reset":1}'))["text"] == "你好。"
        assert await ask(client, pcm(100)) == {"partial": "你好"}


@pytest.mark.parametrize(
    ("encoding", "data"),
    [("mulaw", b"\xce" * 1_600), ("alaw", b"\xd0" * 1_600), ("pcm16", pcm(100, rate_hz=8_000))],
)
async def test_telephone_audio_is_resampled(encoding: str, data: bytes) -> None:
    recognizer = FakeRecognizer()
    async with serving(recognizer) as url, connect(url) as client:
        await client.send(json.dumps({"config": {"sample_rate": 8000, "encoding": encoding}}))
        assert await ask(client, data) == {"partial": "你好"}
        await ask(client, '{"eof":1}')
    assert abs(recognizer.opened[0].samples - 3_200) < 20


async def test_a_dialect_is_heard_as_its_profile_says(tmp_path: Path) -> None:
    """Its hot words and its endpoint reach the engine; one that needs another model than the served is refused."""
    mandarin = (FOLDER / "mandarin.yaml").read_text(encoding="utf-8")
    (tmp_path / "mandarin.yaml").write_text(mandarin, encoding="utf-8")
    more = "hot_words: [幸福里]\nendpoint: {silence_s: 0.9}\n"
    (tmp_path / "hakka.yaml").write_text(mandarin + more, encoding="utf-8")
    (tmp_path / "gan.yaml").write_text(mandarin + "model: vosk-model-gan\n", encoding="utf-8")
    recognizer = FakeRecognizer()
    async with serving(recognizer, profiles=tmp_path) as url, connect(url) as client:
        await client.send('{"config": {"sample_rate": 16000, "dialect": "hakka"}}')
        await ask(client, pcm(100))
        await client.send('{"config": {"dialect": "mandarin"}}')
        await ask(client, '{"eof" : 1}')
        async with connect(url) as other:
            answer, closed = await refused(other, '{"config": {"dialect": "gan"}}')
    assert recognizer.opened[0].options.hot_words == ("幸福里",)
    assert recognizer.opened[0].options.end_s == 0.9
    assert "gan is heard with vosk-model-gan" in str(answer) and closed == 1008


async def test_a_dialect_is_heard_with_the_model_that_was_built_for_it(tmp_path: Path) -> None:
    """From the next utterance on, and its words are put right in the text; a client that names the served model gets that."""
    (tmp_path / "added.txt").write_text("尼豪\n", encoding="utf-8")
    recognizer = FakeRecognizer()
    async with serving(recognizer, built={"wu": tmp_path}) as url, connect(url) as client:
        await client.send('{"config": {"sample_rate": 16000}}')
        await ask(client, pcm(100))
        assert (await ask(client, '{"reset" : 1}'))["text"].startswith("你好")
        await client.send('{"config": {"dialect": "wu"}}')
        await ask(client, pcm(100))
        await ask(client, '{"reset" : 1}')
        await ask(client, pcm(100))
        assert (await ask(client, '{"reset" : 1}'))["text"].startswith("尼豪")
        await client.send(json.dumps({"config": {"dialect": "wu", "model": SERVED.model}}))
        await ask(client, '{"reset" : 1}')
        await ask(client, pcm(100))
        await ask(client, '{"eof" : 1}')
    assert [stream.options.model for stream in recognizer.opened] == [None, tmp_path, None]


async def test_hot_words_reach_the_engine_and_itn_can_be_switched_off() -> None:
    recognizer = FakeRecognizer()
    async with serving(recognizer) as url, connect(url) as client:
        await client.send(
            json.dumps({"config": {"sample_rate": 16000, "hot_words": ["幸福里"], "itn": False}})
        )
        await ask(client, pcm(100))
        assert (await ask(client, '{"eof":1}'))["text"] == "你好"
    assert recognizer.opened[0].options.hot_words == ("幸福里",)


@pytest.mark.parametrize(
    ("messages", "code", "close_code"),
    [
        (["nonsense"], "bad_json", 1008),
        (['{"config": {"model": "../../etc"}}'], "unknown_model", 1008),
        (['{"config": {"dialect": "klingon"}}'], "unknown_dialect", 1008),
        (['{"config": {"sample_rate": "fast"}}', pcm(0)], "bad_config", 1008),
        ([RATE, pcm(200)], "engine_failed", 1011),
    ],
)
async def test_an_error_is_said_before_hanging_up(
    messages: list[str | bytes], code: str, close_code: int
) -> None:
    recognizer, counts = FakeRecognizer(), Counts()
    async with serving(recognizer, counts=counts) as url, connect(url) as client, connect(url) as other:
        await other.send(RATE)
        await ask(other, pcm(100))
        answer, closed = await refused(client, *messages)
        assert answer["code"] == code and answer["error"] and closed == close_code
        # Nobody else notices.
        assert await ask(other, pcm(100)) == {"partial": "你好你好"}
    assert counts.read()["active_streams"] == 0
    assert all(stream.closed for stream in recognizer.opened)


async def test_a_second_config_changes_only_what_it_names() -> None:
    recognizer = FakeRecognizer()
    async with serving(recognizer) as url, connect(url) as client:
        await client.send('{"config": {"sample_rate": "16000", "itn": "false"}}')
        await client.send('{"config": {"words": 0, "max_alternatives": 0, "hot_words": ["幸福里"]}}')
        assert await ask(client, pcm(100)) == {"partial": "你好"}
        final = await ask(client, '{"eof" : 1}')
        assert final == {"text": "你好", "raw": "你好", "engine": "fake", "confidence": 0.9}
    assert recognizer.opened[0].samples == 3_200
    assert recognizer.opened[0].options.hot_words == ("幸福里",)


async def test_phrases_are_expected_words_where_the_engine_cannot_be_held_to_them() -> None:
    recognizer = FakeRecognizer()
    async with serving(recognizer) as url, connect(url) as client:
        await client.send('{"config": {"sample_rate": 16000, "phrase_list": ["垃圾 分类", "路灯", "[unk]"]}}')
        assert await ask(client, pcm(100)) == {"partial": "你好"}
    assert recognizer.opened[0].options.hot_words == ("垃圾分类", "路灯")


async def test_a_config_amid_the_sound_loses_nothing() -> None:
    """The original takes it. Another rate holds from then on, other words to expect from the next utterance on."""
    recognizer = FakeRecognizer()
    async with serving(recognizer) as url, connect(url) as client:
        assert await ask(client, pcm(100, rate_hz=8_000)) == {"partial": "你好"}
        await client.send('{"config": {"sample_rate": 16000, "hot_words": ["幸福里"], "words": 0}}')
        answer = await ask(client, pcm(100))
        assert answer["partial"].startswith("你好你好")
        answer = await ask(client, '{"reset": 1}')
        assert answer["text"].startswith("你好你好") and "result" not in answer
        await ask(client, pcm(100))
        assert (await ask(client, '{"eof": 1}'))["text"] == "你好。"
    first, second = recognizer.opened
    # 0.2 s each, the first from 8 kHz.
    assert abs(first.samples - 6_400) < 20 and first.closed
    assert second.options.hot_words == ("幸福里",)


@pytest.mark.parametrize("eof", [b'{"eof" : 1}', b' {"eof":1}\n'])
async def test_commands_come_as_binary_frames_too(eof: bytes) -> None:
    async with serving(FakeRecognizer()) as url, connect(url) as client:
        await client.send(RATE.encode())
        await ask(client, pcm(100))
        assert (await ask(client, eof))["text"] == "你好。"
        await asyncio.wait_for(client.wait_closed(), PATIENCE_S)
        assert client.close_code == 1000


async def test_the_header_of_a_wav_is_no_sound() -> None:
    recognizer, sound = FakeRecognizer(), pcm(100)
    async with serving(recognizer) as url, connect(url) as client:
        await client.send(RATE)
        for _ in range(3):
            await ask(client, wav_bytes(sound, 16_000))
    assert recognizer.opened[0].samples == 3 * 3_200


async def test_who_never_answers_a_ping_is_heard() -> None:
    async with (
        serving(FakeRecognizer(), Limits(ping_every_s=0.02)) as url,
        MuteClient.connected(url) as client,
    ):
        await client.send(TEXT, RATE.encode())
        while client.pings < 3:
            await client.next_frame()
        await client.send(BINARY, pcm(100))
        assert json.loads(await client.next_text()) == {"partial": "你好"}
        await client.send(TEXT, b'{"eof": 1}')
        assert json.loads(await client.next_text())["text"] == "你好。"


async def test_who_does_not_read_is_given_up() -> None:
    """Nothing waits for ever: a place is free again when its answers are not taken."""
    counts = Counts()
    limits = Limits(idle_s=0.2)
    async with serving(FakeRecognizer(), limits, counts) as url, MuteClient.connected(url) as client:
        await client.send(TEXT, RATE.encode())
        flood = asyncio.create_task(client.flood(pcm(100, 0.002)))
        while not counts.read()["errors_total"] or counts.read()["active_streams"]:
            await asyncio.sleep(0.01)
        flood.cancel()
        await asyncio.gather(flood, return_exceptions=True)


async def test_the_next_client_over_the_limit_is_turned_away_until_one_leaves() -> None:
    counts = Counts()
    async with serving(FakeRecognizer(), Limits(max_clients=1), counts) as url:
        async with connect(url) as first:
            await first.send(RATE)
            await ask(first, pcm(100))
            async with connect(url) as second:
                answer, closed = await refused(second)
                assert answer["code"] == "busy" and closed == 1013
        for _ in range(100):
            if not counts.read()["active_streams"]:
                break
            await asyncio.sleep(0.02)
        async with connect(url) as third:
            await third.send(RATE)
            assert "partial" in await ask(third, pcm(100))


async def test_a_silent_client_is_hung_up_on() -> None:
    async with serving(FakeRecognizer(), Limits(idle_s=0.2)) as url, connect(url) as client:
        answer, closed = await refused(client)
        assert answer["code"] == "idle" and closed == 1008


async def test_a_huge_message_ends_only_its_sender() -> None:
    async with serving(FakeRecognizer(), Limits(max_message_bytes=10_000)) as url, connect(url) as client:
        with pytest.raises(ConnectionClosed):
            await ask(client, bytes(20_000))
        assert client.close_code == 1009
        async with connect(url) as other:
            assert await ask(other, '{"eof":1}') == {"text": ""}


async def test_a_client_faster_than_the_engine_waits_in_its_own_socket() -> None:
    """Back-pressure: 200 MB are ready to be sent, and nothing takes more than sockets hold."""
    recognizer = FakeRecognizer()
    recognizer.awake.clear()
    message = pcm(100, 6.4)
    async with serving(recognizer) as url, connect(url, write_limit=1_024) as client:
        await client.send(RATE)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 1_000:
                await asyncio.wait_for(client.send(message), 3)
                sent += 1
        # Linux may give a connection some 40 MB on both sides together; four messages may wait in the server.
        assert sent < 400
        recognizer.awake.set()
        for _ in range(sent):
            assert "partial" in await told(client)
        client.transport.abort()


async def test_health_and_metrics_answer_on_the_same_port() -> None:
    async with serving(FakeRecognizer()) as url, connect(url) as client:
        await client.send(RATE)
        await ask(client, pcm(100))
        base = url.replace("ws:", "http:")
        health = json.loads(await asyncio.to_thread(lambda: urllib.request.urlopen(base + "/health").read()))
        assert health["built"] == {} and "wu" in health["dialects"]
        assert health["engine"] == "fake" and health["why"] == "a test" and health["active_streams"] == 1
        metrics = (await asyncio.to_thread(lambda: urllib.request.urlopen(base + "/metrics").read())).decode()
        assert "minsheng_asr_active_streams 1\n" in metrics
        assert "minsheng_asr_partials_total 1\n" in metrics
        assert 'minsheng_asr_engine{engine="fake"} 1' in metrics


def test_counts_are_summed_over_processes_and_the_dead_give_back_their_places() -> None:
    counts = Counts(2)
    first, second = counts.of(0), counts.of(1)
    assert first.enter(2) and second.enter(2) and not first.enter(2)
    assert counts.read()["active_streams"] == 2 and counts.read()["refused_total"] == 1
    second.died()
    assert first.enter(2)


def alike(a: str, b: str) -> bool:
    return difflib.SequenceMatcher(None, a, b).ratio() > 0.6


@pytest.mark.vosk
@pytest.mark.slow
async def test_two_processes_serve_real_vosk_and_survive_a_dead_one(mandarin: Int16, own_model: Path) -> None:
    """The product's own command, two workers, our model: results come, one process is killed, results come again."""
    environment = os.environ | {"MINSHENG_ASR_WORKERS": "2", "MINSHENG_ASR_THREADS": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli", "asr", "serve", "--model", own_model.name, "--port", "0",
        cwd=ROOT, env=environment, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = (await asyncio.wait_for(process.stdout.readline(), 300)).decode()
        url = line.split()[0]
        assert own_model.name in line

        async def call() -> str:
            async with connect(url, open_timeout=120) as client:
                await client.send(RATE)
                text = ""
                audio = np.concatenate([mandarin, np.zeros(16_000, dtype=np.int16)])
                for start in range(0, len(audio), 3_200):
                    await client.send(audio[start : start + 3_200].tobytes())
                    text += json.loads(await asyncio.wait_for(client.recv(), 120)).get("text", "")
                await client.send('{"eof" : 1}')
                return text + str(json.loads(await asyncio.wait_for(client.recv(), 120))["text"])

        first, second = await asyncio.gather(call(), call())
        # Kaldi adds random dither, so two decodes may differ in a syllable.
        assert alike(first, second)
        children = subprocess.run(
            ["pgrep", "-P", str(process.pid), "-f", "spawn_main"], capture_output=True, text=True
        )
        workers = [int(pid) for pid in children.stdout.split()]
        assert len(workers) == 2
        await asyncio.sleep(6)
        os.kill(workers[0], signal.SIGKILL)
        assert alike(await call(), first)
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 30) in (0, -signal.SIGTERM)
