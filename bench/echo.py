"""Whether the bot answers itself over a line with echo, and whether callers can still interrupt it.

Usage: python -m bench.echo [--calls 100] [--seed 1] [--callers FOLDER] [--every]

Offline: no network, no recogniser. Each call goes frame by frame through the real echo guard, voice detector and rules of
turn-taking. The bot speaks with espeak-ng and with the recorded voice of tests/calls/speech; callers are other recordings of it, and
those of --callers (any audio files). The line returns what was played at -6 to -50 dB after 60 to 400 ms: flat, through a hybrid
or a small room, as A-law; with and without noise of -50 and -40 dB of full scale; in a fifth of the calls a frame is put in
meanwhile, so that the delay hops.

  self-answers  calls without a caller in which the bot fell silent for itself. Goal: 0 of 100.
  began         such calls in which an utterance was thought to begin; without words the bot goes on, so nobody notices.
  recall        calls with a caller as loud as the bot in which it fell silent within 0.6 s. Goal: 95 %.
  silent after  from the first sample of the caller's voice to the pause.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import numpy.typing as npt

from asr.audio import read_clip
from bench.figures import markdown, percentile
from bench.machine import machine
from gateway.audio.pcm import Resampler
from gateway.tts.espeak import EspeakSynthesizer
from gateway.tts.synthesizer import SpeechRequest
from gateway.voice.echo_guard import EchoGuard
from gateway.voice.turn_events import PauseSpeech, ResumeSpeech, SpeechEnded, SpeechStarted, Tick, Voice
from gateway.voice.turn_taking import TurnTaking
from gateway.voice.voice_detector import VERDICT_S, SileroDetector

Floats = npt.NDArray[np.float64]

RATE_HZ = 8000
FRAME = RATE_HZ // 50
SPEECH = Path(__file__).resolve().parent.parent / "tests" / "calls" / "speech"
SENTENCES = (
    "您好，这里是明州市12345热线，我是智能客服，请问有什么可以帮您？您可以直接说，也可以说转人工。",
    "好的，请您说一下地址，比如哪个区、哪条路、几号，或者附近有什么标志。",
    "您反映的内容是小区里的垃圾没有人清理，地点是和平路八十八号，对吗？",
)
LEVELS_DB = (-6, -12, -18, -26, -36, -50)
NOISES_DB = (None, -50, -40)
ROOMS = ("flat", "hybrid", "room")
BOT_DB = CALLER_DB = -20.0
# Longer than this and the caller has noticed that he is not heard.
STOPPED_S = 0.6


@dataclass(frozen=True, kw_only=True)
class Line:
    """What comes back of what is played. Levels in dB: of the echo against the sound, of the noise against full scale."""

    level_db: float
    delay_s: float
    noise_db: float | None = None
    room: str = "flat"
    # Moments at which a frame of silence is put in.
    hops: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one call was like. `stopped_after_s`: from the caller's first sample; None: the bot spoke on."""

    paused: bool
    longest_voice_s: float
    stopped_after_s: float | None
    guard_s: float
    frames: int


def at_level(samples: Floats, level_db: float) -> Floats:
    """With this power, in dB of full scale."""
    return samples / np.sqrt(np.mean(samples**2)) * 10 ** (level_db / 20)


def onset(samples: Floats) -> Floats:
    """From the first sample that is heard."""
    return samples[int(np.argmax(np.abs(samples) > 0.02)) :]


def over(samples: Floats) -> bytes:
    return (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()


def alaw(samples: Floats) -> Floats:
    """As the eight bits of ITU-T G.711 leave it."""
    x, a = np.clip(samples, -1, 1), 87.6
    size = np.abs(x)
    curve = np.where(size < 1 / a, a * size, 1 + np.log(np.maximum(a * size, 1))) / (1 + np.log(a))
    curve = np.round(curve * 127) / 127 * (1 + np.log(a))
    return np.sign(x) * np.where(curve < 1, curve / a, np.exp(curve - 1) / a)


def answer_of(room: str, dice: np.random.Generator) -> Floats:
    """What one sample becomes on its way back, with the power of one."""
    if room == "flat":
        return np.ones(1)
    length, decay = (40, 8) if room == "hybrid" else (800, 160)
    tail = dice.normal(size=length) * np.exp(-np.arange(length) / decay)
    tail /= np.sqrt(np.sum(tail**2))
    if room == "room":
        tail[0] += 1.0
    return tail / np.sqrt(np.sum(tail**2))


def heard_of(line: Line, played: Floats, caller: Floats | None, at_s: float, seed: int) -> Floats:
    dice = np.random.default_rng(seed)
    echo = np.convolve(played, answer_of(line.room, dice))[: len(played)] * 10 ** (line.level_db / 20)
    heard = np.concatenate([np.zeros(int(line.delay_s * RATE_HZ)), echo])
    for hop_s in line.hops:
        place = int(hop_s * RATE_HZ) // FRAME * FRAME
        heard = np.concatenate([heard[:place], np.zeros(FRAME), heard[place:]])
    heard = heard[: len(played)]
    if caller is not None:
        begin = int(at_s * RATE_HZ)
        room = min(len(caller), len(heard) - begin)
        heard[begin : begin + room] += caller[:room]
    if line.noise_db is not None:
        heard = heard + dice.normal(size=len(heard)) * 10 ** (line.noise_db / 20)
    return alaw(heard)


def through(line: Line, bot: Floats, caller: Floats | None = None, at_s: float = 0.0, seed: int = 1) -> Found:
    """One call: the bot says `bot`, the caller speaks from `at_s` on."""
    played = np.concatenate([bot, np.zeros(RATE_HZ)])
    heard = heard_of(line, played, caller, at_s, seed)
    guard, detector, rules = EchoGuard(RATE_HZ), SileroDetector(RATE_HZ), TurnTaking(0.0)
    rules.receive(SpeechStarted(), 0.0)
    paused: list[float] = []
    longest = guard_s = 0.0
    began = last = -1.0
    ends = len(bot) // FRAME
    for frame in range(len(played) // FRAME):
        now = (frame + 1) * FRAME / RATE_HZ
        piece = slice(frame * FRAME, (frame + 1) * FRAME)
        begun = time.thread_time()
        guard.played(over(played[piece]) if frame <= ends else None)
        callers = guard.hear(over(heard[piece]))
        guard_s += time.thread_time() - begun
        commands = []
        verdicts = detector.hear(callers)
        for later, active in zip(range(len(verdicts) - 1, -1, -1), verdicts, strict=True):
            commands += rules.receive(Voice(active=active, ago_s=later * VERDICT_S), now)
            if active:
                began = now if now - last > 0.16 else began
                last = now
                longest = max(longest, now - began)
        commands += rules.receive(SpeechEnded() if frame == ends else Tick(), now)
        for command in commands:
            if isinstance(command, PauseSpeech):
                paused.append(now)
            elif isinstance(command, ResumeSpeech):
                rules.receive(SpeechStarted(), now)
    after = [at for at in paused if caller is not None and at >= at_s]
    return Found(
        paused=bool(paused),
        longest_voice_s=longest,
        stopped_after_s=after[0] - at_s if after else None,
        guard_s=guard_s,
        frames=len(played) // FRAME,
    )


# -- many calls ---------------------------------------------------------------------------------------


def narrow(samples: npt.NDArray[np.int16]) -> Floats:
    return np.frombuffer(Resampler(16000, RATE_HZ).feed(samples.tobytes(), last=True), "<i2") / 32768


def recorded(folder: Path) -> list[Floats]:
    files = sorted(
        file for file in folder.iterdir() if file.suffix in (".ogg", ".wav", ".opus", ".flac", ".mp3")
    )
    return [narrow(read_clip(file).samples) for file in files]


async def bots() -> list[Floats]:
    engine = EspeakSynthesizer()
    spoken = []
    for text in SENTENCES:
        pcm = b"".join([piece async for piece in engine.stream(SpeechRequest(text=text))])
        spoken.append(np.frombuffer(Resampler(engine.rate_hz, RATE_HZ).feed(pcm, last=True), "<i2") / 32768)
    await engine.aclose()
    pause = np.zeros(RATE_HZ // 4)
    lines = recorded(SPEECH)
    spoken += [
        np.concatenate([lines[at], pause, lines[at + 1], pause, lines[at + 2]]) for at in range(0, 9, 3)
    ]
    return [at_level(one, BOT_DB) for one in spoken]


def some_line(dice: random.Random, level_db: float) -> Line:
    hops = (dice.uniform(2, 5),) if dice.random() < 0.2 else ()
    return Line(
        level_db=level_db,
        delay_s=dice.uniform(0.06, 0.4),
        noise_db=dice.choice(NOISES_DB),
        room=dice.choice(ROOMS),
        hops=hops,
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=100, help="of each kind (default 100)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--callers", type=Path, help="a folder with more recordings of callers")
    parser.add_argument("--every", action="store_true", help="also print every call that went wrong")
    given = parser.parse_args()
    dice = random.Random(given.seed)
    spoken = asyncio.run(bots())
    people = recorded(SPEECH)[9:] + (recorded(given.callers) if given.callers else [])
    people = [onset(at_level(one, CALLER_DB)) for one in people if len(one) > RATE_HZ]
    alone: dict[float, list[Found]] = {level: [] for level in LEVELS_DB}
    both: dict[float, list[Found]] = {level: [] for level in LEVELS_DB}
    for number in range(given.calls):
        level = LEVELS_DB[number % len(LEVELS_DB)]
        line, bot = some_line(dice, level), dice.choice(spoken)
        alone[level].append(found := through(line, bot, seed=number))
        if given.every and found.paused:
            print(f"answered itself: {line}", flush=True)
        line, bot, at_s = some_line(dice, level), dice.choice(spoken), dice.uniform(1, 4)
        both[level].append(found := through(line, bot, dice.choice(people), at_s, seed=number))
        if given.every and not within(found):
            print(f"spoke on for {found.stopped_after_s}: {line}", flush=True)
    print(machine())
    print(f"\n{given.calls} calls of each kind, seed {given.seed}.\n")
    print(markdown(COLUMNS, [*(row(f"{level} dB", alone[level], both[level]) for level in LEVELS_DB),
                             row("all", sum(alone.values(), []), sum(both.values(), []))]))  # fmt: skip
    return 0


COLUMNS = (
    "echo", "self-answers", "began", "recall", "silent after p50 / p95 ms", "guard ms a frame",
)  # fmt: skip


def within(found: Found) -> bool:
    return found.stopped_after_s is not None and found.stopped_after_s <= STOPPED_S


def row(name: str, alone: Sequence[Found], both: Sequence[Found]) -> list[str]:
    after = [one.stopped_after_s for one in both if one.stopped_after_s is not None]
    frames = sum(one.frames for one in [*alone, *both])
    p50, p95 = (f"{percentile(after, p) * 1000:.0f}" if after else "–" for p in (50, 95))
    return [
        name,
        f"{sum(one.paused for one in alone)} of {len(alone)}",
        f"{sum(one.longest_voice_s >= 0.2 for one in alone)}",
        f"{sum(map(within, both))} of {len(both)}",
        f"{p50} / {p95}",
        f"{sum(one.guard_s for one in [*alone, *both]) / max(frames, 1) * 1000:.2f}",
    ]


if __name__ == "__main__":
    sys.exit(main())
