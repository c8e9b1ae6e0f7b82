"""How routes get what they use: the composition root installs each object once, and a route asks for it by its type."""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection

T = TypeVar("T")


def install(app: FastAPI, *objects: object) -> None:
    """Each is the one object of its type; a later one takes its place."""
    known: dict[type, object] = getattr(app.state, "installed", {})
    app.state.installed = known | {type(one): one for one in objects}


def find(connection: HTTPConnection, kind: type[T]) -> T:
    """Raises LookupError if nothing of this type is installed, which is a mistake of ours."""
    found = find_or_none(connection, kind)
    if found is None:
        raise LookupError(f"no {kind.__name__} is installed")
    return found


def find_or_none(connection: HTTPConnection, kind: type[T]) -> T | None:
    found: T | None = getattr(connection.app.state, "installed", {}).get(kind)
    return found


def the(kind: type[T]) -> Any:
    """A dependency of FastAPI for routes and websockets: the installed object of this type."""

    # A coroutine: others would run in a thread.
    async def installed(connection: HTTPConnection) -> T:
        return find(connection, kind)

    # For the test that looks whether every route finds what it asks for.
    vars(installed)["kind"] = kind
    return Depends(installed)
