"""Speakers at the speech server, in real time: how late its texts are, and how many it keeps up with.

They speak vosk-server's protocol as the hotline does: 200 ms a message, whether answers have come or not, and `reset` with
the last word. Delays count from the moment when the audio has been spoken, so a message that waits to be sent is late too.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import orjson
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from asr.audio import RATE_HZ, Int16, read_clip
from asr.choice import WHISPER, Choice, Engine, choose
from asr.errors import AudioError, ModelError
from asr.models import ModelStore
from asr.transcribe import read_manifest, thinned
from bench.figures import Answer, falls_behind, loud, next_level, partial_delays, percentile, trimmed
from gateway.audio.pcm import Resampler
from gateway.voice.transcriber import MESSAGE_S

# Somebody takes a breath between two recordings.
BREATH_S = 0.6
# Without an answer for so long the server is lost, and so is real time.
ANSWER_S = 60.0
_RESET = '{"reset" : 1}'


@dataclass(frozen=True)
class Heard:
    """One recording: what came for each message of it, and how long after its last word the final text did."""

    answers: list[Answer]
    final_s: float


@dataclass
class Round:
    """So many speakers at once. `cpu_s` is what the server used meanwhile, over all its processes."""

    streams: int
    heard: list[list[Heard]] = field(default_factory=list)
    audio_s: float = 0.0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    # How late the speakers themselves were; what is measured cannot be better than that.
    late_s: list[float] = field(default_factory=list)
    broken: str = ""

    @property
    def finals_s(self) -> list[float]:
        return [one.final_s for stream in self.heard for one in stream]

    @property
    def partials_s(self) -> list[float]:
        return [delay for stream in self.heard for one in stream for delay in partial_delays(one.answers)]

    def lost(self, bound_s: float) -> str:
        """Why this is no real time any more; empty if it is."""
        if self.broken:
            return self.broken
        final_s = percentile(self.finals_s, 95)
        if final_s is None:
            return "no final text"
        if final_s > bound_s:
            return f"p95 of final texts is {final_s:.1f} s"
        behind = sum(
            falls_behind([a for one in stream for a in one.answers], MESSAGE_S) for stream in self.heard
        )
        return f"{behind} of {self.streams} streams fall behind" if behind else ""


def recordings(manifest: Path, rate_hz: int, most: int) -> list[Int16]:
    """Spread evenly over the manifest, without the silence at their ends.

    Raises:
        AsrError: the manifest is none, or nothing in it can be read.
    """
    found = []
    for line in thinned(read_manifest(manifest), most):
        samples = trimmed(read_clip(line.path).samples, RATE_HZ)
        if len(samples):
            at_rate = Resampler(RATE_HZ, rate_hz).feed(samples.astype("<i2").tobytes(), last=True)
            found.append(np.frombuffer(at_rate, "<i2"))
    if not found:
        raise AudioError(f"{manifest}: all recordings are silent")
    return found


def listeners(store: ModelStore, named: Sequence[str]) -> list[tuple[Choice, str]]:
    """What can be measured here, and the model's name: every model, and two passes for every Vosk model beside Whisper.

    Raises:
        ModelError: one of those that are named is not here.
    """
    names = named or [path.name for path in sorted(store.folder.glob("[!.]*")) if path.is_dir()]
    found = []
    for name in names:
        entry = store.registry.find(name)
        try:
            if not named and entry and entry.language != "zh":
                continue
            kind, checked = store.engine(name), store.check(name, sums=False)
            if not checked.sound:
                raise ModelError(f"{name} is broken: {checked.faults[0]}")
            found.append((choose(store, Engine(kind), name), name))
            if kind == "vosk" and store.path(WHISPER):
                found.append((choose(store, Engine.TWO_PASS, name), name))
        except ModelError:
            if named:
                raise
    return found


# What a server asks for beside the address.
Headers = Mapping[str, str] | None


class Speaker:
    """One connection, one recording after another."""

    def __init__(self, url: str, rate_hz: int, found: Round, headers: Headers = None) -> None:
        self._url = url
        self._headers = headers
        self._rate_hz = rate_hz
        self._round = found
        self._heard: list[Heard] = []

    async def speak(self, clips: Iterator[Int16], until_s: float) -> None:
        """Begin no recording after `until_s`, but at least one."""
        self._round.heard.append(self._heard)
        async with connect(
            self._url, compression=None, proxy=None, open_timeout=ANSWER_S, additional_headers=self._headers
        ) as socket:
            await socket.send(orjson.dumps({"config": {"sample_rate": self._rate_hz}}).decode())
            while not self._heard or time.perf_counter() < until_s:
                silence = np.zeros(int(BREATH_S * self._rate_hz), dtype="<i2")
                self._heard.append(await self._say(socket, np.concatenate([silence, next(clips)])))

    async def _say(self, socket: ClientConnection, samples: Int16) -> Heard:
        size = int(MESSAGE_S * self._rate_hz)
        messages = [samples[start : start + size] for start in range(0, len(samples), size)]
        began = time.perf_counter()
        asked: deque[tuple[float, bool]] = deque()
        listening = asyncio.create_task(self._listen(socket, asked, len(messages)))
        spoken = 0
        try:
            for message in messages:
                spoken += len(message)
                due_s = began + spoken / self._rate_hz
                await asyncio.sleep(max(due_s - time.perf_counter(), 0))
                self._round.late_s.append(time.perf_counter() - due_s)
                asked.append((due_s, loud(message)))
                await socket.send(message.astype("<i2").tobytes())
            await socket.send(_RESET)
            answers, final_s = await listening
        except WebSocketException:
            # What the server said before it hung up tells more.
            await listening
            raise
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        self._round.audio_s += len(samples) / self._rate_hz
        return Heard(answers, final_s - due_s)

    async def _listen(
        self, socket: ClientConnection, asked: deque[tuple[float, bool]], messages: int
    ) -> tuple[list[Answer], float]:
        """One answer for each message, in order, and one for the end."""
        answers = []
        for _ in range(messages):
            text, got_s = await self._text(socket)
            due_s, voice = asked.popleft()
            answers.append(Answer(due_s, got_s, text, voice))
        return answers, (await self._text(socket))[1]

    async def _text(self, socket: ClientConnection) -> tuple[str, float]:
        async with asyncio.timeout(ANSWER_S):
            answer = orjson.loads(await socket.recv())
        if "error" in answer:
            raise EOFError(str(answer["error"]))
        return str(answer.get("partial") or answer.get("text") or ""), time.perf_counter()


async def together(
    url: str,
    clips: Sequence[Int16],
    rate_hz: int,
    streams: int,
    for_s: float,
    pid: int,
    headers: Headers = None,
) -> Round:
    """So many speakers for so long."""
    found = Round(streams)
    before, began = used(pid), time.perf_counter()

    async def one(number: int) -> None:
        # People do not begin in step.
        await asyncio.sleep(random.uniform(0, min(streams * 0.1, 3.0)))
        own = itertools.islice(itertools.cycle(clips), number, None)
        await Speaker(url, rate_hz, found, headers).speak(own, began + for_s)

    tasks = [asyncio.create_task(one(number)) for number in range(streams)]
    try:
        await asyncio.gather(*tasks)
    except (OSError, EOFError, TimeoutError, WebSocketException) as error:
        found.broken = f"the server gave up: {str(error) or type(error).__name__}"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    found.wall_s, found.cpu_s = time.perf_counter() - began, used(pid) - before
    return found


async def as_fast_as_it_goes(
    url: str, clips: Sequence[Int16], rate_hz: int, headers: Headers = None
) -> float:
    """One stream, each message as soon as the one before is answered: seconds for a second of audio. The first recording
    is heard twice, for the server to get warm."""
    size = int(MESSAGE_S * rate_hz)
    took_s = audio_s = 0.0
    async with connect(
        url, compression=None, proxy=None, open_timeout=ANSWER_S, additional_headers=headers
    ) as socket:
        await socket.send(orjson.dumps({"config": {"sample_rate": rate_hz}}).decode())
        for number, clip in enumerate([clips[0], *clips]):
            began = time.perf_counter()
            async with asyncio.timeout(ANSWER_S + 10 * len(clip) / rate_hz):
                for start in range(0, len(clip), size):
                    await socket.send(clip[start : start + size].astype("<i2").tobytes())
                    await socket.recv()
                await socket.send(_RESET)
                await socket.recv()
            if number:
                took_s += time.perf_counter() - began
                audio_s += len(clip) / rate_hz
    return took_s / audio_s


async def most_streams(
    url: str,
    clips: Sequence[Int16],
    rate_hz: int,
    *,
    pid: int,
    bound_s: float,
    for_s: float,
    most: int,
    headers: Headers = None,
) -> tuple[Round, Round | None, str]:
    """The round of one stream, that of the most which were heard in real time (None: not even one), and what went wrong
    with more (empty: nothing, more were not tried).

    So many are lost only when they are lost twice: whatever else a machine does for a second would halve what is found.
    """
    alone: Round | None = None
    best: Round | None = None
    lost: int | None = None
    why = ""
    while (streams := next_level(best.streams if best else 0, lost, most)) is not None:
        found = await together(url, clips, rate_hz, streams, for_s, pid, headers)
        if found.lost(bound_s):
            found = await together(url, clips, rate_hz, streams, for_s, pid, headers)
        alone = alone or found
        if wrong := found.lost(bound_s):
            lost, why = streams, f"{streams}: {wrong}"
        else:
            best = found
    assert alone is not None
    return alone, best, why


def used(pid: int) -> float:
    """Seconds of processor time, with the process's children."""
    process = psutil.Process(pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return float(sum(one.user + one.system for one in times))
