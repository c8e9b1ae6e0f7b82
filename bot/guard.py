"""Lets nobody ask Rasa anything without the product's token.

Rasa's own `--auth-token` leaves the REST channel open, through which anybody could speak as any citizen, and wants the
token in the address, which ends up in logs.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from access.bearer import HEADER, REFUSED, shows_token

TOKEN_VARIABLE = "MINSHENG_RASA_TOKEN"


def token_of_environment() -> str:
    """Ends the process with one line that says what to do if there is none."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        sys.exit(f"{TOKEN_VARIABLE} is not set; start Rasa with make run, which makes a token")
    return token


def guard(app: Sanic, token: str) -> None:
    """Every request needs `Authorization: Bearer <token>`; the others are answered with 401."""

    def check(request: Request) -> HTTPResponse | None:
        if shows_token(request.headers.getall(HEADER, []), token):
            return None
        return json({"error": REFUSED}, status=401)

    # Before those of Rasa: they are for requests that are let in.
    app.request_middleware.appendleft(check)


def guarded(configure: Callable[..., Sanic], token: str) -> Callable[..., Sanic]:
    """Rasa's `configure_app`, whose application is guarded. The command line has no other place to put it."""

    @functools.wraps(configure)
    def configure_app(*arguments: Any, **options: Any) -> Sanic:
        app = configure(*arguments, **options)
        guard(app, token)
        return app

    return configure_app
