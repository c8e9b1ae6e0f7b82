"""Utterances begin and end where a listener would say so; probabilities in, segments out."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from asr.segments import (
    FRAME_S,
    FRAME_SAMPLES,
    Framer,
    Segment,
    Segmenter,
    SegmentRules,
    ending_after,
)

RULES = SegmentRules(start_s=0.1, end_s=0.6, longest_s=5.0, lead_s=0.3)


def run(segmenter: Segmenter, *spans: tuple[float, float]) -> list[Segment]:
    """Spans of (seconds, probability)."""
    found = []
    for seconds, probability in spans:
        for _ in range(round(seconds / FRAME_S)):
            segment = segmenter.push(np.ones(FRAME_SAMPLES, dtype=np.int16), probability)
            if segment:
                found.append(segment)
    return found


def test_an_utterance_ends_after_silence_and_keeps_a_lead() -> None:
    (segment,) = run(Segmenter(RULES), (2.0, 0.01), (1.0, 0.9), (1.0, 0.01))
    assert 1.6 <= segment.start_s <= 1.95
    assert 1.6 <= len(segment.samples) / 16_000 <= 2.0


def test_a_click_is_no_utterance() -> None:
    segmenter = Segmenter(RULES)
    assert run(segmenter, (1.0, 0.01), (0.05, 0.9), (3.0, 0.01)) == []
    assert segmenter.finish() is None


def test_a_short_pause_does_not_end_it() -> None:
    assert len(run(Segmenter(RULES), (1.0, 0.9), (0.4, 0.01), (1.0, 0.9), (0.7, 0.01))) == 1


def test_who_talks_without_stopping_is_cut() -> None:
    found = run(Segmenter(RULES), (12.0, 0.9))
    assert [round(len(s.samples) / 16_000) for s in found] == [5, 5]


def test_two_utterances_do_not_share_audio() -> None:
    first, second = run(Segmenter(RULES), (1.0, 0.9), (1.5, 0.0), (1.0, 0.9), (1.5, 0.0))
    assert first.start_s + len(first.samples) / 16_000 <= second.start_s + 1e-6


def test_finish_gives_what_was_said_so_far() -> None:
    segmenter = Segmenter(RULES)
    run(segmenter, (1.0, 0.9))
    segment = segmenter.finish()
    assert segment is not None and not segmenter.talking
    assert segmenter.finish() is None


@given(st.lists(st.floats(0, 1), max_size=900))
def test_no_timeline_makes_it_hold_more_than_its_bound(probabilities: list[float]) -> None:
    segmenter = Segmenter(RULES)
    for probability in probabilities:
        segmenter.push(np.ones(FRAME_SAMPLES, dtype=np.int16), probability)
        assert segmenter.seconds <= RULES.longest_s + RULES.lead_s + 2 * FRAME_S


@given(st.lists(st.integers(0, 2_000), max_size=20))
def test_frames_hold_every_sample_in_order(sizes: list[int]) -> None:
    framer, data = Framer(), np.arange(sum(sizes), dtype=np.int64).astype(np.int16)
    frames, position = [], 0
    for size in sizes:
        frames += list(framer.push(data[position : position + size]))
        position += size
    rest = framer.flush()
    got = (
        np.concatenate([*frames, *([rest] if rest is not None else [])])
        if frames or rest is not None
        else data[:0]
    )
    assert np.array_equal(got[: len(data)], data) and not got[len(data) :].any()


def test_a_dialect_may_end_later() -> None:
    """What two utterances were is one where more silence is waited for."""
    said = ((0.2, 0.01), (1.0, 0.9), (0.8, 0.01), (1.0, 0.9), (2.0, 0.01))
    assert len(run(Segmenter(RULES), *said)) == 2
    assert len(run(Segmenter(ending_after(RULES, 1.0)), *said)) == 1
    assert ending_after(RULES, None) is RULES
