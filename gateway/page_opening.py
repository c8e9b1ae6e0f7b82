"""Who may open a websocket: pages of ours only, seats with their cookie, nobody while the gateway goes down."""

from __future__ import annotations

from fastapi import WebSocket

from desk.seats import SignedIn
from gateway.errors import GatewayError, Refused
from gateway.page_socket import GOING_DOWN, NO_RIGHT, TRY_LATER, WRONG_TOKEN
from gateway.seats.sign_in import own_page, who_is
from gateway.services import Services


async def open_for_citizen(websocket: WebSocket) -> bool:
    """Accept, or close; True: serve it."""
    if not own_page(websocket):
        # Before accepting: the browser gets 403 and the foreign page nothing.
        await websocket.close(1008)
        return False
    return await _accept(websocket)


async def open_for_seat(websocket: WebSocket) -> SignedIn | None:
    """Accept, or close (None). Who it is, from the console's cookie."""
    if not own_page(websocket):
        await websocket.close(1008)
        return None
    try:
        found = await who_is(websocket)
    except GatewayError as error:
        # Accepted first: a page can read a close code, but not why a websocket never opened.
        await websocket.accept()
        status = error.status if isinstance(error, Refused) else 503
        await websocket.close({401: WRONG_TOKEN, 403: NO_RIGHT}.get(status, TRY_LATER))
        return None
    return found if await _accept(websocket) else None


async def _accept(websocket: WebSocket) -> bool:
    services: Services = websocket.app.state.services
    await websocket.accept()
    if services.closing:
        await websocket.close(GOING_DOWN)
    return not services.closing
