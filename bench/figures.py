"""What the benchmarks of voice make of times and levels: pure, without clock, sockets or processes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from prometheus_client.parser import text_string_to_metric_families

from asr.audio import Int16

Float64 = npt.NDArray[np.float64]

# A recording is silent where it is this much below its loudest moment, or below what a line hisses.
QUIET_SHARE = 0.05
HISS_LEVEL = 60.0
FRAME_S = 0.02
# No audio for longer than this is a gap that a caller hears, in seconds; frames come every 20 ms, silence too.
GAP_S = 0.1


def percentile(values: Sequence[float], q: float) -> float | None:
    return float(np.percentile(values, q)) if len(values) else None


def milliseconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1000:,.0f}"


def spread(times_s: Sequence[float]) -> str:
    """p50 / p95 in milliseconds."""
    return " / ".join(milliseconds(percentile(times_s, q)) for q in (50, 95))


def markdown(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table. Cells must not hold line breaks."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


# -- sound --------------------------------------------------------------------------------------------


def levels(samples: Int16, rate_hz: int) -> Float64:
    """Root mean square of each 20 ms; the last one may be shorter and is left out unless it is the only one."""
    size = max(int(rate_hz * FRAME_S), 1)
    whole = len(samples) // size
    if not whole:
        return np.array([_rms(samples.astype(np.float64))]) if len(samples) else np.zeros(0)
    frames = samples[: whole * size].astype(np.float64).reshape(whole, size)
    found: Float64 = np.sqrt((frames**2).mean(axis=1))
    return found


def trimmed(samples: Int16, rate_hz: int) -> Int16:
    """Without the silence at both ends, so that the recording begins and ends with voice; empty if it is all silent."""
    found = levels(samples, rate_hz)
    loud = np.flatnonzero(found >= max(HISS_LEVEL, QUIET_SHARE * found.max(initial=0.0)))
    if not len(loud):
        return samples[:0]
    size = int(rate_hz * FRAME_S)
    return samples[int(loud[0]) * size : (int(loud[-1]) + 1) * size]


def loud(samples: Int16) -> bool:
    return len(samples) > 0 and _rms(samples.astype(np.float64)) >= HISS_LEVEL


def _rms(samples: Float64) -> float:
    return float(np.sqrt((samples**2).mean()))


# -- a recogniser's stream --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What came back for one message of audio. `due_s`: when its last sample was spoken; sent later, it is late too."""

    due_s: float
    got_s: float
    text: str
    voice: bool = True

    @property
    def delay_s(self) -> float:
        return self.got_s - self.due_s


def partial_delays(answers: Sequence[Answer]) -> list[float]:
    """For each message of one utterance with voice in it: until the text changed after it was heard. What is heard last
    changes nothing before the final text, and is left out."""
    delays: list[float] = []
    waiting: list[float] = []
    text = ""
    for answer in answers:
        if answer.voice:
            waiting.append(answer.due_s)
        if answer.text != text:
            text = answer.text
            delays += [answer.got_s - due_s for due_s in waiting]
            waiting.clear()
    return delays


def falls_behind(answers: Sequence[Answer], message_s: float) -> bool:
    """Answers come later and later: by more than a message between the first and the last third of a stream."""
    third = len(answers) // 3
    if not third:
        return False
    first, last = (
        np.median([a.delay_s for a in part]) for part in (answers[:third], answers[len(answers) - third :])
    )
    return bool(last - first > message_s)


def next_level(held: int, lost: int | None, most: int) -> int | None:
    """How many streams to try next: twice as many until some are lost, then in between; None when it is known to a tenth.

    Args:
        held: most streams that were heard in real time, 0 if none were yet.
        lost: fewest that were not, if any.
        most: never try more.
    """
    if lost is None:
        return None if held >= most else min(max(held * 2, 1), most)
    middle = (held + lost) // 2
    return None if lost - held <= max(1, held // 10) or middle == held else middle


# -- a call -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stopped:
    """How the hotline took an interruption. `after_s`: its last sound after the caller's first; None if it was silent
    anyway just then. `talked_on`: it was still to be heard when he had finished."""

    after_s: float | None
    talked_on: bool


def stopped(sound_s: Iterable[float], began_s: float, ended_s: float, window_s: float = 0.3) -> Stopped:
    """
    Args:
        sound_s: when frames with sound came from the hotline.
        began_s: when the caller's first frame was sent, and `ended_s` his last.
        window_s: sound so close to his end is somebody who talks on, not a sentence that was broken off.
    """
    during = [at_s for at_s in sound_s if began_s < at_s <= ended_s]
    if not during:
        return Stopped(None, False)
    return Stopped(max(during) - began_s, ended_s - max(during) < window_s)


def gap_share(came_s: Sequence[float], gap_s: float = GAP_S) -> float:
    """Share of the time between the first and the last frame that passed in gaps, 0..1."""
    if len(came_s) < 2:
        return 0.0
    spans = (after - before for before, after in pairwise(came_s))
    return sum(span for span in spans if span > gap_s) / (came_s[-1] - came_s[0])


# -- Prometheus ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Buckets:
    """A histogram: upper bounds in rising order, and how many values are not above each."""

    bounds: tuple[float, ...]
    counts: tuple[float, ...]

    @property
    def count(self) -> int:
        return int(self.counts[-1]) if self.counts else 0

    def since(self, before: Buckets | None) -> Buckets:
        """Only what was counted after `before`."""
        if before is None:
            return self
        return Buckets(
            self.bounds, tuple(now - then for now, then in zip(self.counts, before.counts, strict=True))
        )

    def quantile(self, q: float) -> float | None:
        """Between the bounds of its bucket, as if values were spread evenly in it; the last finite bound if above it."""
        if not self.count:
            return None
        rank = q * self.counts[-1]
        below, lower = 0.0, 0.0
        for bound, count in zip(self.bounds, self.counts, strict=True):
            if count >= rank and count > below:
                if bound == float("inf"):
                    return lower
                return lower + (bound - lower) * (rank - below) / (count - below)
            below, lower = count, bound
        return lower


def histograms(exposed: str, name: str, label: str) -> dict[str, Buckets]:
    """Those called `name` in a text of Prometheus, by the value of `label`."""
    found: dict[str, list[tuple[float, float]]] = {}
    for family in text_string_to_metric_families(exposed):
        if family.name == name:
            for sample in family.samples:
                if sample.name == f"{name}_bucket":
                    bucket = float(sample.labels["le"]), sample.value
                    found.setdefault(sample.labels[label], []).append(bucket)
    return {
        value: Buckets(tuple(bound for bound, _ in sorted(buckets)), tuple(n for _, n in sorted(buckets)))
        for value, buckets in found.items()
    }


def counter(exposed: str, name: str, **labels: str) -> float:
    """The sum of all samples of a counter that have these labels."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(exposed)
        if family.name == name.removesuffix("_total")
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )
