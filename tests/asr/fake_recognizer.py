"""A recognizer that hears what the samples say: 100 is a word, 0 is silence, 200 fails. For tests of what is around it."""

from __future__ import annotations

import asyncio

from asr.audio import Int16
from asr.errors import EngineError
from asr.recognizer import (
    ANYTHING,
    Capabilities,
    FinalTranscript,
    PartialTranscript,
    StreamOptions,
    Transcript,
    Word,
)


class FakeRecognizer:
    capabilities = Capabilities("fake", True, False, False, False, "zh")

    def __init__(self, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        # Cleared: it hears nothing until somebody sets it.
        self.awake = asyncio.Event()
        self.awake.set()
        self.opened: list[FakeStream] = []

    def open(self, options: StreamOptions = ANYTHING) -> FakeStream:
        if options.phrases:
            raise EngineError("no phrases here")
        stream = FakeStream(self, options)
        self.opened.append(stream)
        return stream

    def close(self) -> None:
        pass


class FakeStream:
    def __init__(self, recognizer: FakeRecognizer, options: StreamOptions) -> None:
        self.recognizer, self.options = recognizer, options
        self.samples = 0
        self.feeds = 0
        self.closed = False
        self._said: list[Word] = []

    async def feed(self, samples: Int16) -> list[Transcript]:
        await asyncio.sleep(self.recognizer.delay_s)
        await self.recognizer.awake.wait()
        begin, self.samples, self.feeds = self.samples / 16_000, self.samples + len(samples), self.feeds + 1
        level = int(samples[len(samples) // 2])
        if level == 200:
            raise EngineError("out of order")
        if level:
            self._said.append(Word("你好", begin, self.samples / 16_000, 0.9))
            return [PartialTranscript(" ".join(w.text for w in self._said))]
        return list(await self.finish())

    async def finish(self) -> list[FinalTranscript]:
        words, self._said = tuple(self._said), []
        return [FinalTranscript(" ".join(w.text for w in words), words, 0.9, "fake")] if words else []

    async def close(self) -> None:
        self.closed = True
