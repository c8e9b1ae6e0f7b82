"""The engines of this machine, really speaking."""

from __future__ import annotations

import asyncio

import numpy as np
import psutil
import pytest

from gateway.tts.espeak import EspeakSynthesizer
from gateway.tts.kokoro import KokoroSynthesizer, clauses_of
from gateway.tts.synthesizer import NoAudio, SpeechRequest, Synthesizer, seconds_of

TEXT = "您好，请问有什么可以帮您？"


async def speak(engine: Synthesizer, text: str = TEXT, speed: float = 1.0, voice: str = "mandarin") -> bytes:
    request = SpeechRequest(text=text, speed=speed, voice=voice)
    return b"".join([pcm async for pcm in engine.stream(request)])


def loudness(pcm: bytes) -> float:
    return float(np.sqrt(np.mean(np.frombuffer(pcm, "<i2").astype(float) ** 2)))


async def test_espeak_speaks_mandarin_and_cantonese_slow_and_fast() -> None:
    engine = EspeakSynthesizer()
    await engine.check()
    normal, slow, cantonese = (
        await speak(engine),
        await speak(engine, speed=0.7),
        await speak(engine, voice="cantonese"),
    )
    assert 1.0 < seconds_of(normal, engine.rate_hz) < 6.0
    assert seconds_of(slow, engine.rate_hz) > 1.2 * seconds_of(normal, engine.rate_hz)
    assert loudness(normal) > 500
    assert cantonese != normal
    await engine.aclose()


async def test_espeak_serves_many_at_once_and_each_gets_its_own_words() -> None:
    engine = EspeakSynthesizer()
    texts = ["一", "一二三四五六", "一二三四五六七八九十一二三四五六七八九十"]
    alone = [await speak(engine, text) for text in texts]
    together = await asyncio.gather(*(speak(engine, text) for text in texts * 3))
    # It adds a little noise of its own, so only the lengths are the same.
    lengths = [len(pcm) for pcm in alone]
    assert lengths[0] * 2 < lengths[1] and lengths[1] * 2 < lengths[2]
    assert [len(pcm) for pcm in together] == pytest.approx(lengths * 3, rel=0.05)
    await engine.aclose()


async def test_several_synthesisers_share_the_one_library_of_the_process() -> None:
    engines = [EspeakSynthesizer() for _ in range(3)]
    alone = [len(await speak(engine, "一二三四五六七八九十" * 3)) for engine in engines]
    together = await asyncio.gather(*(speak(e, "一二三四五六七八九十" * 3) for e in engines * 5))
    assert [len(pcm) for pcm in together] == pytest.approx(alone * 5, rel=0.05)
    for engine in engines:
        await engine.aclose()


async def test_nothing_to_say_is_an_error_and_not_silence() -> None:
    engine = EspeakSynthesizer()
    with pytest.raises(NoAudio):
        await speak(engine, "。")
    await engine.aclose()


@pytest.mark.slow
async def test_kokoro_speaks_with_the_weights_of_the_package() -> None:
    engine = KokoroSynthesizer()
    pieces = [pcm async for pcm in engine.stream(SpeechRequest(text="您好，请稍等。"))]
    pcm = b"".join(pieces)
    assert 0.8 < seconds_of(pcm, engine.rate_hz) < 5.0
    assert loudness(pcm) > 500
    with pytest.raises(NoAudio):
        await speak(engine, "。")
    await engine.aclose()


@pytest.mark.slow
async def test_kokoro_says_letters_apart_and_a_lone_syllable_to_its_end() -> None:
    engine = KokoroSynthesizer()
    c, d, four = [await speak(engine, text) for text in ("C栋", "D栋", "四")]
    await engine.aclose()
    # Letters that are dropped leave the same sound, sample for sample.
    assert c != d
    # A vowel that is cut ends at a tenth of its loudness and more.
    assert loudness(four[-960:]) < 0.02 * loudness(four)


def test_the_first_piece_of_a_sentence_is_short_but_no_stump() -> None:
    text = "您好，这里是明州市热线，请问有什么可以帮您？"
    assert clauses_of(text) == ["您好，这里是明州市热线，", "请问有什么可以帮您？"]
    assert "".join(clauses_of(text)) == text


@pytest.mark.slow
async def test_kokoro_gives_back_what_a_long_sentence_took() -> None:
    engine, process = KokoroSynthesizer(), psutil.Process()
    await speak(engine)
    before = process.memory_info().rss
    await speak(
        engine,
        "请您说明事情发生的具体地点和时间以及您希望相关部门怎样处理我们会尽快转交给承办单位并且在期限内答复您",
    )
    assert process.memory_info().rss - before < 100 * 2**20
    await engine.aclose()
