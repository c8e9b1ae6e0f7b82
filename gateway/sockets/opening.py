"""Who may open a websocket: pages of ours only, nobody while the gateway goes down."""

from __future__ import annotations

from fastapi import WebSocket
from starlette.requests import HTTPConnection

from desk.settings import Settings
from gateway.runtime.closing import Closing
from gateway.runtime.installed import find
from gateway.sockets.network import origin_allowed, tell_foreign_page
from gateway.sockets.page_socket import GOING_DOWN


def own_page(connection: HTTPConnection) -> bool:
    """Did a page of ours send this? Browsers tell the page's origin with everything that changes something."""
    headers = connection.headers
    allowed = find(connection, Settings).allowed_origins
    own = origin_allowed(headers.get("origin"), headers.get("host", ""), allowed)
    if not own:
        tell_foreign_page(connection)
    return own


async def open_for_citizen(websocket: WebSocket) -> bool:
    """Accept, or close; True: serve it."""
    if not own_page(websocket):
        # Before accepting: the browser gets 403 and the foreign page nothing.
        await websocket.close(1008)
        return False
    return await accept(websocket)


async def accept(websocket: WebSocket) -> bool:
    """Accept, and close at once while the process ends; True: serve it."""
    await websocket.accept()
    closing = find(websocket, Closing).begun
    if closing:
        await websocket.close(GOING_DOWN)
    return not closing
