"""Two passes: Vosk hears along (partials, endpoints), Whisper writes the final text of each utterance."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np

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
)
from asr.whisper_recognizer import WhisperRecognizer

_log = logging.getLogger(__name__)

# Whisper hears 30 s at a time; a longer utterance keeps the first pass's text.
_LONGEST_S = 28.0
# Silence kept around the words, so that no first or last sound is cut.
_MARGIN_S = 0.4


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
        self._audio: Int16 = np.zeros(0, dtype=np.int16)
        # Sample number of the first sample that is still held.
        self._offset = 0

    async def feed(self, samples: Int16) -> Sequence[Transcript]:
        found: list[Transcript] = []
        # In steps as short as the first pass takes them, so that its endpoint is where the audio is.
        for start in range(0, len(samples), RATE_HZ // 5):
            step = samples[start : start + RATE_HZ // 5]
            self._keep(step)
            for transcript in await self._first.feed(step):
                if isinstance(transcript, PartialTranscript):
                    found = [t for t in found if isinstance(t, FinalTranscript)]
                    found.append(transcript)
                else:
                    found = [t for t in found if isinstance(t, FinalTranscript)]
                    found.append(await self._second_pass(transcript))
        return found

    async def finish(self) -> Sequence[FinalTranscript]:
        finals = await self._first.finish()
        found = [await self._second_pass(final) for final in finals]
        self._drop_until(self._offset + len(self._audio))
        return found

    async def close(self) -> None:
        await self._first.close()
        self._audio = self._audio[:0]

    def _keep(self, samples: Int16) -> None:
        self._audio = np.concatenate([self._audio, samples])
        too_many = len(self._audio) - int((_LONGEST_S + 2) * RATE_HZ)
        if too_many > 0:
            self._drop_until(self._offset + too_many)

    def _drop_until(self, position: int) -> None:
        self._audio = self._audio[max(position - self._offset, 0) :]
        self._offset = max(position, self._offset)

    async def _second_pass(self, heard: FinalTranscript) -> FinalTranscript:
        """Whisper's text of what Vosk heard; Vosk's own if Whisper fails or hears nothing: never silence."""
        if not heard.words:
            return heard
        begin = max(int((heard.words[0].start_s - _MARGIN_S) * RATE_HZ), self._offset)
        end = int((heard.words[-1].end_s + _MARGIN_S) * RATE_HZ)
        samples = self._audio[begin - self._offset : max(end - self._offset, 0)]
        self._drop_until(min(end, self._offset + len(self._audio)))
        if not len(samples) or heard.words[-1].end_s - heard.words[0].start_s > _LONGEST_S:
            return heard
        try:
            better = await self._second.decode(samples, begin / RATE_HZ, self._options.hot_words)
        except EngineError:
            _log.warning("second pass failed, the first pass's text stands", exc_info=True)
            return heard
        return better if better.text else heard
