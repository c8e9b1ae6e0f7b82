"""Writes an utterance while its speaker pauses: if they say nothing more, the text is ready when the utterance
ends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from asr.audio import Int16
from asr.recognizer import FinalTranscript
from asr.segments import Segment, Segmenter

# Shorter pauses are part of speaking; decoding at each would hold up the decode that counts.
AFTER_S = 0.2


class Writer(Protocol):
    @property
    def idle(self) -> bool: ...

    async def decode(
        self, samples: Int16, start_s: float = 0.0, hot_words: Sequence[str] = ()
    ) -> FinalTranscript: ...


class Ahead:
    """One stream."""

    def __init__(self, writer: Writer, hot_words: Sequence[str] = ()) -> None:
        self._writer = writer
        self._hot_words = hot_words
        self._begun: Segment | None = None
        self._task: asyncio.Task[FinalTranscript] | None = None

    def look(self, present: Segmenter) -> None:
        """Start writing if the speaker pauses and no other stream waits for the writer. Never waits."""
        if not present.talking or present.silence_s < AFTER_S or not self._writer.idle:
            return
        segment = present.present()
        if not self._is(segment):
            self._drop()
            self._begun = segment
            self._task = asyncio.create_task(self._write(segment))

    async def written(self, segment: Segment) -> FinalTranscript:
        """The text of an utterance that has ended. Raises EngineError."""
        if self._task is not None and self._is(segment):
            try:
                return await self._task
            finally:
                self._drop()
        self._drop()
        return await self._write(segment)

    async def aclose(self) -> None:
        task = self._task
        self._drop()
        if task is not None:
            await asyncio.gather(task, return_exceptions=True)

    def _is(self, segment: Segment) -> bool:
        """Whether the utterance that is being written holds all the speech of this one."""
        begun = self._begun
        return begun is not None and (begun.start_s, begun.voiced) == (segment.start_s, segment.voiced)

    def _drop(self) -> None:
        task, self._task, self._begun = self._task, None, None
        if task is not None:
            # Nobody needs the result any more, so a failure does not matter.
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            task.cancel()

    async def _write(self, segment: Segment) -> FinalTranscript:
        return await self._writer.decode(segment.samples, segment.start_s, self._hot_words)
