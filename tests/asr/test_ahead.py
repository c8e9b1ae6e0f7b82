"""An utterance is written while its speaker pauses, and once only if he says nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import pytest

from asr.ahead import AFTER_S, Ahead
from asr.audio import Int16
from asr.errors import EngineError
from asr.recognizer import FinalTranscript
from asr.segments import FRAME_S, FRAME_SAMPLES, Segment, Segmenter
from tests.waiting import PATIENCE_S

VOICE, SILENCE = 0.9, 0.01


class FakeWriter:
    """Writes how many samples it was given, when it is let."""

    def __init__(self) -> None:
        self.idle = True
        self.begun: list[int] = []
        self.starts: list[float] = []
        self.let = asyncio.Event()
        self.let.set()
        self.broken = False

    async def decode(
        self, samples: Int16, start_s: float = 0.0, hot_words: Sequence[str] = ()
    ) -> FinalTranscript:
        self.begun.append(len(samples))
        self.starts.append(start_s)
        await self.let.wait()
        if self.broken:
            raise EngineError("out of order")
        return FinalTranscript(f"{len(samples)} {' '.join(hot_words)}".strip(), (), 1.0, "fake")


def say(segmenter: Segmenter, seconds: float, probability: float) -> Segment | None:
    ended = None
    for _ in range(round(seconds / FRAME_S)):
        ended = segmenter.push(np.ones(FRAME_SAMPLES, dtype=np.int16), probability) or ended
    return ended


def ended(segmenter: Segmenter, seconds: float = 1.0) -> Segment:
    segment = say(segmenter, seconds, SILENCE)
    assert segment is not None
    return segment


async def test_what_was_written_in_the_pause_is_the_text_of_the_utterance() -> None:
    writer, present = FakeWriter(), Segmenter()
    ahead = Ahead(writer, ("公积金",))
    say(present, 1.0, VOICE)
    ahead.look(present)
    await asyncio.sleep(0)
    assert writer.begun == []
    say(present, AFTER_S + FRAME_S, SILENCE)
    for _ in range(3):
        ahead.look(present)
    await asyncio.sleep(0)
    assert len(writer.begun) == 1
    final = await ahead.written(ended(present))
    assert final.text == f"{writer.begun[0]} 公积金" and len(writer.begun) == 1


async def test_who_goes_on_is_written_again_whole() -> None:
    writer, present = FakeWriter(), Segmenter()
    ahead = Ahead(writer)
    say(present, 1.0, VOICE)
    say(present, 0.3, SILENCE)
    ahead.look(present)
    await asyncio.sleep(0)
    say(present, 1.0, VOICE)
    segment = ended(present)
    final = await ahead.written(segment)
    assert final.text == str(len(segment.samples)) and len(writer.begun) == 2


async def test_the_next_utterance_does_not_get_the_text_of_the_one_before() -> None:
    writer, present = FakeWriter(), Segmenter()
    ahead = Ahead(writer)
    for number in (1, 2, 3):
        say(present, 1.0, VOICE)
        say(present, 0.3, SILENCE)
        ahead.look(present)
        segment = ended(present)
        await ahead.written(segment)
        assert writer.starts[-1] == segment.start_s and len(writer.starts) == number


async def test_others_come_first() -> None:
    writer, present = FakeWriter(), Segmenter()
    writer.idle = False
    ahead = Ahead(writer)
    say(present, 1.0, VOICE)
    say(present, 0.3, SILENCE)
    ahead.look(present)
    await asyncio.sleep(0)
    assert writer.begun == []
    assert (await ahead.written(ended(present))).text


async def test_a_failure_reaches_who_waits_for_the_text_and_nobody_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    writer, present = FakeWriter(), Segmenter()
    writer.broken = True
    ahead = Ahead(writer)
    say(present, 1.0, VOICE)
    say(present, 0.3, SILENCE)
    ahead.look(present)
    await asyncio.sleep(0)
    with pytest.raises(EngineError, match="out of order"):
        await ahead.written(ended(present))
    say(present, 1.0, VOICE)
    say(present, 0.3, SILENCE)
    ahead.look(present)
    await asyncio.sleep(0)
    writer.broken = False
    say(present, 1.0, VOICE)
    assert (await ahead.written(ended(present))).text
    assert caplog.records == []


async def test_closing_ends_what_was_begun() -> None:
    writer, present = FakeWriter(), Segmenter()
    writer.let.clear()
    ahead = Ahead(writer)
    say(present, 1.0, VOICE)
    say(present, 0.3, SILENCE)
    ahead.look(present)
    await asyncio.sleep(0)
    assert len(writer.begun) == 1
    await asyncio.wait_for(ahead.aclose(), PATIENCE_S)
    await ahead.aclose()
