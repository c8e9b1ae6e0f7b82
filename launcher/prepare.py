"""Everything between installed packages and running processes: database, knowledge, models, speech. Idempotent.

Usage: python -m launcher.prepare [--only-models]
"""

from __future__ import annotations

import os
import subprocess
import sys

from rich.console import Console
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from desk.knowledge import open_search
from desk.knowledge.errors import ImportRefused
from desk.knowledge.shipped import import_shipped
from desk.orders import nature
from desk.orders.category import load_or_train
from desk.settings import ROOT, Settings, SettingsError, load_settings
from desk.store.engine import open_engine
from desk.store.migrate import upgrade
from launcher.errors import LauncherError
from launcher.models_speech import prepare_speech
from launcher.stale import digest
from launcher.train import train
from launcher.words import count_words

# The greeting and the prompts stand first in the list of fixed sentences.
FIRST_WORDS = 12
VOICE_INPUTS = (
    "gateway/sentences.py",
    "gateway/voice/prompts.py",
    "gateway/voice/fixed_sentences.py",
    "gateway/tts",
)


def prepare_models(settings: Settings, console: Console) -> None:
    """Count words, train the Rasa model and the order classifier, each if its data changed."""
    count_words(console)
    _train(settings, console)


def _train(settings: Settings, console: Console) -> None:
    train(console)
    load_or_train(ROOT / "data", settings.var_dir)
    nature.model()


def prepare_data(settings: Settings, console: Console) -> None:
    """Bring the database to the newest schema and the shipped articles into it."""
    engine = open_engine(settings.effective_database_url)
    try:
        upgrade(engine)
        changed = import_shipped(engine, ROOT / "data" / "knowledge")
        if changed:
            console.print(f"prepare: {changed} knowledge articles imported or updated")
        _index_knowledge(settings, engine, console)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise LauncherError(
            f"the database cannot be prepared: {reason}. Check MINSHENG_DATABASE_URL and free space"
        ) from error
    except ImportRefused as error:
        first = "; ".join(str(problem) for problem in error.problems[:3])
        raise LauncherError(f"data/knowledge: {error}: {first}. 'minsheng kb check' lists all") from None
    finally:
        engine.dispose()


def _index_knowledge(settings: Settings, engine: Engine, console: Console) -> None:
    """Build the search index now: the first citizen must not wait for it. Seconds; the vectors of the shipped articles
    ship (language/encoder/known.py), and each changed text costs 5 ms more."""
    search = open_search(settings, engine=engine)
    if search.is_indexed():
        return
    console.print("prepare: indexing the knowledge articles")
    search.refresh()


def prepare(settings: Settings, console: Console) -> bool:
    """Prepare everything; returns whether calls can be heard. Raises LauncherError."""
    # First, because the search repairs words, too, and wrong articles should be reported before the long training.
    count_words(console)
    prepare_data(settings, console)
    _train(settings, console)
    hears = prepare_speech(settings, console)
    if hears:
        _render_first_words(settings, console)
    return hears


def _render_first_words(settings: Settings, console: Console) -> None:
    """Render the greeting and the prompts: they must sound at once, and a local voice takes seconds to load. A
    failure here only delays speech."""
    inputs = digest(VOICE_INPUTS), settings.city, settings.tts_voice, *settings.tts_engines
    mark, wanted = ROOT / "models" / "speech" / "first-words", " ".join(inputs)
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return
    console.print("prepare: rendering the first words of every call (half a minute, once)")
    # A process of its own: the voice would keep hundreds of megabytes here.
    command = [*render_command(), "--limit", str(FIRST_WORDS)]
    done = subprocess.run(command, cwd=ROOT, env=render_environment(settings), capture_output=True)
    if done.returncode:
        console.print(
            "[yellow]prepare: no voice could be rendered; minsheng doctor tells which one is missing[/]"
        )
        return
    mark.write_text(wanted, encoding="utf-8")


def render_command() -> list[str]:
    """The command that renders the fixed sentences that are still missing."""
    return [sys.executable, "-m", "cli", "tts", "warm", "--ready-made"]


def render_environment(settings: Settings) -> dict[str, str]:
    names = {
        "MINSHENG_CITY": settings.city,
        "MINSHENG_TTS_ENGINES": ",".join(settings.tts_engines),
        "PYTHONPATH": str(ROOT),
    }
    return {**os.environ, **names}


def main() -> int:
    console = Console(highlight=False)
    try:
        settings = load_settings()
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        if "--only-models" in sys.argv[1:]:
            prepare_models(settings, console)
        else:
            prepare(settings, console)
    except (LauncherError, SettingsError) as error:
        console.print(f"[red]{error}[/]", soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
