"""What the benchmarks of voice conclude from times, levels and histograms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from bench.figures import (
    Answer,
    Buckets,
    Stopped,
    counter,
    falls_behind,
    gap_share,
    histograms,
    loud,
    markdown,
    next_level,
    partial_delays,
    percentile,
    spread,
    stopped,
    trimmed,
)

RATE_HZ = 8000


def tone(seconds: float, level: int = 8000) -> np.ndarray:
    return (np.sin(np.arange(int(seconds * RATE_HZ)) * 0.3) * level).astype(np.int16)


def silence(seconds: float) -> np.ndarray:
    return np.zeros(int(seconds * RATE_HZ), np.int16)


# -- tables --


def test_a_spread_is_median_and_95th_percentile_in_milliseconds() -> None:
    assert spread([0.1, 0.2, 0.3]) == "200 / 290"
    assert spread([1.5]) == "1,500 / 1,500"


def test_nothing_measured_is_shown_as_such() -> None:
    assert percentile([], 50) is None and spread([]) == "– / –"


def test_a_table_is_markdown() -> None:
    made = markdown(["what", "n"], [["a|b", "1"], ["c", "2"]])
    assert made.splitlines() == ["| what | n |", "| --- | --- |", "| a\\|b | 1 |", "| c | 2 |"]


# -- sound --


def test_silence_around_a_recording_is_cut_and_pauses_in_it_are_kept() -> None:
    words = np.concatenate([tone(0.5), silence(0.4), tone(0.3)])
    cut = trimmed(np.concatenate([silence(0.3), words, silence(1.0)]), RATE_HZ)
    assert len(cut) == pytest.approx(len(words), abs=RATE_HZ * 0.04)
    assert loud(cut[:160]) and loud(cut[-160:])


def test_the_hum_of_a_bad_recording_is_cut_too() -> None:
    hum = tone(1.0, level=200)
    assert len(trimmed(np.concatenate([hum, tone(0.5), hum]), RATE_HZ)) == pytest.approx(4000, abs=320)


def test_a_silent_recording_has_nothing_to_say() -> None:
    assert len(trimmed(silence(1.0), RATE_HZ)) == 0 and len(trimmed(silence(0), RATE_HZ)) == 0
    assert not loud(silence(0.2)) and not loud(silence(0))


# -- streams --


def test_a_message_is_covered_by_the_next_text_that_changed() -> None:
    answers = [
        Answer(0.2, 0.25, ""),
        Answer(0.4, 0.45, "你"),
        Answer(0.6, 0.65, "你"),
        Answer(0.8, 0.9, "你好"),
    ]
    assert partial_delays(answers) == pytest.approx([0.25, 0.05, 0.3, 0.1])


def test_silence_and_what_only_the_final_text_shows_are_left_out() -> None:
    answers = [
        Answer(0.2, 0.3, "", voice=False),
        Answer(0.4, 0.5, "你"),
        Answer(0.6, 0.7, "你"),
    ]
    assert partial_delays(answers) == pytest.approx([0.1])


@given(st.lists(st.sampled_from(["a", "b", "c"]), max_size=30), st.floats(0, 5))
def test_no_message_is_counted_twice_nor_before_it_was_answered(texts: list[str], delay_s: float) -> None:
    answers = [Answer(n * 0.2, n * 0.2 + delay_s, text) for n, text in enumerate(texts)]
    delays = partial_delays(answers)
    assert len(delays) <= len(answers) and all(found >= delay_s - 1e-9 for found in delays)


@pytest.mark.parametrize(
    ("delays", "behind"),
    [
        ([0.1] * 9, False),
        # One slow moment is no trend.
        ([0.1] * 4 + [2.0] + [0.1] * 4, False),
        ([0.1 * n for n in range(9)], True),
        ([3.0] * 9, False),
        ([], False),
        ([9.0, 9.0], False),
    ],
)
def test_a_stream_falls_behind_when_answers_come_later_and_later(delays: list[float], behind: bool) -> None:
    answers = [Answer(n, n + delay_s, "") for n, delay_s in enumerate(delays)]
    assert falls_behind(answers, 0.2) is behind


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 19, 20, 64])
def test_the_most_streams_are_found_to_a_tenth(limit: int) -> None:
    held, lost, tried = 0, None, 0
    while (level := next_level(held, lost, 64)) is not None:
        assert level > held and (lost is None or level < lost)
        held, lost = (level, lost) if level <= limit else (held, level)
        tried += 1
    assert held <= limit <= held * 1.2 and tried <= 14


def test_nothing_is_tried_below_one_stream() -> None:
    assert next_level(0, 1, 64) is None


# -- calls --


def test_an_interrupted_hotline_stops_with_its_last_sound() -> None:
    found = stopped([9.9, 10.02, 10.3, 13.0], began_s=10.0, ended_s=12.5)
    assert found.after_s == pytest.approx(0.3) and not found.talked_on


def test_a_hotline_that_is_heard_at_the_end_of_the_interruption_has_talked_on() -> None:
    assert stopped([10.1, 12.4], began_s=10.0, ended_s=12.5).talked_on


def test_who_is_silent_already_stops_nothing() -> None:
    assert stopped([9.9, 12.6], began_s=10.0, ended_s=12.5) == Stopped(None, False)


def test_gaps_are_told_by_the_time_that_passes_in_them() -> None:
    assert gap_share([0.0, 0.02, 0.10, 0.12, 0.32, 0.40]) == pytest.approx(0.5)
    assert gap_share([0.0]) == gap_share([]) == 0.0


# -- Prometheus --


def exposed(*values: float) -> str:
    registry = CollectorRegistry()
    stage = Histogram("stage_seconds", "-", ["stage"], buckets=(0.1, 0.2, 0.4), registry=registry)
    for value in values:
        stage.labels("total").observe(value)
    said = Counter("said", "-", ["engine", "cached"], registry=registry)
    said.labels("kokoro", "true").inc(3)
    said.labels("kokoro", "false").inc(2)
    return generate_latest(registry).decode()


def test_quantiles_of_a_histogram_lie_in_their_bucket() -> None:
    found = histograms(exposed(0.15, 0.15, 0.15, 0.35), "stage_seconds", "stage")["total"]
    assert found.count == 4
    assert found.quantile(0.5) == pytest.approx(0.1 + 0.1 * 2 / 3)
    assert 0.2 < found.quantile(0.95) <= 0.4


def test_above_the_last_bound_the_last_bound_is_told() -> None:
    assert histograms(exposed(7.0), "stage_seconds", "stage")["total"].quantile(0.5) == 0.4


def test_only_what_came_since_is_counted() -> None:
    before = histograms(exposed(0.35, 0.35), "stage_seconds", "stage")["total"]
    after = histograms(exposed(0.35, 0.35, 0.05), "stage_seconds", "stage")["total"]
    assert after.since(before).count == 1 and after.since(before).quantile(1.0) <= 0.1
    assert after.since(None) == after


def test_an_empty_histogram_has_no_quantile() -> None:
    assert Buckets((0.1, float("inf")), (0.0, 0.0)).quantile(0.5) is None
    assert histograms(exposed(), "stage_seconds", "stage") == {}


def test_counters_are_summed_over_other_labels() -> None:
    text = exposed()
    assert counter(text, "said_total") == 5 and counter(text, "said_total", cached="true") == 3
    assert counter(text, "said_total", cached="maybe") == 0
