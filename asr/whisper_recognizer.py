"""Whisper through faster-whisper: whole utterances, cut by Silero VAD; partials by decoding the growing utterance again."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from asr.ahead import Ahead
from asr.audio import RATE_HZ, Int16
from asr.errors import EngineError
from asr.imagined import is_imagined
from asr.recognizer import (
    ANYTHING,
    Capabilities,
    FinalTranscript,
    PartialTranscript,
    StreamOptions,
    Transcript,
    Word,
)
from asr.segments import USUAL, Segment, SegmentRules, ending_after
from asr.utterances import SpeechDetector, Utterances, silero
from asr.whisper_decoder import Decoded, WhisperDecoder, goes_on
from asr.wordings import Wordings

_log = logging.getLogger(__name__)

# A decode that repeats itself compresses well; OpenAI's own limit.
_MAX_COMPRESSION = 2.4
# Above this probability of silence nobody spoke, unless the words are sure; OpenAI's own limits.
_NO_SPEECH, _UNSURE = 0.6, -1.0
# Expected words, as if they had just been said. Without expected words Whisper hears better without any prompt.
_PROMPT = "以下是12345热线的普通话对话。"
# So many characters of the prompt in a row are no coincidence; 热线 may be one.
_ECHO_CHARS = 9
_MAX_HOT_WORDS = 40
# Speakers pause once or twice within an utterance.
_MOST_DECODES = 3


class WhisperRecognizer:
    """`threads` are those of one decode; `parallel` decodes run at once, further ones wait. `wordings` mend its Chinese."""

    def __init__(
        self,
        path: Path,
        threads: int = 2,
        parallel: int = 1,
        language: str = "zh",
        partial_every_s: float = 1.0,
        rules: SegmentRules = USUAL,
        detector: Callable[[], SpeechDetector] = silero,
        wordings: Wordings | None = None,
    ) -> None:
        self._decoder = WhisperDecoder(path, threads, parallel, language)
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="whisper")
        self._parallel = parallel
        self._at_work: set[Future[FinalTranscript]] = set()
        self._language = language
        self._wordings = wordings if language == "zh" else None
        self.partial_every_s = partial_every_s
        self.rules = rules
        self.detector = detector

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities("whisper", False, False, True, False, self._language)

    def open(self, options: StreamOptions = ANYTHING) -> WhisperStream:
        if options.phrases:
            raise EngineError("Whisper cannot be held to phrases; use hot_words")
        return WhisperStream(self, options)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def idle(self) -> bool:
        """Whether a decode would begin at once."""
        self._at_work = {work for work in self._at_work if not work.done()}
        return len(self._at_work) < self._parallel

    async def decode(
        self, samples: Int16, start_s: float = 0.0, hot_words: Sequence[str] = (), quick: bool = False
    ) -> FinalTranscript:
        """One utterance of at most 30 s; `quick` is for partials: no word times, no beam. Raises EngineError."""
        work = self._pool.submit(self._decode, samples, start_s, tuple(hot_words), quick)
        self._at_work.add(work)
        try:
            return await asyncio.wrap_future(work)
        except Exception as error:
            raise EngineError(f"Whisper failed: {error}") from error

    def _decode(
        self, samples: Int16, start_s: float, hot_words: tuple[str, ...], quick: bool
    ) -> FinalTranscript:
        prompt = self._prompt(hot_words)
        text, words, done_s = "", [], 0.0
        for _ in range(_MOST_DECODES):
            rest = samples[int(done_s * RATE_HZ) :]
            heard = self._decoder.decode(
                rest,
                prompt,
                beam=1 if quick else 5,
                words=not quick,
                wordings=None if quick else self._wordings,
            )
            if not heard.text or self._imagined(heard):
                break
            text += heard.text
            at_s = start_s + done_s
            words += [
                Word(w.text, round(at_s + w.start_s, 3), round(at_s + w.end_s, 3), round(w.probability, 4))
                for w in heard.words
            ]
            if not heard.words or not goes_on(rest, heard.words[-1].end_s):
                break
            done_s += heard.words[-1].end_s
        sure = math.exp(sum(math.log(max(w.confidence, 1e-4)) for w in words) / len(words)) if words else 0.0
        return FinalTranscript(text, tuple(words), round(sure, 4), "whisper")

    def _prompt(self, hot_words: tuple[str, ...]) -> str | None:
        if not hot_words:
            return None
        if self._language != "zh":
            return "，".join(hot_words[:_MAX_HOT_WORDS])
        return _PROMPT + "、".join(hot_words[:_MAX_HOT_WORDS]) + "。"

    @staticmethod
    def _imagined(heard: Decoded) -> bool:
        if heard.no_speech_probability > _NO_SPEECH and heard.log_probability < _UNSURE:
            return True
        if heard.compression > _MAX_COMPRESSION or (len(heard.text) >= _ECHO_CHARS and heard.text in _PROMPT):
            return True
        return is_imagined(heard.text)


class WhisperStream:
    def __init__(self, recognizer: WhisperRecognizer, options: StreamOptions) -> None:
        self._recognizer = recognizer
        self._options = options
        self._utterances = Utterances(ending_after(recognizer.rules, options.end_s), recognizer.detector())
        self._ahead = Ahead(recognizer, options.hot_words)
        self._partial = ""
        self._partial_task: asyncio.Task[FinalTranscript] | None = None
        self._partial_due_s = 0.0
        self._partial_started = 0.0

    async def feed(self, samples: Int16) -> Sequence[Transcript]:
        found: list[Transcript] = []
        for segment in await asyncio.to_thread(self._utterances.cut, samples):
            found += await self._final(segment)
        self._ahead.look(self._utterances.present)
        if self._options.partials:
            found += self._partials()
        return found

    async def finish(self) -> Sequence[FinalTranscript]:
        segment = await asyncio.to_thread(self._utterances.last)
        return await self._final(segment) if segment else []

    async def close(self) -> None:
        await self._drop_partial()
        await self._ahead.aclose()
        self._utterances.close()

    async def _final(self, segment: Segment) -> list[FinalTranscript]:
        await self._drop_partial()
        self._partial, self._partial_due_s = "", 0.0
        final = await self._ahead.written(segment)
        return [final] if final.text else []

    def _partials(self) -> list[PartialTranscript]:
        """Takes what a background decode has found and starts the next when it is due. Never waits."""
        task, found, present = self._partial_task, [], self._utterances.present
        if task is not None and task.done():
            self._partial_task = None
            # Partials take at most half of the time, so a busy machine gets fewer.
            took_s = time.monotonic() - self._partial_started
            self._partial_due_s = present.seconds + max(self._recognizer.partial_every_s, 2 * took_s)
            if task.exception() is None and task.result().text not in ("", self._partial):
                self._partial = task.result().text
                found.append(PartialTranscript(self._partial))
        due = self._partial_due_s or self._recognizer.partial_every_s
        # Not in a pause: a decode cannot be stopped, and the final text would have to wait for it.
        speaking = present.talking and not present.pausing
        if self._partial_task is None and speaking and present.seconds >= due:
            self._partial_started = time.monotonic()
            self._partial_task = asyncio.create_task(
                self._recognizer.decode(present.present().samples, 0.0, self._options.hot_words, quick=True)
            )
        return found

    async def _drop_partial(self) -> None:
        task, self._partial_task = self._partial_task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
