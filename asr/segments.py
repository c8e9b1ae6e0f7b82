"""Finds where utterances begin and end, for engines without endpointing of their own. Pure: speech probabilities in,
segments out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from asr.audio import RATE_HZ, Int16

# One probability per frame; 512 samples at 16 kHz are what Silero VAD takes.
FRAME_SAMPLES = 512
FRAME_S = FRAME_SAMPLES / RATE_HZ
_SPEECH, _SILENCE = 0.5, 0.35


@dataclass(frozen=True)
class SegmentRules:
    """Seconds. Shorter speech than `start_s` is a click; `end_s` of silence ends an utterance; `longest_s` cuts a caller
    who talks without stopping (Whisper hears at most 30 s at a time)."""

    start_s: float = 0.1
    end_s: float = 0.6
    longest_s: float = 20.0
    # Kept from before the first speech frame: detectors are late, and the first sound tells 四 from 是.
    lead_s: float = 0.3


@dataclass(frozen=True)
class Segment:
    samples: Int16
    # Seconds from the start of the stream.
    start_s: float
    # Frames with voice in them.
    voiced: int


USUAL = SegmentRules()


def ending_after(rules: SegmentRules, end_s: float | None) -> SegmentRules:
    """The same rules with another end; None: the same."""
    return rules if end_s is None else replace(rules, end_s=end_s)


class Segmenter:
    """Collects samples of one stream into utterances. Holds at most `longest_s` (plus the lead) of audio."""

    def __init__(self, rules: SegmentRules = USUAL) -> None:
        self._rules = rules
        self._kept: list[Int16] = []
        self._position = 0
        self._speech = 0
        self._silence = 0
        self._talking = False

    @property
    def talking(self) -> bool:
        """Whether somebody is in the middle of an utterance."""
        return self._talking

    @property
    def pausing(self) -> bool:
        """The last frames were silence: the utterance may be about to end."""
        return self._silence > 0

    @property
    def seconds(self) -> float:
        """Seconds of audio that are held."""
        return len(self._kept) * FRAME_S

    @property
    def silence_s(self) -> float:
        """Seconds since the last speech."""
        return self._silence * FRAME_S

    def present(self) -> Segment:
        """The utterance so far."""
        samples = np.concatenate(self._kept) if self._kept else np.zeros(0, dtype=np.int16)
        return Segment(samples, (self._position - len(self._kept)) * FRAME_S, self._speech)

    def push(self, frame: Int16, probability: float) -> Segment | None:
        """One frame of FRAME_SAMPLES; returns the utterance that ended with it."""
        self._kept.append(frame)
        self._position += 1
        if probability >= _SPEECH:
            self._speech += 1
            self._silence = 0
        elif probability < _SILENCE or not self._talking:
            self._silence += 1
        if not self._talking:
            if self._speech * FRAME_S >= self._rules.start_s:
                self._talking = True
            elif self._silence * FRAME_S > self._rules.lead_s:
                self._speech = 0
                del self._kept[: -int(self._rules.lead_s / FRAME_S) or None]
            return None
        if self._silence * FRAME_S >= self._rules.end_s or self.seconds >= self._rules.longest_s:
            return self.finish()
        return None

    def finish(self) -> Segment | None:
        """End the utterance now; None if nobody spoke."""
        segment = None
        if self._talking:
            segment = self.present()
        self._kept.clear()
        self._speech = self._silence = 0
        self._talking = False
        return segment


class Framer:
    """Cuts samples into frames of FRAME_SAMPLES; keeps the rest for the next call."""

    def __init__(self) -> None:
        self._rest: Int16 = np.zeros(0, dtype=np.int16)

    def push(self, samples: Int16) -> Iterator[Int16]:
        data = np.concatenate([self._rest, samples])
        whole = len(data) - len(data) % FRAME_SAMPLES
        self._rest = data[whole:]
        for start in range(0, whole, FRAME_SAMPLES):
            yield data[start : start + FRAME_SAMPLES]

    def flush(self) -> Int16 | None:
        """The rest, filled up with silence."""
        if not len(self._rest):
            return None
        frame = np.zeros(FRAME_SAMPLES, dtype=np.int16)
        frame[: len(self._rest)] = self._rest
        self._rest = self._rest[:0]
        return frame
