"""What hearing callers costs the gateway's event loop: echo guard and voice detector, for sixty calls.

Usage: python -m bench.hearing_cost [--calls 60] [--seconds 20] [--seed 1]

Offline, as fast as it goes; processor time is counted, so that other work on the machine changes little. In each call the bot
speaks (a recorded voice, with an echo at -30 dB), then the caller (another recording), then nobody, over a line with noise.

  ms a second   processor time for one second of one call
  calls a core  how many calls at once would take 60 % of a core with hearing alone; goal 60
  asked         share of the pieces of 32 ms that the model was asked about
  missed        share of the caller's loud pieces that the gate kept from being heard as voice, against asking about all
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import numpy.typing as npt

from asr.audio import RATE_HZ as CLIP_HZ
from asr.audio import read_clip
from bench.figures import markdown
from bench.machine import machine
from gateway.audio.pcm import Resampler
from gateway.voice.echo_guard import EchoGuard
from gateway.voice.line import FRAME_S
from gateway.voice.voice_detector import SileroDetector

RATE_HZ = 8000
FRAME = round(RATE_HZ * FRAME_S)
SPEECH = Path(__file__).resolve().parent.parent / "tests" / "calls" / "speech"
# Of the time: the bot speaks, the caller speaks, nobody does.
SHARES = (0.4, 0.35, 0.25)

Floats = npt.NDArray[np.float64]


@dataclass
class Heard:
    verdicts: list[bool]
    seconds: float
    asked: int


def _at_rate(path: Path) -> Floats:
    clip = read_clip(path)
    samples = Resampler(CLIP_HZ, RATE_HZ).feed(clip.samples.astype("<i2").tobytes(), last=True)
    return np.frombuffer(samples, "<i2").astype(np.float64)


def voices() -> list[Floats]:
    found = sorted(path for path in SPEECH.rglob("*") if path.suffix in (".wav", ".flac", ".opus", ".ogg"))
    clips = [_at_rate(path) for path in found[:12]]
    if not clips:
        sys.exit(f"no recordings in {SPEECH}")
    return [clip / max(np.abs(clip).max(), 1.0) * 9000 for clip in clips]


def call(
    rng: np.random.Generator, clips: list[Floats], seconds: float, noise_db: float
) -> tuple[Floats, Floats]:
    """What is played and what comes in."""
    length = int(seconds * RATE_HZ)
    played, heard = np.zeros(length), np.zeros(length)
    bot, caller = (clips[int(rng.integers(len(clips)))] for _ in range(2))
    first, second = int(SHARES[0] * length), int((SHARES[0] + SHARES[1]) * length)
    played[:first] = np.resize(bot, first)
    heard[first:second] = np.resize(caller, second - first)
    delay = int(0.15 * RATE_HZ)
    heard[delay : first + delay] += played[:first] * 10 ** (-30 / 20)
    return played, heard + rng.normal(0, 32768 * 10 ** (noise_db / 20), length)


def hear(played: Floats, heard: Floats, detector: SileroDetector) -> Heard:
    guard = EchoGuard(RATE_HZ)
    frames = [
        tuple(
            np.clip(sound[at : at + FRAME], -32768, 32767).astype("<i2").tobytes()
            for sound in (played, heard)
        )
        for at in range(0, len(heard) - FRAME + 1, FRAME)
    ]
    verdicts: list[bool] = []
    began = time.process_time()
    for out, back in frames:
        guard.played(out)
        verdicts += detector.hear(guard.hear(back))
    return Heard(verdicts, time.process_time() - began, detector.asked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng, clips = np.random.default_rng(options.seed), voices()
    rows = []
    for noise_db in (-70, -50, -40):
        spent = {True: 0.0, False: 0.0}
        asked = {True: 0, False: 0}
        pieces = voiced = missed = 0
        for _ in range(options.calls):
            sounds = call(rng, clips, options.seconds, noise_db)
            found = {}
            for gated in spent:
                found[gated] = hear(*sounds, SileroDetector(RATE_HZ, gated=gated))
                spent[gated] += found[gated].seconds
                asked[gated] += found[gated].asked
            some, every = found[True].verdicts, found[False].verdicts
            pieces += len(every)
            voiced += sum(every)
            missed += sum(e and not g for g, e in zip(some, every, strict=True))
        for name, gated in (("gated", True), ("asks about all", False)):
            ms = 1000 * spent[gated] / (options.calls * options.seconds)
            rows.append(
                [
                    f"{noise_db} dB", name, f"{ms:.1f}", f"{600 / ms:.0f}", f"{100 * asked[gated] / pieces:.0f} %",
                    f"{100 * missed / voiced:.1f} %" if gated else "-",
                ]
            )  # fmt: skip
    print(machine())
    print(markdown(["noise", "detector", "ms a second", "calls a core", "asked", "missed"], rows))


if __name__ == "__main__":
    main()
