"""Telephone bytes where samples belong are told; samples are never taken for them."""

from __future__ import annotations

import numpy as np
import pytest

from asr.audio import _TABLES, Encoding
from gateway.channels.phone.companded import LOOK_BYTES, CompandingDetector
from tests.spoken import recorded_lines


def codes(samples: np.ndarray, encoding: Encoding) -> bytes:
    levels = _TABLES[encoding].astype(int)
    order = np.argsort(levels, kind="stable")
    place = np.clip(np.searchsorted(levels[order], samples), 0, 255)
    return order[place].astype(np.uint8).tobytes()


def line(number: int) -> np.ndarray:
    """A recording with the pauses of a call around it."""
    samples = np.frombuffer(list(recorded_lines().values())[number], "<i2")[::2]
    return np.concatenate([samples, np.zeros(16000, np.int16)])


def told(data: bytes) -> Encoding | None:
    detector = CompandingDetector()
    return next(filter(None, (detector.feed(data[at : at + 160]) for at in range(0, len(data), 160))), None)


@pytest.mark.parametrize("encoding", [Encoding.ALAW, Encoding.MULAW])
@pytest.mark.parametrize("noise", [0, 30])
def test_a_trunk_without_linear_is_told_by_its_bytes(encoding: Encoding, noise: int) -> None:
    dice = np.random.default_rng(1)
    samples = line(0) + dice.integers(-noise, noise + 1, len(line(0)))
    assert told(codes(samples, encoding)) is encoding


@pytest.mark.parametrize("number", range(0, 30, 6))
@pytest.mark.parametrize("noise", [0, 1, 3, 30, 1000])
def test_speech_pauses_and_noise_in_samples_are_samples(number: int, noise: int) -> None:
    dice = np.random.default_rng(1)
    samples = line(number) + dice.integers(-noise, noise + 1, len(line(number)))
    assert told(np.clip(samples, -32768, 32767).astype("<i2").tobytes()) is None


@pytest.mark.parametrize("value", [0, -1, 1, -300, -32768, 32767])
def test_a_constant_is_no_trunk(value: int) -> None:
    assert told(np.full(LOOK_BYTES, value, "<i2").tobytes()) is None


@pytest.mark.parametrize("encoding", [Encoding.ALAW, Encoding.MULAW])
@pytest.mark.parametrize("number", range(0, 30, 5))
def test_speech_without_a_pause_tells_too(encoding: Encoding, number: int) -> None:
    """A line that sends nothing while nobody speaks has no pauses to be told by."""
    samples = np.frombuffer(list(recorded_lines().values())[number], "<i2")[::2].astype(int)
    blocks = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    spoken = blocks[np.abs(blocks).mean(axis=1) > 700].reshape(-1)
    assert len(spoken) > 6000
    assert told(codes(spoken, encoding)) is encoding


def test_what_is_known_to_be_linear_is_looked_at_no_more() -> None:
    detector = CompandingDetector()
    speech = np.concatenate([line(number) for number in range(3)]).astype("<i2").tobytes()
    for at in range(0, len(speech), 320):
        assert detector.feed(speech[at : at + 320]) is None
    assert detector.settled


@pytest.mark.parametrize("hz", [200, 440, 1000, 2100, 3000])
def test_tones_are_samples(hz: int) -> None:
    """Fax machines and keys whistle."""
    tone = (9000 * np.sin(2 * np.pi * hz * np.arange(24000) / 8000)).astype("<i2").tobytes()
    assert told(tone) is None
