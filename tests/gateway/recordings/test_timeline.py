"""Both sides stay together on the clock, whatever the frames do."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.recordings.timeline import TOLERANCE_S, StereoTimeline

RATE = 8000
FRAME = RATE // 50


def frame(value: int) -> bytes:
    return np.full(FRAME, value, "<i2").tobytes()


def stereo(*blocks: bytes) -> np.ndarray:
    return np.frombuffer(b"".join(blocks), "<i2").reshape(-1, 2)


def spans(side: np.ndarray) -> list[tuple[int, float, float]]:
    """(value, from, to) of what is not silent, in seconds."""
    edges = np.flatnonzero(np.diff(side, prepend=0, append=0))
    return [(int(side[a]), a / RATE, b / RATE) for a, b in zip(edges, edges[1:], strict=False) if side[a]]


def test_even_frames_come_out_as_they_went_in_and_in_good_time() -> None:
    line = StereoTimeline(RATE, 100.0)
    blocks = []
    for n in range(200):
        now = 100.0 + n * 0.02
        line.heard(frame(1 + n % 2), now + 0.02)
        line.played(frame(11 + n % 2), now)
        blocks.append(line.take(now + 0.02))
    # All but the window has left by now, the rest at the end.
    assert len(stereo(*blocks)) >= 0.5 * RATE
    both = stereo(*blocks, line.rest(104.0))
    assert both.shape == (4 * RATE, 2)
    wanted = np.repeat(1 + np.arange(200) % 2, FRAME)
    assert (both[:, 0] == wanted).all() and (both[:, 1] == wanted + 10).all()


def test_what_comes_evenly_waits_for_nothing() -> None:
    """What has not been handed out is lost with the process."""
    line, given = StereoTimeline(RATE, 0.0), 0
    for n in range(300):
        now = 0.02 + n * 0.02
        line.heard(frame(1), now)
        # The hotline speaks now and then.
        if n % 100 > 50:
            line.played(frame(2), now)
        given += len(stereo(line.take(now)))
        if now > 1.0:
            assert now - given / RATE <= 0.52


def test_silence_of_one_side_keeps_its_place() -> None:
    """On hold, muted, or waiting for an answer: nothing comes, and afterwards everything is where it belongs."""
    line = StereoTimeline(RATE, 0.0)
    out = []
    for n in range(500):
        now = n * 0.02
        if not 100 <= n < 400:
            line.heard(frame(1), now + 0.02)
        if n >= 300:
            line.played(frame(2), now)
        out.append(line.take(now))
    both = stereo(*out, line.rest(10.0))
    assert len(both) == 10 * RATE
    assert spans(both[:, 0]) == [(1, 0.0, 2.0), (1, 8.0, 10.0)]
    assert spans(both[:, 1]) == [(2, 6.0, 10.0)]


def test_what_was_late_and_came_at_once_goes_where_it_belongs() -> None:
    line = StereoTimeline(RATE, 0.0)
    out = []
    for n in range(200):
        now = 0.02 + n * 0.02
        # Nothing gets through for 2.5 s; then all of it.
        if not 50 <= n < 175:
            line.heard(frame(1 + n), now)
        if n == 174:
            for late in range(50, 175):
                line.heard(frame(1 + late), now)
        out.append(line.take(now))
    side = stereo(*out, line.rest(4.0))[:, 0]
    for value, begin, _end in spans(side):
        assert abs(begin - 0.02 * (value - 1)) <= TOLERANCE_S + 1e-6
    assert {value for value, _, _ in spans(side)} == set(range(1, 201))


def test_a_side_that_runs_fast_is_held_back() -> None:
    line = StereoTimeline(RATE, 0.0)
    for n in range(3000):
        line.heard(frame(1), n * 0.019)
    line.take(57.0)
    assert 1.0 < line.left_out_s < 3.0
    assert len(stereo(line.rest(57.0))) <= 4 * RATE


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.4), st.booleans(), st.booleans()), max_size=80))
def test_it_is_as_long_as_the_call_whatever_happens(steps: list[tuple[float, bool, bool]]) -> None:
    line, now, out = StereoTimeline(RATE, 5.0), 5.0, []
    for wait_s, heard, played in steps:
        now += wait_s
        if heard:
            line.heard(frame(1), now)
        if played:
            line.played(frame(2), now)
        out.append(line.take(now))
    both = stereo(*out, line.rest(now))
    assert now - 5.0 - 1e-3 <= len(both) / RATE <= now - 5.0 + 0.6
