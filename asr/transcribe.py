"""Runs whole recordings through a recogniser and measures its errors."""

from __future__ import annotations

import csv
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import jiwer

from asr.audio import RATE_HZ, Clip
from asr.errors import ManifestError
from asr.numerals import to_digits
from asr.profiles import Profile
from asr.recognizer import FinalTranscript, Recognizer, StreamOptions, Word
from asr.text import ALL, Layers, TextMender, simplified

# As long as what a phone sends in a second: partials cost nothing here, so the pace does not matter.
_CHUNK_SAMPLES = RATE_HZ

T = TypeVar("T")


@dataclass(frozen=True)
class Transcription:
    raw: str
    text: str
    words: tuple[Word, ...]
    seconds: float
    # Processing time divided by the length of the audio.
    rtf: float
    # The text after each layer, in order.
    stages: tuple[tuple[str, str], ...] = field(default=(), repr=False)


async def transcribe(
    clip: Clip, recognizer: Recognizer, mender: TextMender, layers: Layers = ALL, hot_words: Sequence[str] = (),
    profile: Profile | None = None,
) -> Transcription:  # fmt: skip
    """Raises EngineError."""
    started = time.perf_counter()
    options = StreamOptions(hot_words=tuple(hot_words), partials=False)
    stream = recognizer.open(profile.options(options) if profile else options)
    finals: list[FinalTranscript] = []
    try:
        for start in range(0, len(clip.samples), _CHUNK_SAMPLES):
            heard = await stream.feed(clip.samples[start : start + _CHUNK_SAMPLES])
            finals += [t for t in heard if isinstance(t, FinalTranscript)]
        finals += await stream.finish()
    finally:
        await stream.close()
    mended = [mender.mend(final.text, final.words, layers, hot_words) for final in finals]
    took_s = time.perf_counter() - started
    names = [name for name, _ in mended[0].stages] if mended else []
    stages = tuple((name, "".join(dict(m.stages).get(name, m.text) for m in mended)) for name in names)
    return Transcription(
        raw=" ".join(final.text for final in finals),
        text="".join(m.text for m in mended),
        words=tuple(word for final in finals for word in final.words),
        seconds=clip.seconds,
        rtf=took_s / clip.seconds if clip.seconds else 0.0,
        stages=stages,
    )


@dataclass(frozen=True)
class Line:
    """One recording of a manifest."""

    path: Path
    text: str
    speaker: str
    dialect: str


def read_manifest(path: Path) -> list[Line]:
    """TSV with a header; columns path and text, and speaker and dialect if known. Paths count from the file.

    Raises:
        ManifestError: names the line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            missing = {"path", "text"} - set(rows.fieldnames or ())
            if missing:
                raise ManifestError(f"{path}: the first line lacks the column {', '.join(sorted(missing))}")
            lines = list(_lines(path, rows))
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"{path} cannot be read: {error}") from error
    if not lines:
        raise ManifestError(f"{path}: no recordings in it")
    return lines


def thinned(lines: Sequence[T], most: int | None) -> Sequence[T]:
    """At most so many, spread evenly; all of them without a limit."""
    if most is None or len(lines) <= most:
        return lines
    return [lines[n * len(lines) // most] for n in range(most)]


def _lines(path: Path, rows: csv.DictReader[str]) -> Iterator[Line]:
    for row in rows:
        if not row["path"] or not row["text"]:
            raise ManifestError(f"{path}, line {rows.line_num}: path or text is missing")
        yield Line(path.parent / row["path"], row["text"], row.get("speaker") or "", row.get("dialect") or "")


_DROPPED = re.compile(r"[\W_]+")


def comparable(text: str) -> str:
    """The text as it is compared: characters, letters and digits, without punctuation, case, width or traditional
    forms."""
    return _DROPPED.sub("", simplified(unicodedata.normalize("NFKC", text)).lower())


def comparable_digits(text: str) -> str:
    """The same, where 三十 and 30 count as equal."""
    return comparable(to_digits(simplified(text)))


@dataclass
class Errors:
    """Characters that differ, summed over recordings."""

    edits: int = 0
    characters: int = 0

    def add(self, reference: str, heard: str) -> None:
        """Both `comparable`."""
        self.characters += len(reference)
        self.edits += edits(reference, heard)

    @property
    def cer(self) -> float | None:
        return self.edits / self.characters if self.characters else None


def edits(reference: str, heard: str) -> int:
    if not reference or not heard:
        return len(reference) + len(heard)
    found = jiwer.process_characters(reference, heard)
    return found.substitutions + found.deletions + found.insertions


def confusions(reference: str, heard: str) -> Iterator[tuple[str, str]]:
    """(meant, heard) for each run of characters that was heard wrong; "" for what is missing or too much."""
    if not reference or not heard:
        return
    found = jiwer.process_characters(reference, heard)
    for chunk in found.alignments[0]:
        if chunk.type != "equal":
            yield (
                reference[chunk.ref_start_idx : chunk.ref_end_idx],
                heard[chunk.hyp_start_idx : chunk.hyp_end_idx],
            )


RAW = "raw"


class Evaluation:
    """Add each recording, then `report`."""

    def __init__(self) -> None:
        self._layers: dict[str, Errors] = {}
        self._layers_digits: dict[str, Errors] = {}
        self._speakers: dict[str, Errors] = {}
        self._dialects: dict[str, Errors] = {}
        self._confused: Counter[tuple[str, str]] = Counter()
        self._files = 0
        self._seconds = self._took_s = 0.0
        self._failed: list[dict[str, str]] = []

    def add(self, line: Line, heard: Transcription) -> None:
        self._files += 1
        self._seconds += heard.seconds
        self._took_s += heard.rtf * heard.seconds
        reference, reference_digits = comparable(line.text), comparable_digits(line.text)
        # A recording in which nothing was heard has no stages, but all its characters are missing in each.
        for name, text in [(RAW, heard.raw), *(heard.stages or [(n, "") for n in Layers.names()])]:
            self._layers.setdefault(name, Errors()).add(reference, comparable(text))
            self._layers_digits.setdefault(name, Errors()).add(reference_digits, comparable_digits(text))
        final = comparable_digits(heard.text)
        for table, key in ((self._speakers, line.speaker), (self._dialects, line.dialect)):
            table.setdefault(key, Errors()).add(reference_digits, final)
        self._confused.update(confusions(reference_digits, final))

    def failed(self, line: Line, reason: str) -> None:
        self._failed.append({"path": str(line.path), "reason": reason})

    def report(self, most_confused: int = 20) -> dict[str, object]:
        """`cer` compares as written; in `cer_digits`, and by speaker and dialect, 三十 and 30 are equal. 0..1."""
        return {
            "files": self._files,
            "seconds": round(self._seconds, 2),
            "rtf": round(self._took_s / self._seconds, 4) if self._seconds else None,
            "layers": [
                {
                    "layer": name,
                    "cer": _round(errors.cer),
                    "cer_digits": _round(self._layers_digits[name].cer),
                }
                for name, errors in self._layers.items()
            ],
            "speakers": _table(self._speakers),
            "dialects": _table(self._dialects),
            "confusions": [
                {"meant": meant, "heard": heard, "times": times}
                for (meant, heard), times in self._confused.most_common(most_confused)
            ],
            "failed": self._failed,
        }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _table(errors: dict[str, Errors]) -> dict[str, dict[str, float | int | None]]:
    return {key: {"cer": _round(e.cer), "characters": e.characters} for key, e in sorted(errors.items())}
