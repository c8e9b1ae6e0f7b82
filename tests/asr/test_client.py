"""Our own client against our own server: the promises of `Stream` hold over the wire."""

from __future__ import annotations

import httpx
import numpy as np
import pytest

from asr.client import ClientOptions, RemoteRecognizer
from asr.errors import EngineError
from asr.recognizer import FinalTranscript, PartialTranscript, StreamOptions
from asr.server import Limits
from tests.asr.fake_recognizer import FakeRecognizer
from tests.asr.test_server import serving

WORD, SILENCE = np.full(3_200, 100, dtype=np.int16), np.zeros(3_200, dtype=np.int16)


async def test_partials_and_finals_come_as_from_an_engine_of_our_own() -> None:
    recognizer = FakeRecognizer()
    async with serving(recognizer) as url:
        stream = RemoteRecognizer(url).open(StreamOptions(hot_words=("幸福里",)))
        assert await stream.feed(WORD) == [PartialTranscript("你好")]
        (final,) = await stream.feed(SILENCE)
        assert isinstance(final, FinalTranscript)
        assert (final.text, final.confidence, final.engine) == ("你好。", 0.9, "fake") and len(
            final.words
        ) == 1
        assert await stream.feed(SILENCE) == []
        await stream.feed(WORD)
        assert [t.text for t in await stream.finish()] == ["你好。"]
        assert await stream.finish() == []
        await stream.close()
        await stream.close()
    assert recognizer.opened[0].options.hot_words == ("幸福里",)


async def test_alternatives_travel() -> None:
    async with serving(FakeRecognizer()) as url:
        stream = RemoteRecognizer(url).open(StreamOptions(alternatives=2))
        await stream.feed(WORD)
        (final,) = await stream.finish()
        assert final.text == "你好。" and final.alternatives[0].text == "你好。"
        await stream.close()


async def test_a_server_that_is_away_full_or_slow_is_an_engine_error() -> None:
    """A dead stream is an error at once, never silence."""
    with pytest.raises(EngineError, match="is gone"):
        await RemoteRecognizer("ws://127.0.0.1:9").open().feed(WORD)
    async with serving(FakeRecognizer(), Limits(max_clients=1)) as url:
        first, second = RemoteRecognizer(url).open(), RemoteRecognizer(url).open()
        await first.feed(WORD)
        with pytest.raises(EngineError, match="all places are taken|is gone"):
            await second.feed(WORD)
        await first.close()
        await second.close()
    async with serving(FakeRecognizer(delay_s=1.0)) as url:
        slow = RemoteRecognizer(url, ClientOptions(answer_s=0.1)).open()
        with pytest.raises(EngineError, match="does not answer"):
            await slow.feed(WORD)
        await slow.close()


async def test_a_closed_stream_says_so() -> None:
    async with serving(FakeRecognizer()) as url:
        stream = RemoteRecognizer(url).open()
        await stream.close()
        with pytest.raises(EngineError, match="closed"):
            await stream.feed(WORD)


async def test_a_server_with_a_token_hears_only_who_shows_it() -> None:
    token = "the-token-of-this-test"
    async with serving(FakeRecognizer(), token=token) as url:
        stream = RemoteRecognizer(url, ClientOptions(token=token)).open()
        assert await stream.feed(WORD) == [PartialTranscript("你好")]
        await stream.close()
        for wrong in (None, "", token + "x"):
            with pytest.raises(EngineError, match="401"):
                await RemoteRecognizer(url, ClientOptions(token=wrong)).open().feed(WORD)
        about = url.replace("ws://", "http://")
        async with httpx.AsyncClient(base_url=about, trust_env=False) as client:
            for path in ("/", "/health", "/metrics", f"/health?token={token}"):
                assert (await client.get(path)).status_code == 401
            shown = await client.get("/health", headers={"Authorization": f"Bearer {token}"})
            assert shown.status_code == 200
