"""Builds our own Mandarin model for Vosk from what ships: the acoustic model, a table of words, and our texts and lexicon.

The graph is large and quickly made, so it is not in the repository. Building takes a minute and happens again only
when its inputs change.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock
from rich.console import Console

from asr.choice import OWN
from asr.models import BUNDLED
from desk.settings import ROOT
from launcher.errors import LauncherError
from launcher.stale import WORD_INPUTS, digest
from launcher.words import shipped_texts

PARTS = BUNDLED / f"{OWN}-parts"
# Inputs of the graph; `asr/training` builds it.
GRAPH_INPUTS = (*WORD_INPUTS, "asr/training")


def build_own_model(models: Path, console: Console, parts: Path = PARTS) -> Path | None:
    """The model's folder below `models`, built first if its inputs changed; None if no acoustic model ships. If two
    processes start at once, one builds.

    Raises:
        LauncherError: the builder failed; the text has the end of its output.
    """
    if not (parts / "am" / "final.mdl").is_file():
        return None
    target, wanted = (
        models / OWN,
        digest(GRAPH_INPUTS) + digest([path.name for path in parts.iterdir()], parts),
    )
    mark = target / "digest"
    models.mkdir(parents=True, exist_ok=True)
    with FileLock(models / f".{OWN}.lock"):
        if mark.is_file() and mark.read_text(encoding="utf-8") == wanted:
            return target
        console.print(f"prepare: building {OWN} (about a minute)")
        with tempfile.TemporaryDirectory(prefix=f".{OWN}.", dir=models) as temporary:
            made = Path(temporary) / OWN
            _run_builder(parts, made, Path(temporary) / "texts")
            (made / "digest").write_text(wanted, encoding="utf-8")
            if target.exists():
                shutil.move(target, Path(temporary) / "old")
            made.rename(target)
    return target


def _run_builder(parts: Path, out: Path, texts: Path) -> None:
    """In a process of its own: OpenFst's binding and libvosk in one process wait for each other for ever."""
    texts.write_text("\n".join(shipped_texts(ROOT / "data")), encoding="utf-8")
    command = [sys.executable, "-m", "asr.training.graph", str(parts), str(out), "--texts", str(texts)]
    command += ["--lexicon", str(ROOT / "data" / "lexicon")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    if ran.returncode:
        last = (ran.stderr.strip().splitlines() or [f"exit {ran.returncode}"])[-1]
        raise LauncherError(f"{OWN} could not be built: {last}")
