"""Two passes: Vosk hears along (captions while somebody speaks), Whisper writes the final text of each utterance.

Where utterances begin and end is told by the voice detector, not by the first pass: a small model misses short words, and
what it does not hear must still be written.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from asr.ahead import Ahead
from asr.audio import RATE_HZ, Int16
from asr.errors import EngineError
from asr.recognizer import (
    ANYTHING,
    Capabilities,
    FinalTranscript,
    PartialTranscript,
    Recognizer,
    Stream,
    StreamOptions,
    Transcript,
    joined,
)
from asr.segments import Segment
from asr.utterances import Utterances
from asr.whisper_recognizer import WhisperRecognizer

_log = logging.getLogger(__name__)

# As short as the first pass takes them, so that its words belong to the utterance that ends.
_STEP_SAMPLES = RATE_HZ // 5
# Our small model is sure of itself more easily than Whisper, so it has to be surer by a margin. Looked at with two hundred
# recordings of people: with 0.8 and 0.2 more was lost than won, with these nothing is lost on any kind of speech.
_SURE = 0.9
_SURER_BY = 0.4
# Of a longer sentence the small model is never the better writer, however sure it is.
_SHORT_CHARS = 6


class TwoPassRecognizer:
    def __init__(self, first: Recognizer, second: WhisperRecognizer) -> None:
        self._first = first
        self._second = second

    @property
    def capabilities(self) -> Capabilities:
        first = self._first.capabilities
        return Capabilities("two-pass", first.streaming, False, True, False, first.language)

    def open(self, options: StreamOptions = ANYTHING) -> TwoPassStream:
        if options.phrases:
            raise EngineError("two-pass mode cannot be held to phrases; use hot_words, or the engine vosk")
        first = self._first.open(StreamOptions(partials=options.partials))
        return TwoPassStream(first, self._second, options)

    def close(self) -> None:
        self._first.close()
        self._second.close()


class TwoPassStream:
    def __init__(self, first: Stream, second: WhisperRecognizer, options: StreamOptions) -> None:
        self._first = first
        self._second = second
        self._options = options
        self._utterances = Utterances(second.rules, second.detector())
        self._ahead = Ahead(second, options.hot_words)
        # What the first pass has finished on its own inside the present utterance.
        self._heard: list[FinalTranscript] = []

    async def feed(self, samples: Int16) -> Sequence[Transcript]:
        finals: list[FinalTranscript] = []
        # Each replaces the one before, and every final text does too.
        caption: PartialTranscript | None = None
        for start in range(0, len(samples), _STEP_SAMPLES):
            step = samples[start : start + _STEP_SAMPLES]
            for transcript in await self._first.feed(step):
                if isinstance(transcript, FinalTranscript):
                    self._heard.append(transcript)
                    caption = None
                else:
                    caption = self._caption(transcript)
            for segment in await asyncio.to_thread(self._utterances.cut, step):
                finals += await self._written(segment)
                caption = None
            self._ahead.look(self._utterances.present)
        return [*finals, caption] if caption else finals

    async def finish(self) -> Sequence[FinalTranscript]:
        segment = await asyncio.to_thread(self._utterances.last)
        if segment is not None:
            return await self._written(segment)
        # Nobody has spoken: a small model hears words in any noise.
        await self._first_pass()
        return []

    async def close(self) -> None:
        await self._first.close()
        await self._ahead.aclose()
        self._utterances.close()

    def _caption(self, partial: PartialTranscript) -> PartialTranscript:
        return PartialTranscript(" ".join([*(final.text for final in self._heard), partial.text]))

    async def _first_pass(self) -> FinalTranscript | None:
        heard, self._heard = [*self._heard, *await self._first.finish()], []
        return joined(heard) if heard else None

    async def _written(self, segment: Segment) -> list[FinalTranscript]:
        first = await self._first_pass()
        try:
            second = await self._ahead.written(segment)
        except EngineError:
            _log.warning("second pass failed, the first pass's text stands", exc_info=True)
            second = None
        best = better(first, second)
        return [best] if best is not None and best.text else []


def better(first: FinalTranscript | None, second: FinalTranscript | None) -> FinalTranscript | None:
    """Whisper's text, unless the first pass heard a few characters of which it is sure and much surer than Whisper, or Whisper
    failed or heard nothing: never silence where somebody spoke."""
    if first is None or second is None or not (first.text and second.text):
        return second if second is not None and second.text else first
    short = len(first.text.replace(" ", "")) <= _SHORT_CHARS
    sure = first.confidence >= max(_SURE, second.confidence + _SURER_BY)
    return first if short and sure else second
