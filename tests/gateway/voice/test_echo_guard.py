"""The guard against the bot's own voice, on speech: espeak-ng is the bot, recordings are callers. bench/echo.py tries many more."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from bench.echo import RATE_HZ, Line, at_level, onset, over, through
from gateway.audio.pcm import Resampler
from gateway.voice.echo_guard import EchoGuard
from tests.spoken import recorded_lines, speech

Floats = npt.NDArray[np.float64]
BOT = "您好，这里是明州市12345热线，我是智能客服，请问有什么可以帮您？也可以说转人工。"


async def bot() -> Floats:
    return at_level(np.frombuffer(await speech(BOT, RATE_HZ), "<i2") / 32768, -20)


def caller(number: int) -> Floats:
    line = Resampler(16000, RATE_HZ).feed(list(recorded_lines().values())[number], last=True)
    return onset(at_level(np.frombuffer(line, "<i2") / 32768, -20))


@pytest.mark.parametrize("level_db", [-6, -12, -26, -36, -50])
@pytest.mark.parametrize("delay_s", [0.06, 0.15, 0.4])
async def test_the_bots_own_voice_is_nobody(level_db: float, delay_s: float) -> None:
    found = through(Line(level_db=level_db, delay_s=delay_s), await bot())
    assert not found.paused
    assert found.longest_voice_s < 0.2


@pytest.mark.parametrize("noise_db", [-50, -40])
async def test_noise_does_not_hide_the_echo(noise_db: float) -> None:
    found = through(Line(level_db=-30, delay_s=0.1, noise_db=noise_db), await bot())
    assert not found.paused


async def test_a_delay_that_hops_by_a_frame_is_still_an_echo() -> None:
    found = through(Line(level_db=-12, delay_s=0.15, hops=(3.0, 5.0)), await bot())
    assert not found.paused


@pytest.mark.parametrize("level_db", [-6, -18, -50])
async def test_a_caller_as_loud_as_the_bot_stops_it(level_db: float) -> None:
    found = through(Line(level_db=level_db, delay_s=0.15), await bot(), caller(3), 3.0)
    assert found.stopped_after_s is not None
    assert found.stopped_after_s < 0.6


async def test_who_speaks_while_nothing_is_played_is_heard_untouched() -> None:
    guard, pcm = EchoGuard(RATE_HZ), over(caller(1))
    heard = b""
    for at in range(0, len(pcm), 320):
        guard.played(None)
        heard += guard.hear(pcm[at : at + 320])
    assert heard == pcm[: len(heard)]
    assert len(pcm) - len(heard) < 320


async def test_a_line_that_is_silent_for_a_while_is_guarded_afterwards() -> None:
    """Silence suppression: frames stop and come again, so they cannot be counted against those that left."""
    played = over(await bot())
    guard, delay, passed = EchoGuard(RATE_HZ), 8 * 320, 0
    for at in range(0, len(played) - 320, 320):
        guard.played(played[at : at + 320])
        if 30 < at // 320 < 80 or at < delay:
            continue
        echo = np.frombuffer(played[at - delay : at - delay + 320], "<i2") // 4
        left = np.frombuffer(guard.hear(echo.astype("<i2").tobytes()), "<i2").astype(float)
        passed += bool(len(left)) and np.abs(left).max() > 300
    assert passed < 10


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_no_jitter_breaks_it_and_no_sound_is_made_up(seed: int, rate_hz: int) -> None:
    """Frames come and go in any order and size, with an echo at any delay."""
    dice = np.random.default_rng(seed)
    size = rate_hz // 50
    guard, given, got = EchoGuard(rate_hz), 0, 0
    sent: list[Floats] = [np.zeros(size)] * 5
    for _ in range(400):
        for _ in range(int(dice.integers(0, 3))):
            frame = dice.normal(size=size) * 3000
            sent.append(frame)
            guard.played(frame.astype("<i2").tobytes() if dice.random() < 0.9 else None)
        for _ in range(int(dice.integers(0, 3))):
            echo = sent[-1 - int(dice.integers(0, 2)) * int(dice.integers(0, 5))] / 2
            pcm = echo.astype("<i2").tobytes()[: 2 * int(dice.integers(1, size + 1))]
            given += len(pcm)
            got += len(guard.hear(pcm))
            assert got <= given + 3 * 2 * size
    assert got >= given - 4 * 2 * size
