"""Real engines, real models, real speech: what they promise to callers of `Recognizer`."""

from __future__ import annotations

import asyncio
import difflib
import itertools
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from asr.audio import RATE_HZ, Int16, resample
from asr.errors import EngineError
from asr.recognizer import (
    Capabilities,
    FinalTranscript,
    PartialTranscript,
    Recognizer,
    StreamOptions,
    Transcript,
    Word,
)
from asr.text import simplified
from asr.two_pass import TwoPassRecognizer, better
from asr.vosk_recognizer import VoskRecognizer
from asr.whisper_decoder import goes_on
from asr.whisper_recognizer import WhisperRecognizer

pytestmark = [pytest.mark.vosk, pytest.mark.slow]

SILENCE: Int16 = np.zeros(16_000, dtype=np.int16)


async def hear(
    recognizer: Recognizer, audio: Int16, options: StreamOptions | None = None, step: int = 3_200
) -> list[Transcript]:
    stream = recognizer.open(options or StreamOptions())
    found: list[Transcript] = []
    for start in range(0, len(audio), step):
        found += await stream.feed(audio[start : start + step])
    found += await stream.finish()
    await stream.close()
    return found


def finals(found: Sequence[Transcript]) -> list[FinalTranscript]:
    return [t for t in found if isinstance(t, FinalTranscript)]


async def test_vosk_streams_partials_and_ends_utterances_itself(
    vosk: VoskRecognizer, mandarin: Int16
) -> None:
    audio = np.concatenate([SILENCE, mandarin, SILENCE, SILENCE])
    found = await hear(vosk, audio)
    assert any(isinstance(t, PartialTranscript) for t in found)
    final = finals(found)[0]
    assert final.words and final.engine == "vosk"
    assert "停水" in final.text.replace(" ", "")
    assert 4.0 < final.words[-1].end_s < len(audio) / 16_000
    assert isinstance(found[-1], FinalTranscript)


async def test_vosk_does_not_mix_streams_and_leaves_the_loop_free(
    vosk: VoskRecognizer, mandarin: Int16
) -> None:
    audio = np.concatenate([mandarin, SILENCE])
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0.01)
            ticks += 1

    ticker = asyncio.create_task(tick())
    alone = finals(await hear(vosk, audio))
    both = await asyncio.gather(hear(vosk, audio), hear(vosk, np.tile(SILENCE, 2)))
    ticker.cancel()
    # Kaldi adds random dither, so two decodes may differ in a syllable.
    texts = [" ".join(t.text for t in found) for found in (alone, finals(both[0]))]
    assert difflib.SequenceMatcher(None, *texts).ratio() > 0.6
    assert [t.text for t in finals(both[1])] == []
    assert ticks > 10


async def test_vosk_can_be_held_to_phrases_and_names_unknown_words(
    korean: VoskRecognizer, mandarin: Int16
) -> None:
    audio = np.concatenate([mandarin, SILENCE])
    found = finals(await hear(korean, audio, StreamOptions(phrases=("감사합니다", "안녕하세요"))))
    assert {w for t in found for w in t.text.split()} <= {"감사합니다", "안녕하세요"}
    with pytest.raises(EngineError, match="vocabulary"):
        korean.open(StreamOptions(phrases=("公积金",)))


async def test_vosk_gives_alternatives(vosk: VoskRecognizer, mandarin: Int16) -> None:
    audio = np.concatenate([mandarin, SILENCE])
    final = finals(await hear(vosk, audio, StreamOptions(alternatives=3)))[0]
    assert 1 <= len(final.alternatives) <= 3 and final.alternatives[0].text == final.text


async def test_a_closed_stream_says_so(vosk: VoskRecognizer) -> None:
    stream = vosk.open()
    await stream.close()
    await stream.close()
    with pytest.raises(EngineError, match="closed"):
        await stream.feed(SILENCE)


def test_a_folder_without_a_model_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="minsheng models check"):
        VoskRecognizer(tmp_path)
    with pytest.raises(EngineError, match="Whisper cannot read"):
        WhisperRecognizer(tmp_path)


async def test_whisper_writes_what_was_said(whisper: WhisperRecognizer, mandarin: Int16) -> None:
    found = await hear(whisper, np.concatenate([SILENCE, mandarin, SILENCE]))
    text = simplified("".join(t.text for t in finals(found)))
    assert sum(c in text for c in "我要投诉小区停水") >= 5, text
    words = [w for t in finals(found) for w in t.words]
    assert all(a.start_s <= b.start_s for a, b in zip(words, words[1:], strict=False))
    assert 0.5 < words[0].start_s < 2.0
    json.dumps([vars(w) for w in words])


async def test_whisper_with_likely_words_writes_the_same_sounds(
    whisper: WhisperRecognizer, spelling_whisper: WhisperRecognizer, mandarin: Int16
) -> None:
    (plain,) = finals(await hear(whisper, mandarin))
    (spelt,) = finals(await hear(spelling_whisper, mandarin))
    assert "投诉" in spelt.text and "停水三天" in spelt.text, spelt.text
    assert "".join(w.text for w in spelt.words).replace(" ", "") == spelt.text.replace(" ", "")
    assert spelt.words[-1].end_s == pytest.approx(plain.words[-1].end_s, abs=0.3)
    assert 0.3 < spelt.confidence <= 1


async def test_what_whisper_leaves_out_of_an_utterance_is_written_too(
    whisper: WhisperRecognizer, two_halves: Int16
) -> None:
    (final,) = finals(await hear(whisper, two_halves))
    written = simplified(final.text).replace("八十八", "88")
    assert "投诉" in written and "88号" in written, written
    assert all(a.start_s <= b.start_s for a, b in itertools.pairwise(final.words))
    assert len(two_halves) / RATE_HZ - 1.0 < final.words[-1].end_s <= len(two_halves) / RATE_HZ + 0.5


def test_who_is_silent_or_breathes_behind_his_words_does_not_go_on() -> None:
    noise = np.random.default_rng(3).normal(0, 1, 2 * RATE_HZ)
    spoken, breath = (noise * 3_000).astype(np.int16), (noise * 100).astype(np.int16)
    assert goes_on(np.concatenate([spoken, spoken]), 2.0)
    assert not goes_on(np.concatenate([spoken, np.tile(SILENCE, 2)]), 2.0)
    assert not goes_on(np.concatenate([spoken, breath]), 2.0)
    assert not goes_on(spoken, 1.5)
    assert not goes_on(spoken, 9.0)


async def test_whisper_invents_nothing_into_silence_and_noise(whisper: WhisperRecognizer) -> None:
    noise = np.random.default_rng(1).normal(0, 300, 5 * 16_000).astype(np.int16)
    for audio in (np.tile(SILENCE, 5), noise):
        assert finals(await hear(whisper, audio)) == []
    assert (await whisper.decode(SILENCE[:0])).text == ""


async def test_whisper_hears_a_telephone(whisper: WhisperRecognizer, mandarin: Int16) -> None:
    import soxr

    narrow = resample(soxr.resample(mandarin, 16_000, 8_000), 8_000)
    text = "".join(t.text for t in finals(await hear(whisper, np.concatenate([narrow, SILENCE]))))
    assert sum(c in text for c in "我要投诉小区停水") >= 5, text


class FirstPass:
    """Hears one word from 1 s to the end of what it got, at finish only."""

    capabilities = Capabilities("fake", True, False, False, False, "zh")

    def __init__(self, text: str) -> None:
        self.text = text

    def open(self, options: StreamOptions) -> FirstPassStream:
        return FirstPassStream(self.text)

    def close(self) -> None:
        pass


class Deaf(FirstPass):
    def open(self, options: StreamOptions) -> FirstPassStream:
        return DeafStream(self.text)


class FirstPassStream:
    def __init__(self, text: str) -> None:
        self.text, self.heard = text, 0

    async def feed(self, samples: Int16) -> list[Transcript]:
        self.heard += len(samples)
        return [PartialTranscript(self.text)]

    async def finish(self) -> list[FinalTranscript]:
        return [
            FinalTranscript(self.text, (Word(self.text, 1.0, self.heard / 16_000 - 0.5, 0.5),), 0.5, "fake")
        ]

    async def close(self) -> None:
        pass


class DeafStream(FirstPassStream):
    async def feed(self, samples: Int16) -> list[Transcript]:
        return []

    async def finish(self) -> list[FinalTranscript]:
        return []


async def test_two_passes_stream_the_first_and_write_the_second(
    whisper: WhisperRecognizer, mandarin: Int16
) -> None:
    recognizer = TwoPassRecognizer(FirstPass("随便"), whisper)
    found = await hear(recognizer, np.concatenate([SILENCE, mandarin, SILENCE]))
    assert PartialTranscript("随便") in found
    (final,) = finals(found)
    assert final.engine == "whisper" and "随便" not in final.text
    assert 0.5 < final.words[0].start_s < 2.0


async def test_a_word_that_the_first_pass_misses_is_written(
    whisper: WhisperRecognizer, mandarin: Int16
) -> None:
    found = await hear(TwoPassRecognizer(Deaf(""), whisper), np.concatenate([SILENCE, mandarin, SILENCE]))
    assert sum(c in "".join(t.text for t in finals(found)) for c in "我要投诉小区停水") >= 5


async def test_the_first_text_stands_where_the_second_fails(
    whisper: WhisperRecognizer, mandarin: Int16, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object) -> FinalTranscript:
        raise EngineError("out of memory")

    monkeypatch.setattr(whisper, "decode", broken)
    found = finals(await hear(TwoPassRecognizer(FirstPass("有人"), whisper), mandarin))
    assert found and {(t.text, t.engine) for t in found} == {("有人", "fake")}


@pytest.mark.parametrize(
    ("first", "second", "engine"),
    [
        (0.95, 0.4, "vosk"),
        (0.95, 0.8, "whisper"),
        (0.7, 0.4, "whisper"),
    ],
)
def test_the_first_pass_writes_what_it_is_sure_of(first: float, second: float, engine: str) -> None:
    word = Word("您好", 0.0, 1.0, 0.5)
    heard = FinalTranscript("我姓李", (word,), first, "vosk")
    written = FinalTranscript("我行李", (word,), second, "whisper")
    best = better(heard, written)
    assert best is not None and best.engine == engine


def test_a_long_sentence_is_never_written_by_the_first_pass() -> None:
    heard = FinalTranscript("我 要 投 诉 物 业 公 示", (), 1.0, "vosk")
    written = FinalTranscript("我要投诉物业公司", (), 0.3, "whisper")
    assert better(heard, written) is written


async def test_what_the_first_pass_hears_in_silence_is_nothing(whisper: WhisperRecognizer) -> None:
    assert finals(await hear(TwoPassRecognizer(FirstPass("有人"), whisper), np.tile(SILENCE, 3))) == []


async def test_two_passes_of_real_engines(
    vosk: VoskRecognizer, whisper: WhisperRecognizer, mandarin: Int16
) -> None:
    """Vosk's partials come while he speaks, Whisper's text when he has spoken."""
    audio = np.concatenate([SILENCE, mandarin, SILENCE, SILENCE])
    found = await hear(TwoPassRecognizer(vosk, whisper), audio)
    text = "".join(t.text for t in finals(found))
    assert any(isinstance(t, PartialTranscript) for t in found)
    assert sum(c in text for c in "我要投诉小区停水") >= 5, text
