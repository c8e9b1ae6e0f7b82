"""Runs the action server on the loopback address: `python -m actions`. Port from MINSHENG_ACTIONS_PORT."""

from __future__ import annotations

import asyncio
import logging
import sys
import warnings
from collections.abc import Callable
from typing import Any

from sanic.response import HTTPResponse, json

from access.bearer import HEADER, REFUSED, shows_token
from danger.advice import advice_book
from danger.errors import DangerError
from desk.places import GazetteerError, default_gazetteer
from desk.settings import OwnServer, SettingsError, load_settings
from language.dialects.normaliser import dialect_normaliser
from language.dialects.tables import BadDialectTable


def main() -> None:
    """Serve until told to end, in this one process.

    rasa-sdk's own start serves from a child process that builds the actions' parts in the first citizen's turn, which
    then waits for the knowledge index. Here they are built before the port opens: who is answered, is answered fast.
    """
    try:
        settings = load_settings()
        # Whether they can be read must not come out when somebody is in danger, or tells where.
        advice_book()
        default_gazetteer()
        dialect_normaliser()
    except (SettingsError, DangerError, GazetteerError, BadDialectTable) as error:
        sys.exit(str(error))
    token = settings.own_token(OwnServer.ACTIONS)
    if not token:
        sys.exit(f"no token in {settings.token_file(OwnServer.ACTIONS)}; start the actions with make run")

    from rasa_sdk import utils
    from rasa_sdk.endpoint import create_app_for_serve
    from rasa_sdk.executor import ActionExecutor

    from actions.factory import warm

    # The versions differ on purpose: a current SDK talks to the last open Rasa (docs/decisions/0001-two-environments.md).
    warnings.filterwarnings("ignore", message="Your versions of rasa and rasa_sdk")
    utils.configure_colored_logging("WARNING")
    utils.update_sanic_log_level()
    logging.getLogger("matplotlib").setLevel(logging.WARNING)
    executor = ActionExecutor()
    executor.register_package("actions")
    app = create_app_for_serve(executor)
    app.register_middleware(guard(token), "request")

    async def build_parts(_app: Any) -> None:
        await asyncio.to_thread(warm)

    app.register_listener(build_parts, "before_server_start")
    # Loopback, and with the token: only Rasa on this machine may talk to actions. One process, since each more would hold an index.
    app.run(host="127.0.0.1", port=settings.actions_port, single_process=True, access_log=False, motd=False)


def guard(token: str) -> Callable[[Any], HTTPResponse | None]:
    """A middleware that lets nobody ask anything without the token: an action reads and writes orders."""

    def check(request: Any) -> HTTPResponse | None:
        if shows_token(request.headers.getall(HEADER, []), token):
            return None
        return json({"error": REFUSED}, status=401)

    return check


if __name__ == "__main__":
    main()
