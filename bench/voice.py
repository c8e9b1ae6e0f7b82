"""How fast the hotline hears, answers and falls silent on the phone; how many speakers it keeps up with; whether it grows.

Usage: python -m bench.voice --only recognisers --manifest MANIFEST.tsv [--rate 8000] [--bound-s 1.0] [--model NAME ...]
                             [--against ws://127.0.0.1:2701 --against-pid PID]
       python -m bench.voice --only calls [--at-once 1,2,4] [--calls 10] [--sound FILE ...] [--address 127.0.0.1:9092]
       python -m bench.voice --only soak [--minutes 60]

Prints Markdown. Everything runs on this machine, the speakers beside what they measure, so leave it alone meanwhile.

  recognisers  Every speech model that is here, behind the speech server as calls reach it. Recordings of a manifest (TSV with
               the columns path and text) are spoken in real time by one stream, then by more and more, until final texts
               are late (--bound-s, p95) or streams fall behind. How well models hear is told by bench.accuracy.
  calls        A private copy of the hotline, or the running one that MINSHENG_* variables and --address name (stages need
               one of its MINSHENG_API_TOKENS). One unmeasured call warms it up.
  soak         The same hotline, one call after another. Growth counts from a tenth of the time on, when caches are warm.

--against measures another server of the same protocol in the same run, with the same recordings. The original
vosk-server is not in the package index; its websocket/asr_server.py is started by hand, with the same model:

    pip install vosk 'websockets<14'
    VOSK_SERVER_PORT=2701 python asr_server.py MODEL-FOLDER & echo $!
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import secrets
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import psutil

from asr.audio import RATE_HZ, read_clip
from asr.choice import Choice
from asr.errors import AsrError
from bench.calling import Hotline, Measured, Soaked, at_once, listening_at, soak
from bench.figures import markdown, milliseconds, percentile, spread, trimmed
from bench.handoff import Part
from bench.hearing import Round, as_fast_as_it_goes, listeners, most_streams, recordings
from bench.machine import machine
from cli.commands.call import render
from cli.commands.errors import CommandError
from desk.settings import OwnServer, SettingsError, load_settings
from gateway.audio.pcm import Resampler
from gateway.channels.phone.audiosocket import DEFAULT_RATE_HZ
from gateway.voice import stages
from launcher.errors import LauncherError
from launcher.models_speech import model_store
from launcher.private import PrivateProduct

PARTS = ("recognisers", "calls", "soak")
# The first interrupts the greeting: long enough to be seen to the end of it. All are answered from the knowledge base.
TURNS = (
    "你好，我想问一下，社保卡丢了应该怎么补办？",
    "那住房公积金怎么提取呢？",
    "还有，家里停水了应该找谁？",
)
MANY = {
    "MINSHENG_RATE_MESSAGES_PER_MINUTE": "1000000",
    "MINSHENG_RATE_CONVERSATIONS_PER_HOUR": "1000000",
    "MINSHENG_PHONE_MAX_CALLS": "1000",
    "MINSHENG_ASR_MAX_CLIENTS": "1000",
    # The first caller would wait for the model; that is told by the time that the hotline takes to start.
    "MINSHENG_ASR_PRELOAD": "true",
    "MINSHENG_LOG_LEVEL": "WARNING",
}


def say(text: str = "") -> None:
    print(text, flush=True)


def note(text: str) -> None:
    """For whoever waits; no part of the tables."""
    print(text, file=sys.stderr, flush=True)


# -- recognisers --------------------------------------------------------------------------------------


def recognisers(given: argparse.Namespace) -> None:
    settings = load_settings()
    clips = recordings(given.manifest, given.rate, given.recordings)
    seconds = sum(len(clip) for clip in clips) / given.rate
    say(
        f"\n## Recognisers\n\n{len(clips)} recordings, {seconds:.0f} s of speech, {given.rate} Hz; {given.workers} "
        f"processes of the speech server, {given.threads} threads each. Real time: p95 of final texts below "
        f"{given.bound_s:g} s and no stream falls behind, for {given.seconds:g} s.\n"
    )
    rows = []
    for choice, name in listeners(model_store(settings), given.model):
        note(f"{choice.engine} with {choice.label} …")
        with tempfile.TemporaryDirectory() as folder, _server(Path(folder), given, choice, name) as server:
            url = f"ws://{server.settings.asr_address}"
            headers = server.settings.own_headers(OwnServer.ASR)
            rtf = asyncio.run(as_fast_as_it_goes(url, clips[:5], given.rate, headers))
            alone, best, why = asyncio.run(
                most_streams(
                    url, clips, given.rate,
                    pid=server.pid("asr"), bound_s=given.bound_s, for_s=given.seconds, most=given.most_streams,
                    headers=headers,
                )
            )  # fmt: skip
        rows.append(recogniser_row((choice.engine.value, choice.label), rtf, alone, best, why))
    if given.against:
        note(f"{given.against} …")
        rtf = asyncio.run(as_fast_as_it_goes(given.against, clips[:5], given.rate))
        alone, best, why = asyncio.run(
            most_streams(
                given.against, clips, given.rate,
                pid=given.against_pid, bound_s=given.bound_s, for_s=given.seconds, most=given.most_streams,
            )
        )  # fmt: skip
        rows.append(recogniser_row(("other server", given.against), rtf, alone, best, why))
    if not rows:
        say("No speech model is here: `minsheng models list`.")
        return
    columns = (
        "engine", "model", "real-time factor", "processor s for 1 s of speech",
        "partial, one stream p50 / p95 ms", "final, one stream p50 / p95 ms", "streams in real time", "for each core",
        "final then p50 / p95 ms", "speakers late p95 ms", "with more",
    )  # fmt: skip
    say(markdown(columns, rows))
    say(
        "\nreal-time factor: one stream, spoken as fast as it is heard. partial: from a message of 200 ms with voice in it "
        "being spoken to the first text that changed after it. "
        "final: from the last word to the final text; in calls the silence that ends a turn comes on top."
    )


def recogniser_row(
    named: tuple[str, str], rtf: float, alone: Round, best: Round | None, why: str, cores: int | None = None
) -> list[str]:
    cores = cores or psutil.cpu_count() or 1
    shown = best or alone
    held = best.streams if best else 0
    return [
        *named,
        f"{rtf:.3f}",
        f"{alone.cpu_s / alone.audio_s:.3f}" if alone.audio_s else "–",
        spread(alone.partials_s),
        spread(alone.finals_s),
        str(held),
        f"{held / cores:.1f}",
        spread(shown.finals_s),
        milliseconds(percentile(shown.late_s, 95)),
        why or "not tried",
    ]


@contextlib.contextmanager
def _server(folder: Path, given: argparse.Namespace, choice: Choice, name: str) -> Iterator[Part]:
    extra = {
        **MANY,
        "MINSHENG_ASR_ENGINE": choice.engine.value,
        "MINSHENG_ASR_MODEL": name,
        "MINSHENG_ASR_MODELS": str(load_settings().asr_models_dir),
        "MINSHENG_ASR_WORKERS": str(given.workers),
        "MINSHENG_ASR_THREADS": str(given.threads),
    }
    with Part(folder, extra, names=("asr",)) as part:
        yield part


# -- calls and soak -----------------------------------------------------------------------------------


@contextlib.contextmanager
def hotline(given: argparse.Namespace) -> Iterator[tuple[Hotline, list[bytes]]]:
    """The hotline to call, and what callers say as PCM at the rate of the phone."""
    if given.address:
        settings = load_settings()
        host, _, port = given.address.rpartition(":")
        ports = {
            "gateway": int(port), "asr": settings.asr_port, "rasa": settings.rasa_port, "actions": settings.actions_port,
        }  # fmt: skip
        local = host in ("127.0.0.1", "::1", "localhost")
        tokens = [token.get_secret_value() for token in settings.api_tokens]
        url = f"http://{host if not local else '127.0.0.1'}:{settings.port}"
        yield (
            Hotline(host, int(port), url, listening_at(ports) if local else {}, tokens[0] if tokens else ""),
            _turns(given, asyncio.run(render(settings, list(TURNS))) if not given.sound else {}),
        )
        return
    token = secrets.token_hex(16)
    more = dict(one.split("=", 1) for one in given.setting)
    with tempfile.TemporaryDirectory() as folder:
        product = PrivateProduct(Path(folder), {**MANY, "MINSHENG_API_TOKENS": token, **more})
        turns = _turns(given, asyncio.run(render(product.settings, list(TURNS))) if not given.sound else {})
        note("starting a private copy of the hotline …")
        with product:
            if "asr" not in product.names:
                raise LauncherError("no speech model is here, so nobody can call: minsheng models list")
            address = product.settings.audiosocket_host, product.settings.audiosocket_port
            pids = {name: product.pid(name) for name in product.names}
            yield Hotline(*address, product.url, pids, token), turns


def _turns(given: argparse.Namespace, rendered: dict[str, bytes]) -> list[bytes]:
    sounds = [read_clip(file).samples for file in given.sound]
    sounds = sounds or [np.frombuffer(rendered[text], "<i2") for text in TURNS]
    turns = []
    for samples in sounds:
        words = trimmed(samples, RATE_HZ)
        if not len(words):
            raise CommandError("a recording of --sound is silent")
        turns.append(Resampler(RATE_HZ, DEFAULT_RATE_HZ).feed(words.astype("<i2").tobytes(), last=True))
    return turns


def calls(line: Hotline, turns: list[bytes], given: argparse.Namespace) -> int:
    """How many calls did not go as they should."""
    levels = [int(level) for level in given.at_once.split(",")]
    found = []
    for callers in levels:
        note(f"{callers} at once …")
        found.append(asyncio.run(at_once(line, turns, callers, given.calls)))
    seconds = ", ".join(f"{len(pcm) / 2 / DEFAULT_RATE_HZ:.1f}" for pcm in turns)
    say(f"\n## Calls\n\nEach caller calls {given.calls} times and says {len(turns)} things ({seconds} s).\n")
    columns = (
        "calls at once", "answers", "last word → first sound p50 / p95 ms", "interruption → silence p50 / p95 ms",
        "talked on", "time in gaps", "memory MB",
        "for each further call MB", "troubles",
    )  # fmt: skip
    say(markdown(columns, [calls_row(one, found[0]) for one in found]))
    say(
        "\nAt the caller's end. answers: those that did not begin while the "
        "caller still spoke. first sound: also of “please wait”. interruption: from his first frame with voice to the "
        "last sound of the hotline; not counted where it was between two sentences. gaps: over 100 ms without a frame, "
        "silent ones included. memory: all processes of the hotline at their highest; for each further call: against the "
        "first row."
    )
    if not line.token:
        say("\nStages: unknown; MINSHENG_API_TOKENS has none for this hotline.")
    for one in found if line.token else ():
        say(f"\nStages with {one.at_once} at once, as the gateway counted them:\n")
        say(markdown(("stage", "turns", "p50 ms", "p95 ms"), stage_rows(one)))
        said, cached = one.sentences
        say(f"\n{said:.0f} sentences spoken, {cached:.0f} of them from the cache.")
    return sum(sum(one.tally.troubles.values()) for one in found)


def calls_row(found: Measured, first: Measured) -> list[str]:
    """`first`: with what other numbers of callers are compared."""
    tally = found.tally
    highest, further = sum(found.highest_mb.values()), found.at_once - first.at_once
    gaps = float(np.mean(tally.gaps)) if tally.gaps else 0.0
    return [
        str(found.at_once),
        f"{len(tally.answers_s)} of {tally.said}",
        spread(tally.answers_s),
        spread(tally.stops_s),
        f"{tally.talked_on} of {tally.talked_on + len(tally.stops_s)}",
        f"{gaps:.2%}",
        f"{highest:,.0f}" if highest else "unknown",
        f"{(highest - sum(first.highest_mb.values())) / further:.1f}" if highest and further else "–",
        troubles(tally.troubles),
    ]


def troubles(found: dict[str, int]) -> str:
    return ", ".join(f"{what}: {count}" for what, count in sorted(found.items())) or "none"


def stage_rows(found: Measured) -> list[list[str]]:
    """In the order in which they pass; a stage that nobody counted is left out."""
    return [
        [stage, str(buckets.count), *(milliseconds(buckets.quantile(q)) for q in (0.5, 0.95))]
        for stage in stages.STAGES
        if (buckets := found.stages.get(stage)) is not None and buckets.count
    ]


def soaked(line: Hotline, turns: list[bytes], given: argparse.Namespace) -> int:
    if not line.pids:
        note("the processes of this hotline cannot be seen from here: no memory")
    found = asyncio.run(soak(line, turns, given.minutes, note))
    tally = found.tally
    say(
        f"\n## Soak\n\n{found.minutes:.1f} minutes, {tally.calls} calls, {len(tally.answers_s)} of {tally.said} answers "
        f"(last word → first sound p50 / p95 {spread(tally.answers_s)} ms), troubles: {troubles(tally.troubles)}.\n"
    )
    columns = (
        "process",
        "start MB",
        "after a tenth MB",
        "end MB",
        "growth since a tenth MB",
        "for each hour MB",
    )
    say(markdown(columns, soak_rows(found)))
    return sum(tally.troubles.values())


def soak_rows(found: Soaked) -> list[list[str]]:
    start, warm, end = found.at(0.0), found.at(0.1), found.memory[-1][1]
    rows = []
    for name in start:
        grown = end.get(name, 0.0) - warm.get(name, 0.0)
        hourly = grown / (found.minutes * 0.9) * 60 if found.minutes else 0.0
        looks = (f"{mb[name]:.0f}" if name in mb else "gone" for mb in (start, warm, end))
        rows.append([name, *looks, f"{grown:+.1f}", f"{hourly:+.1f}"])
    return rows


# -- the command --------------------------------------------------------------------------------------


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.voice",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--only", default="calls", help=f"parts, comma-separated: {', '.join(PARTS)} (default: calls)")
    hears = parser.add_argument_group("recognisers")
    add = hears.add_argument
    add("--manifest", type=Path, help="TSV with the columns path and text; paths relative to it")
    add("--recordings", type=int, default=50, help="at most so many of it, spread evenly (default 50)")
    add("--model", action="append", default=[], help="only this model (a name or a folder); may be repeated")
    add("--rate", type=int, default=DEFAULT_RATE_HZ, help="as spoken, in Hz (default 8000: a telephone)")
    add("--bound-s", type=float, default=1.0, help="p95 of final texts that is still real time (default 1.0)")
    add("--against", help="address of another server of the same protocol, measured like ours")
    add("--against-pid", type=int, help="its process, for its processor time")
    add("--seconds", type=float, default=30.0, help="how long so many streams are tried (default 30)")
    add("--most-streams", type=int, default=128, help="never try more (default 128)")
    add("--workers", type=int, default=1, help="processes of the speech server (default 1)")
    add(
        "--threads",
        type=int,
        default=os.cpu_count() or 1,
        help="threads of each (default: cores of this machine)",
    )
    rings = parser.add_argument_group("calls, soak")
    add = rings.add_argument
    add("--address", help="HOST:PORT of the AudioSocket of a running hotline; default: a private copy")
    add(
        "--setting",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="of the private copy; may be repeated",
    )
    add("--sound", type=Path, action="append", default=[], help="recording of a turn; may be repeated")
    add("--at-once", default="1", help="numbers of callers, comma-separated (default 1)")
    add("--calls", type=int, default=10, help="calls of each caller (default 10)")
    add("--minutes", type=float, default=60.0, help="length of the soak (default 60)")
    given = parser.parse_args(argv)
    given.parts = [part for part in PARTS if part in given.only.split(",")]
    if set(given.only.split(",")) - set(PARTS):
        parser.error(f"--only takes {', '.join(PARTS)}")
    if "recognisers" in given.parts and given.manifest is None:
        parser.error("recognisers needs --manifest")
    if given.against and (given.against_pid is None or not psutil.pid_exists(given.against_pid)):
        parser.error("--against needs the other server's process: --against-pid")
    if any("=" not in one for one in given.setting):
        parser.error("--setting takes NAME=VALUE")
    if not all(level.isdigit() and int(level) for level in given.at_once.split(",")):
        parser.error("--at-once takes numbers, comma-separated")
    return given


def main() -> int:
    given = arguments()
    # Whoever stops us must not leave processes behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    say(machine())
    failed = 0
    try:
        if "recognisers" in given.parts:
            recognisers(given)
        if {"calls", "soak"} & set(given.parts):
            with hotline(given) as (line, turns):
                asyncio.run(at_once(line, turns, callers=1, calls=1))
                if "calls" in given.parts:
                    failed += calls(line, turns, given)
                if "soak" in given.parts:
                    failed += soaked(line, turns, given)
    except (AsrError, CommandError, LauncherError, SettingsError) as error:
        note(str(error))
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
