"""The contract of a synthesiser. Audio is always 16-bit little-endian mono PCM."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from gateway.audio.pcm import SAMPLE_BYTES

MANDARIN = "mandarin"


class TtsError(Exception):
    """A synthesiser did not speak.

    TtsError
    +-- EngineMissing   not installed, no weights, no such voice: asking again is of no use
    +-- EngineRefused   the service turned us away (403)
    +-- NoAudio         it answered without a sound
    +-- TooSlow         no audio within the budget, or the caller would have heard a gap
    """

    retryable = True


class EngineMissing(TtsError):
    retryable = False


class EngineRefused(TtsError):
    pass


class NoAudio(TtsError):
    pass


class TooSlow(TtsError):
    pass


@dataclass(frozen=True, kw_only=True)
class SpeechRequest:
    """One sentence, already in words (gateway.tts.speech_text), without digits.

    `voice` is a name of ours (mandarin, northeast, shaanxi, cantonese, taiwan); an engine without it takes mandarin.
    `speed` 1.0 is normal, 0.8 what "说慢点" asks for. `personal`: may name or describe a person. Then it goes neither to
    an outside engine nor to the disk. Whoever makes a request decides; in doubt it is personal.
    """

    text: str
    voice: str = MANDARIN
    speed: float = 1.0
    personal: bool = True

    def __post_init__(self) -> None:
        if not 0.5 <= self.speed <= 2.0:
            raise ValueError("speed must lie between 0.5 and 2.0")


class Synthesizer(Protocol):
    name: str
    # Whether the text leaves this machine.
    outside: bool
    rate_hz: int

    def voice_of(self, name: str) -> str:
        """The engine's own name for a voice of ours."""

    def stream(self, request: SpeechRequest) -> AsyncGenerator[bytes, None]:
        """PCM at `rate_hz` in pieces as they come; whole samples, never an empty piece.

        Raises:
            TtsError: also in the middle.
        """

    async def check(self) -> None:
        """Whether it can speak now; may load or connect. Raises TtsError."""

    async def aclose(self) -> None: ...


def seconds_of(pcm: bytes, rate_hz: int) -> float:
    return len(pcm) / SAMPLE_BYTES / rate_hz
