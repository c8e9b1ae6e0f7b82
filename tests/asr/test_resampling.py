"""Sound in small pieces at another rate: at once, and the same sound."""

from __future__ import annotations

import numpy as np
import pytest

from asr.resampling import StreamResampler

RATES = [(8000, 16000), (16000, 8000), (48000, 16000), (16000, 48000), (24000, 8000)]


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_no_piece_waits_for_the_next_ones(from_hz: int, to_hz: int) -> None:
    """soxr gave nothing four times out of five, and then 100 ms at once."""
    stream, given = StreamResampler(from_hz, to_hz), 0
    for piece in range(1, 101):
        given += len(stream.feed(np.ones(from_hz // 50, np.int16)))
        assert 0 <= piece * to_hz // 50 - given <= to_hz * 0.004
    assert given + len(stream.finish()) == 2 * to_hz


@pytest.mark.parametrize(("from_hz", "to_hz"), RATES)
def test_pieces_join_without_a_click(from_hz: int, to_hz: int) -> None:
    tone = np.sin(np.arange(from_hz) * 2 * np.pi * 440 / from_hz) * 8000
    stream = StreamResampler(from_hz, to_hz)
    pieces = [stream.feed(tone[at : at + 160].astype(np.int16)) for at in range(0, from_hz, 160)]
    heard = np.concatenate([*pieces, stream.finish()]).astype(float)
    wanted = np.sin(np.arange(to_hz) * 2 * np.pi * 440 / to_hz) * 8000
    inner = slice(to_hz // 20, -to_hz // 20)
    assert np.abs(heard[inner] - wanted[inner]).max() < 80


def test_a_stream_that_was_never_fed_ends_with_nothing() -> None:
    assert len(StreamResampler(8000, 16000).finish()) == 0
