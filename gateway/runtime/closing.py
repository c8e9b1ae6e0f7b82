"""Whether the process is about to end: then nobody new is let in."""

from __future__ import annotations

from starlette.requests import HTTPConnection

from gateway import sentences
from gateway.errors import Refused
from gateway.runtime.installed import find


class Closing:
    """Share one a process. `begun` never goes back."""

    def __init__(self) -> None:
        self.begun = False


async def refuse_while_closing(connection: HTTPConnection) -> None:
    """A dependency of routes. Raises Refused (503)."""
    if find(connection, Closing).begun:
        raise Refused(503, "closing", sentences.SHUTTING_DOWN)
