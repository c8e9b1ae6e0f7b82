"""Builds the bundled model anew with what a city adds: its words, its texts, and the pronunciations of a dialect."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from asr.local_models import NAMES, RECORD, is_local, model_name
from asr.profiles import Profile
from asr.training.added_words import AddedWords
from asr.training.additions import written
from desk.settings import ROOT
from launcher.errors import LauncherError
from launcher.own_model import PARTS
from launcher.words import shipped_texts

# Measured at both limits, of words and of text, on two busy cores: 135 MB, 308 s, 3.3 GB of memory; with few of both 80 MB, 67 s, 1.3 GB.
MOST_CHARACTERS = 20_000_000
MOST_BYTES = 300_000_000
MEMORY_BYTES = 6 << 30
TIME_LIMIT_S = 1_800.0
# The machine may be answering calls meanwhile.
_NICE = 10


# What Python calls an error: lzma.LZMAError.
_KIND = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*(?=:|$)")
# From the acoustic model, the folder to make, a file for our own texts, and the order as JSON.
Builder = Callable[[Path, Path, Path, bytes], dict[str, Any]]


@dataclass(frozen=True)
class CityModel:
    """What was built; kept beside the model. Sizes and times are of the graph."""

    profile: str
    model: str
    path: str
    built_at: str
    added: int
    new: int
    left_out: list[dict[str, Any]]
    text_characters: int
    # Of the whole graph.
    words: int
    pronunciations: int
    dialect_pronunciations: int
    pairs: int
    size_mb: float
    seconds: float


def build_city_model(
    models: Path,
    profile: Profile,
    added: AddedWords,
    texts: Sequence[str],
    out: Path | None = None,
    parts: Path = PARTS,
    run: Builder | None = None,
) -> CityModel:
    """Build the model of a profile and put it into the folder `models`, or at `out`, in one step: what was there before works
    until then, and stays where building fails. `run` is the builder (a fake in tests).

    Raises:
        LauncherError: no acoustic model, too much text, no room, somebody else builds it, `out` holds something else, or the
            builder failed. Nothing that texts hold is in the message.
    """
    if not (parts / "am" / "final.mdl").is_file():
        raise LauncherError(f"no acoustic model in {parts}; restore it from git")
    characters = sum(map(len, texts))
    if characters > MOST_CHARACTERS:
        raise LauncherError(
            f"{characters:,} characters of text; at most {MOST_CHARACTERS:,} are counted, so take the newest"
        )
    target = (out or models / model_name(profile.name)).absolute()
    if target.exists() and not is_local(target) and not _is_empty(target):
        raise LauncherError(
            f"{target} holds something that was not built here; name another folder, or remove it"
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(target.parent).free < MOST_BYTES:
            raise LauncherError(
                f"a graph may take {MOST_BYTES >> 20} MB on the disk of {target.parent}; make room"
            )
        with FileLock(target.parent / f".{target.name}.lock", timeout=0):
            return _build(target, profile, added, texts, parts, run or run_builder)
    except Timeout:
        raise LauncherError(f"{target.name} is being built by somebody else; wait for it") from None
    except OSError as error:
        raise LauncherError(
            f"{target.parent} cannot be written: {error.strerror or type(error).__name__}"
        ) from error


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _build(
    target: Path,
    profile: Profile,
    added: AddedWords,
    texts: Sequence[str],
    parts: Path,
    run: Builder,
) -> CityModel:
    for left in target.parent.glob(f".{target.name}.building-*"):
        # Somebody was killed while building; nobody else has the lock.
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.building-", dir=target.parent) as temporary:
        made = Path(temporary) / target.name
        order = json.dumps(written(added.words, texts, profile.pronunciation), ensure_ascii=False).encode()
        built = run(parts, made, Path(temporary) / "texts", order)
        if built["graph_bytes"] > MOST_BYTES:
            raise LauncherError(
                f"the graph has {built['graph_bytes'] >> 20} MB, more than {MOST_BYTES >> 20}; add fewer words or less text"
            )
        model = CityModel(
            profile=profile.name,
            model=target.name,
            path=str(target),
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            added=len(added.words),
            new=built["new"],
            left_out=[{"row": one.row, "word": one.text, "reason": one.reason} for one in added.left_out],
            text_characters=sum(map(len, texts)),
            words=built["words"],
            pronunciations=built["ways"],
            dialect_pronunciations=built["dialect_ways"],
            pairs=built["pairs"],
            size_mb=round(built["graph_bytes"] / 1e6, 1),
            seconds=built["seconds"],
        )
        record = json.dumps(asdict(model), ensure_ascii=False, indent=1)
        (made / RECORD).write_text(record, encoding="utf-8")
        (made / NAMES).write_text("".join(f"{word.text}\n" for word in added.words), encoding="utf-8")
        if target.exists():
            target.rename(Path(temporary) / "old")
        made.rename(target)
    return model


def run_builder(
    parts: Path, out: Path, texts: Path, order: bytes, *, dictionary_words: int | None = None
) -> dict[str, Any]:
    """In a process of its own: OpenFst's binding and libvosk in one process wait for each other for ever. The order goes
    through a pipe, so that no copy of a city's texts lies on the disk."""
    texts.write_text("\n".join(shipped_texts(ROOT / "data")), encoding="utf-8")
    command = [sys.executable, "-m", "asr.training.graph", str(parts), str(out), "--texts", str(texts)]
    command += ["--lexicon", str(ROOT / "data" / "lexicon"), "--additions"]
    if dictionary_words is not None:
        command += ["--dictionary-words", str(dictionary_words)]
    command += ["--nice", str(_NICE), "--memory-bytes", str(MEMORY_BYTES)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    try:
        ran = subprocess.run(
            command, env=environment, cwd=ROOT, input=order, capture_output=True, timeout=TIME_LIMIT_S
        )
    except subprocess.TimeoutExpired:
        minutes = TIME_LIMIT_S / 60
        raise LauncherError(f"not built after {minutes:.0f} minutes; add fewer words or less text") from None
    if ran.returncode:
        raise LauncherError(f"the graph could not be built: {_why(ran.returncode, ran.stderr)}")
    built: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return built


def _why(code: int, errors: bytes) -> str:
    """By the exit code and the kind of the error alone: a message may quote what a text holds."""
    last = (errors.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
    if "MemoryError" in last or "bad_alloc" in last or code in (-signal.SIGKILL, -signal.SIGABRT):
        return f"it needs more memory than {MEMORY_BYTES >> 30} GB, or than is free; add fewer words or less text"
    kind = _KIND.match(last)
    return kind[0] if kind else f"exit {code}"
