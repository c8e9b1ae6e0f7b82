"""Everything between installed packages and running processes: folders, database, knowledge, models. Idempotent.

Usage: python -m launcher.prepare [--only-models]
"""

from __future__ import annotations

import sys

from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from desk.knowledge.shipped import import_shipped
from desk.orders.category import load_or_train
from desk.settings import ROOT, Settings, SettingsError, load_settings
from desk.store.engine import open_engine
from desk.store.migrate import upgrade
from launcher.errors import LauncherError
from launcher.train import train


def prepare_models(settings: Settings, console: Console) -> None:
    """Train the Rasa model and the order classifier if their data changed."""
    train(console)
    load_or_train(ROOT / "data", settings.var_dir)


def prepare_data(settings: Settings, console: Console) -> None:
    """Bring the database to the newest schema and the shipped articles into it."""
    engine = open_engine(settings.effective_database_url)
    try:
        upgrade(engine)
        changed = import_shipped(engine, ROOT / "data" / "knowledge")
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        raise LauncherError(f"the database cannot be prepared: {reason}. Check MINSHENG_DATABASE_URL and free space") from error
    finally:
        engine.dispose()
    if changed:
        console.print(f"[prepare] {changed} knowledge articles imported or updated")


def prepare(settings: Settings, console: Console) -> None:
    prepare_data(settings, console)
    prepare_models(settings, console)


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
