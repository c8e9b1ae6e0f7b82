"""A call may last an hour; after it the audio must not be a second late."""

from __future__ import annotations

import random

import pytest

from gateway.audio.metronome import Metronome


def test_no_drift_over_an_hour_of_unpunctual_sleeps() -> None:
    chance = random.Random(1)
    beat = Metronome(1000.0, 0.02)
    now = 1000.0
    for n in range(180_000):
        now += beat.wait_s(now)
        assert now - (1000.0 + n * 0.02) < 0.02
        # A sleep always takes somewhat longer than asked.
        now += chance.uniform(0, 0.015)
    assert beat.skipped == 0


def test_a_stall_is_skipped_and_not_caught_up() -> None:
    beat = Metronome(0.0, 0.02)
    for n in range(10):
        assert beat.wait_s(n * 0.02) == pytest.approx(0)
    burst = 0
    now = 5.0
    while beat.wait_s(now) == 0:
        burst += 1
    assert burst <= 2
    assert beat.skipped == pytest.approx(240, abs=2)


def test_a_short_delay_is_caught_up() -> None:
    beat = Metronome(0.0, 0.02)
    beat.wait_s(0.0)
    waits = [beat.wait_s(0.1) for _ in range(7)]
    assert waits[:5] == [0] * 5
    assert waits[5] == pytest.approx(0.02)
