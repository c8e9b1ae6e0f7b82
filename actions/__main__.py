"""Runs the action server on the loopback address: `python -m actions`. Port from MINSHENG_ACTIONS_PORT."""

from __future__ import annotations

import os
import sys

from desk.settings import SettingsError, load_settings


def main() -> None:
    try:
        settings = load_settings()
    except SettingsError as error:
        sys.exit(str(error))
    # rasa-sdk listens on every address unless told otherwise; only Rasa on this machine may talk to actions.
    os.environ.setdefault("SANIC_HOST", "127.0.0.1")
    # One process: actions spend their time waiting for SQL, and each more would hold its own knowledge index.
    os.environ.setdefault("ACTION_SERVER_SANIC_WORKERS", "1")
    sys.argv = [sys.argv[0], "--actions", "actions", "--port", str(settings.actions_port)]

    from rasa_sdk.__main__ import main as serve

    serve()


if __name__ == "__main__":
    main()
