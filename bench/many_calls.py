"""What many calls at once cost the gateway: its share of a core, and how late the frames are that callers get.

Usage: python -m bench.many_calls [--calls 20,60] [--seconds 40] [--against CHECKOUT] [--noise -50] [--echo -36]

Real AudioSocket connections, line, guard, detector, rules, playback and speech client, on uvloop as in production; the conversation
(a greeting, then an answer to all that is said), the voice (a recording) and the recogniser (which writes one sentence) are
stand-ins, the latter and the callers in processes of their own. A caller listens for two seconds, speaks for three, listens again, and so on,
over a line with noise and an echo. With --against the same is measured with the code of another checkout, in turns.

  gateway   processor time of the process with the calls, as share of one core; `loop` that of its event loop alone. Goal: 60 % at 60
  late      frames that came more than 40 ms after their beat, of all; `worst` in ms, 99.9 % in ms. Goal: none
  lost      frames of callers that the gateway left out
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path

# The server runs from the checkout that it measures.
sys.path.insert(0, os.environ.get("BENCH_CHECKOUT") or str(Path(__file__).resolve().parent.parent))

import numpy as np
import uvloop
from websockets.asyncio.server import ServerConnection, serve

from asr.audio import read_clip
from asr.resampling import StreamResampler
from gateway.channels.phone.audiosocket import encode_audio, encode_call_id
from gateway.channels.phone.line import PhoneLine
from gateway.channels.phone.server import PhoneServer
from gateway.voice.call import Call, CallTools
from gateway.voice.dialogue import OwnerNow, ToSay
from gateway.voice.transcriber import VoskTranscriber

HERE = Path(__file__).resolve().parent.parent
RATE_HZ = 8000
FRAME = 160
FRAME_S = 0.02
LATE_S = 0.04
# Until everybody is connected and greeted.
SETTLES_S = 6.0
LISTENS_S, SPEAKS_S = 2.0, 3.0
SPEECH = HERE / "tests" / "calls" / "speech"
# Mean amplitude of a message in which the recogniser hears words.
LOUD = 300.0
WORDS = "学院路的路灯坏了"
SENTENCE = "学院路五十八号的路灯坏了，晚上走路很危险，请你们派人来修一修，谢谢。"


def _recording(number: int) -> np.ndarray:
    clip = read_clip(SPEECH / f"{number:02}.opus").samples
    stream = StreamResampler(16000, RATE_HZ)
    return np.concatenate([stream.feed(clip), stream.finish()])


# -- the gateway --------------------------------------------------------------------------------------


class _Talk:
    """Greets, and answers all that is said."""

    def __init__(self) -> None:
        self._news: asyncio.Queue[ToSay | OwnerNow] = asyncio.Queue()
        self._seq = 1

    async def begin(self) -> ToSay:
        return ToSay(text=SENTENCE, seq=1, public=True)

    async def say(self, text: str) -> None:
        self._seq += 1
        self._news.put_nowait(ToSay(text=SENTENCE, seq=self._seq, public=True))

    async def next(self) -> ToSay | OwnerNow:
        return await self._news.get()

    async def cut_off(self, seq: int, heard: str) -> None:
        return

    async def end(self) -> None:
        return


class _Voice:
    def __init__(self) -> None:
        self._pcm = np.concatenate([_recording(n) for n in (1, 2)]).astype("<i2").tobytes()

    async def stream(self, request: object, rate_hz: int) -> AsyncGenerator[bytes, None]:
        for at in range(0, len(self._pcm), 8000):
            yield self._pcm[at : at + 8000]


def _detectors():  # type: ignore[no-untyped-def]
    """What makes the detector of a call: that of all calls, or, in older checkouts, one for each."""
    try:
        from gateway.voice.voice_detector import SharedSilero
    except ImportError:
        from gateway.voice.voice_detector import SileroDetector

        return SileroDetector
    return SharedSilero().detector


async def _gateway(ears: str) -> None:
    voice, detector = _Voice(), _detectors()
    lines: list[PhoneLine] = []
    # The log goes to standard output, which here is for the figures.
    told, sys.stdout = sys.stdout, io.StringIO()

    async def handle(line: PhoneLine) -> None:
        lines.append(line)
        tools = CallTools(
            dialogue=_Talk(),
            transcriber=await VoskTranscriber.open(ears, line.rate_hz),
            detector=detector(line.rate_hz),
            voices=voice,
        )
        await Call(line, tools).run()

    server = PhoneServer(handle, max_calls=1000)
    print(await server.start("127.0.0.1", 0), file=told, flush=True)
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while await reader.readline():
        used = resource.getrusage(resource.RUSAGE_SELF)
        found = (
            used.ru_utime + used.ru_stime,
            time.thread_time(),
            time.monotonic(),
            sum(line.lost_heard for line in lines),
        )
        print(json.dumps(found), file=told, flush=True)
    await server.aclose(0.1)


# -- the recogniser -----------------------------------------------------------------------------------


async def _ears() -> None:
    async def hear(socket: ServerConnection) -> None:
        heard = False
        async for message in socket:
            if isinstance(message, bytes):
                heard = heard or np.abs(np.frombuffer(message, "<i2")).mean() > LOUD
                await socket.send(json.dumps({"partial": WORDS if heard else ""}))
            elif "reset" in message:
                await socket.send(json.dumps({"text": WORDS if heard else ""}))
                heard = False

    async with serve(hear, "127.0.0.1", 0) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


# -- the callers --------------------------------------------------------------------------------------


class _Caller(asyncio.Protocol):
    """Sends what is said, with an echo of what comes and noise; notes when frames came."""

    def __init__(self, number: int, echo_db: float, noise_db: float) -> None:
        dice = np.random.default_rng(number)
        said = _SAID[number % len(_SAID)]
        self._said = np.resize(said, int(SPEAKS_S * RATE_HZ))
        self._noise = dice.normal(0, 32768 * 10 ** (noise_db / 20), 2 * RATE_HZ).astype(np.float32)
        self._gain = 10 ** (echo_db / 20)
        # 150 ms on the way.
        self._back = [np.zeros(FRAME, np.float32)] * 7
        self._rest = b""
        self.came: list[float] = []
        self._sent = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        transport.write(encode_call_id(uuid.uuid4()))  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while len(self._rest) >= 323:
            self.came.append(time.monotonic())
            self._back.append(np.frombuffer(self._rest[3:323], "<i2") * self._gain)
            self._rest = self._rest[323:]

    async def speak(self) -> None:
        loop = asyncio.get_running_loop()
        start, period = loop.time(), int((LISTENS_S + SPEAKS_S) / FRAME_S)
        while not self._transport.is_closing():
            await asyncio.sleep(max(start + self._sent * FRAME_S - loop.time(), 0))
            at = self._sent % period - int(LISTENS_S / FRAME_S)
            sound = self._noise[self._sent % 90 * FRAME :][:FRAME].copy()
            if at >= 0:
                sound += self._said[at * FRAME : (at + 1) * FRAME]
            if self._back:
                sound += self._back.pop(0)
            self._transport.write(encode_audio(np.clip(sound, -32768, 32767).astype("<i2").tobytes()))  # type: ignore[attr-defined]
            self._sent += 1


_SAID: list[np.ndarray] = []


async def _callers(port: int, calls: int, seconds: float, echo_db: float, noise_db: float) -> None:
    _SAID.extend(_recording(n) * 0.7 for n in range(5, 15))
    loop, callers = asyncio.get_running_loop(), []
    talking = []
    for number in range(calls):
        _, caller = await loop.create_connection(
            lambda number=number: _Caller(number, echo_db, noise_db), "127.0.0.1", port
        )
        callers.append(caller)
        talking.append(asyncio.create_task(caller.speak()))
        await asyncio.sleep(SETTLES_S / 2 / calls)
    await asyncio.sleep(SETTLES_S / 2)
    print("settled", flush=True)
    begins = time.monotonic()
    await asyncio.sleep(seconds)
    ends = time.monotonic()
    print("over", flush=True)
    late: list[float] = []
    for caller in callers:
        came = np.array([at for at in caller.came if begins <= at <= ends])
        # Its beat: the earliest that fits all frames.
        beat = came - np.arange(len(came)) * FRAME_S
        late += list(beat - np.percentile(beat, 1)) if len(came) else [seconds]
    found = np.array(late)
    print(json.dumps([int((found > LATE_S).sum()), len(found), *np.percentile(found, [99.9, 100]).tolist()]))
    for one in talking:
        one.cancel()


# -- both together ------------------------------------------------------------------------------------


def _start(role: str, *more: str, checkout: Path = HERE) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), "--role", role, *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "OPENBLAS_NUM_THREADS": "1",
            "BENCH_CHECKOUT": str(checkout),
            "PYTHONPATH": str(checkout),
        },
    )


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line:
        sys.exit(f"{process.args} ended")
    return line


def _asked(process: subprocess.Popen[str]) -> list[float]:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return list(json.loads(_said(process)))


def measured(name: str, checkout: Path, calls: int, options: argparse.Namespace) -> list[str]:
    with contextlib.ExitStack() as running:
        ears = running.enter_context(_start("ears"))
        gateway = running.enter_context(_start("gateway", f"ws://127.0.0.1:{_said(ears)}", checkout=checkout))
        port = _said(gateway)
        callers = running.enter_context(
            _start("callers", port, str(calls), str(options.seconds), str(options.echo), str(options.noise))
        )
        _said(callers)
        before = _asked(gateway)
        _said(callers)
        after = _asked(gateway)
        late, frames, most, worst = json.loads(_said(callers))
        callers.wait()
        for process in (gateway, ears):
            assert process.stdin is not None
            process.stdin.close()
        gateway.kill()
        ears.kill()
    passed = after[2] - before[2]
    return [
        name, str(calls), f"{100 * (after[0] - before[0]) / passed:.0f} %", f"{100 * (after[1] - before[1]) / passed:.0f} %",
        f"{late} of {frames}", f"{1000 * most:.0f} / {1000 * worst:.0f} ms", f"{after[3] - before[3]:.0f}",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", default="20,60")
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--against", type=Path, help="another checkout, measured in turns")
    parser.add_argument("--noise", type=float, default=-50.0, help="dB of full scale")
    parser.add_argument("--echo", type=float, default=-36.0, help="dB of what is played")
    parser.add_argument("--role", choices=["gateway", "ears", "callers"], help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    match options.role:
        case "gateway":
            uvloop.run(_gateway(options.rest[0]))
        case "ears":
            uvloop.run(_ears())
        case "callers":
            port, calls, *others = options.rest
            uvloop.run(_callers(int(port), int(calls), *map(float, others)))
        case _:
            from bench.figures import markdown
            from bench.machine import machine

            checkouts = {"ours": HERE} | ({"against": options.against} if options.against else {})
            rows = [
                measured(name, checkout, int(calls), options)
                for calls in options.calls.split(",")
                for name, checkout in checkouts.items()
            ]
            print(machine())
            print(markdown(["code", "calls", "gateway", "loop", "late", "99.9 % / worst", "lost"], rows))


if __name__ == "__main__":
    main()
