"""Two passes: Vosk hears along (captions while somebody speaks), Whisper writes the final text of each utterance.

The voice detector, not the first pass, tells where utterances begin and end: a small model misses short words, and
those must still be written.
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
from asr.segments import Segment, ending_after
from asr.utterances import Utterances
from asr.whisper_recognizer import WhisperRecognizer

_log = logging.getLogger(__name__)

# As short as the first pass takes them, so that its words belong to the utterance that ends.
_STEP_SAMPLES = RATE_HZ // 5
# Our small model is more easily sure of itself than Whisper, so it has to be surer by a margin. On two hundred
# recordings of people 0.8 and 0.2 lost more than they won; these values lose nothing on any kind of speech.
_SURE = 0.9
_SURER_BY = 0.4
# For a longer sentence Whisper always writes, however sure the small model is.
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
        first = self._first.open(StreamOptions(partials=options.partials, model=options.model))
        return TwoPassStream(first, self._second, options)

    def close(self) -> None:
        self._first.close()
        self._second.close()


class TwoPassStream:
    def __init__(self, first: Stream, second: WhisperRecognizer, options: StreamOptions) -> None:
        self._first = first
        self._second = second
        self._options = options
        self._utterances = Utterances(ending_after(second.rules, options.end_s), second.detector())
        self._ahead = Ahead(second, options.hot_words)
        # Texts that the first pass finished by itself within the present utterance.
        self._heard: list[FinalTranscript] = []

    async def feed(self, samples: Int16) -> Sequence[Transcript]:
        finals: list[FinalTranscript] = []
        # Each partial replaces the one before, and so does a final text.
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
        # Nobody spoke, and a small model hears words in any noise.
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
