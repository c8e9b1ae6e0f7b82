"""How well the hotline hears: percent of characters wrong, by engine and by line, beside plain Whisper.

Usage: python -m bench.accuracy MANIFEST.tsv [--only FOLDER ...] [--limit N] [--engine two-pass ...] [--without-plain] [--json FILE]

The manifest is that of `minsheng asr evaluate` (TSV: path, text), which tells more about one engine. Prints Markdown, one row
for each folder of recordings. Cells are "after our text layers (as the engine wrote it)"; numerals stay as they were
spoken. By telephone: 8 kHz, A-law. Plain Whisper is faster-whisper with its own settings, each recording as a whole. The last
row is what hearing took: seconds of one core for a second of recording.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import orjson
import psutil

from asr.audio import RATE_HZ, Clip, read_clip, through_telephone, to_float
from asr.choice import WHISPER, Engine, build, choose
from asr.errors import AsrError
from asr.text import ALL
from asr.transcribe import Errors, Line, comparable, read_manifest, thinned, transcribe
from asr.wordings import load_wordings
from bench.figures import markdown
from bench.machine import machine
from cli.commands.asr import mender
from desk.settings import WORDS_FILE, SettingsError, load_settings
from launcher.errors import LauncherError
from launcher.models_speech import language_model, model_store

# What is written for a recording: after our layers, and by the engine alone.
Written = tuple[str, str]
Hear = Callable[[Clip], Awaitable[Written]]


@dataclass
class Score:
    """One engine on one kind of line in one folder."""

    raw: Errors = field(default_factory=Errors)
    layered: Errors = field(default_factory=Errors)

    def add(self, reference: str, written: Written) -> None:
        self.layered.add(comparable(reference), comparable(written[0]))
        self.raw.add(comparable(reference), comparable(written[1]))

    def __str__(self) -> str:
        layered, raw = percent(self.layered.cer), percent(self.raw.cer)
        return layered if layered == raw else f"{layered} ({raw})"


@dataclass
class Measured:
    """One engine on one kind of line. `scores` by folder; `core_s` is the time of this process on all cores."""

    scores: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    core_s: float = 0.0
    recorded_s: float = 0.0

    @property
    def core_s_per_s(self) -> float:
        return self.core_s / self.recorded_s


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f}"


def plain_whisper(folder: Path) -> Hear:
    """Whisper as anybody would call it: no cutting, no prompt, none of our layers."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=psutil.cpu_count() or 1)

    def hear(clip: Clip) -> Written:
        segments, _ = model.transcribe(to_float(clip.samples), language="zh")
        text = "".join(segment.text for segment in segments)
        return text, text

    return lambda clip: asyncio.to_thread(hear, clip)


def ours(engine: Engine) -> Hear:
    """As calls are heard. Raises AsrError, LauncherError."""
    settings = load_settings()
    choice = choose(model_store(settings), engine, settings.asr_model)
    wordings = load_wordings(WORDS_FILE, language_model(settings)) if choice.whisper else None
    recognizer = build(choice, wordings=wordings)
    mend = mender()

    async def hear(clip: Clip) -> Written:
        found = await transcribe(clip, recognizer, mend, ALL)
        # Digits are how we write, not what was heard.
        before = dict(found.stages).get("punctuation", found.text)
        return before, found.raw

    return hear


async def measured(hear: Hear, lines: Sequence[Line], telephone: bool) -> Measured:
    """Raises AsrError: a recording cannot be read."""
    found = Measured()
    for line in lines:
        clip = await asyncio.to_thread(read_clip, line.path)
        if telephone:
            clip = replace(clip, samples=await asyncio.to_thread(through_telephone, clip.samples))
        began = time.process_time()
        written = await hear(clip)
        found.core_s += time.process_time() - began
        found.recorded_s += len(clip.samples) / RATE_HZ
        found.scores[line.path.parent.name].add(line.text, written)
    return found


def chosen(manifest: Path, only: Sequence[str], limit: int | None) -> list[Line]:
    """The lines of the folders that are wanted, at most `limit` of each, spread evenly. Raises AsrError."""
    folders: dict[str, list[Line]] = defaultdict(list)
    for line in read_manifest(manifest):
        if not only or line.path.parent.name in only:
            folders[line.path.parent.name].append(line)
    if not folders:
        raise SystemExit(f"{manifest} has no recordings in {', '.join(only)}")
    return [line for lines in folders.values() for line in thinned(lines, limit)]


def at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"at least 1, not {number}")
    return number


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How well the hotline hears, beside plain Whisper.")
    parser.add_argument("manifest", type=Path, help="TSV with the columns path and text")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="FOLDER", help="only these folders of recordings"
    )
    parser.add_argument(
        "--limit", type=at_least_one, metavar="N", help="at most so many of each folder, spread evenly"
    )
    parser.add_argument(
        "--engine", nargs="+", type=Engine, default=[Engine.TWO_PASS, Engine.VOSK], metavar="ENGINE",
        help="two-pass, whisper, vosk; default two-pass and vosk",
    )  # fmt: skip
    parser.add_argument(
        "--without-plain", action="store_true", help="leave plain Whisper out, which takes longest"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    return parser.parse_args(argv)


def main() -> None:
    given = arguments()
    try:
        asyncio.run(run(given))
    except (AsrError, LauncherError, SettingsError) as error:
        raise SystemExit(str(error)) from error


async def run(given: argparse.Namespace) -> None:
    lines = chosen(given.manifest, given.only, given.limit)
    whisper = model_store(load_settings()).path(WHISPER)
    hearers: dict[str, Hear] = {}
    if whisper and not given.without_plain:
        hearers[f"plain {WHISPER}"] = plain_whisper(whisper)
    hearers |= {engine.value: ours(engine) for engine in given.engine}
    columns: dict[str, Measured] = {}
    for name, hear in hearers.items():
        for telephone in (False, True):
            title = f"{name} by telephone" if telephone else name
            print(f"{title} …", file=sys.stderr, flush=True)
            columns[title] = await measured(hear, lines, telephone)
    counts = Counter(line.path.parent.name for line in lines)
    print(f"{machine()}\n")
    rows = [
        [folder, str(n), *(str(column.scores[folder]) for column in columns.values())]
        for folder, n in counts.items()
    ]
    rows.append(["core s for 1 s", "", *(f"{column.core_s_per_s:.2f}" for column in columns.values())])
    print(markdown(["recordings", "n", *columns], rows))
    if given.json:
        figures = {
            title: {
                "core_s_per_s": column.core_s_per_s,
                "folders": {
                    folder: {
                        "cer": score.layered.cer,
                        "raw": score.raw.cer,
                        "characters": score.raw.characters,
                    }
                    for folder, score in column.scores.items()
                },
            }
            for title, column in columns.items()
        }
        given.json.write_bytes(orjson.dumps(figures, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    main()
