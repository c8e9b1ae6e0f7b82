"""The contract of every engine: a `Recognizer` opens one `Stream` per speaker, a stream turns samples into
transcripts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from asr.audio import Int16


@dataclass(frozen=True)
class Word:
    """One word as the engine heard it; times in seconds from the start of the stream, confidence 0..1."""

    text: str
    start_s: float
    end_s: float
    confidence: float


@dataclass(frozen=True)
class PartialTranscript:
    """What was heard of the present utterance so far; the next one replaces it."""

    text: str


@dataclass(frozen=True)
class Alternative:
    """A reading of an utterance; confidence 0..1, as of words."""

    text: str
    confidence: float


@dataclass(frozen=True)
class FinalTranscript:
    """One utterance, as the engine wrote it (`asr.text` mends it). `text` may be empty: then nothing was said."""

    text: str
    words: tuple[Word, ...]
    confidence: float
    engine: str
    alternatives: tuple[Alternative, ...] = ()

    @property
    def end_s(self) -> float | None:
        return self.words[-1].end_s if self.words else None


Transcript = PartialTranscript | FinalTranscript


@dataclass(frozen=True)
class Capabilities:
    engine: str
    # Partials come from the decoder itself; without it they cost a new decode each.
    streaming: bool
    # The engine can be held to a list of phrases (`StreamOptions.phrases`).
    phrases: bool
    # Hot words reach the engine; otherwise only the repair after recognition knows them.
    hot_words: bool
    alternatives: bool
    language: str


@dataclass(frozen=True)
class StreamOptions:
    # Words that this speaker is likely to say.
    hot_words: tuple[str, ...] = ()
    # Nothing but these phrases can be heard; empty = everything.
    phrases: tuple[str, ...] = ()
    # How many readings of each utterance are wanted, 0 = only the best.
    alternatives: int = 0
    partials: bool = True
    # Silence that ends an utterance, in seconds; None: as the engine is used to. Engines with endpoints of their own ignore it.
    end_s: float | None = None
    # Folder of the model that hears this stream, for engines that can load another than their own; None: their own.
    model: Path | None = None


ANYTHING = StreamOptions()


class Stream(Protocol):
    """One speaker. Make one call at a time: wait for each to return. Other streams may run at the same time.

    A caller who cannot wait must bound its own queue: nothing is buffered here beyond the present utterance.
    """

    async def feed(self, samples: Int16) -> Sequence[Transcript]:
        """Hear 16 kHz samples, at any pace. Returns the new transcripts in order.

        Raises:
            EngineError: the stream is dead; close it.
        """
        ...

    async def finish(self) -> Sequence[FinalTranscript]:
        """End the present utterance now; afterwards the stream hears the next one. Raises EngineError."""
        ...

    async def close(self) -> None:
        """Free what the stream holds. Idempotent."""
        ...


class Recognizer(Protocol):
    """Shared by all streams of a process."""

    @property
    def capabilities(self) -> Capabilities: ...

    def open(self, options: StreamOptions = ANYTHING) -> Stream:
        """A new stream. Raises EngineError if the options ask for what the engine cannot do."""
        ...

    def close(self) -> None: ...


def joined(finals: Sequence[FinalTranscript]) -> FinalTranscript:
    """Several utterances as one. At least one must be given."""
    if len(finals) == 1:
        return finals[0]
    spoken = [final for final in finals if final.text] or list(finals[:1])
    return FinalTranscript(
        text=" ".join(final.text for final in spoken),
        words=tuple(word for final in spoken for word in final.words),
        confidence=min(final.confidence for final in spoken),
        engine=spoken[0].engine,
    )
