"""Models that were built on this machine for a profile: the bundled model with a city's words and a dialect's pronunciations.

They lie in the folder of models, `minsheng-small-cn-PROFILE` each, with the report of their building in `built.json` and the added
words in `added.txt`, one a line.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from asr.choice import OWN
from asr.layout import faults

_log = logging.getLogger(__name__)

RECORD, NAMES = "built.json", "added.txt"


@dataclass(frozen=True)
class LocalModel:
    """`record` is what the report of its building says."""

    profile: str
    path: Path
    record: Mapping[str, Any]

    @property
    def name(self) -> str:
        return self.path.name


def model_name(profile: str) -> str:
    return f"{OWN}-{profile}"


def is_local(folder: Path) -> bool:
    """Whether a model was built there, sound or not."""
    return (folder / RECORD).is_file()


@lru_cache(maxsize=16)
def added_words(folder: Path | None) -> tuple[str, ...]:
    """The words that were added to the model of a folder, read once a process; none for a model that was not built here. The
    layers of text must know them, too: to them a rare name is a misheard word."""
    try:
        return tuple((folder / NAMES).read_text(encoding="utf-8").split()) if folder else ()
    except (OSError, UnicodeDecodeError):
        return ()


def local_models(folder: Path) -> Iterator[LocalModel]:
    """Those of a folder of models, by name; what has no record, or another name than its profile, is none."""
    for path in sorted(folder.glob(f"{OWN}-*/{RECORD}")):
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            profile = str(record["profile"])
        except (OSError, ValueError, TypeError, KeyError):
            continue
        if path.parent.name == model_name(profile):
            yield LocalModel(profile, path.parent, record)


def sound_models(folder: Path) -> dict[str, Path]:
    """The folders that Vosk can read, by profile; a broken one is told in the log, and its profile is heard without it."""
    found = {}
    for model in local_models(folder):
        wrong = faults(model.path, "vosk")
        if wrong:
            _log.warning(
                "a model that was built here is broken", extra={"model": model.name, "fault": wrong[0]}
            )
        else:
            found[model.profile] = model.path
    return found
