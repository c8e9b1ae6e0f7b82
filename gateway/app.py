"""The web application: routes, middleware, and the life of the services behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, WebSocket
from fastapi.responses import JSONResponse

from desk.settings import ROOT, Settings
from gateway.api import calls, operators
from gateway.api.desk_parts import DeskParts, desk_parts
from gateway.api.health import Health
from gateway.api.middleware import Shell
from gateway.api.problems import install_problem_handlers
from gateway.attachments import MAX_BYTES
from gateway.blocking import Blocking
from gateway.call_kit import CallKit
from gateway.channels.phone.hotline import PhoneHotline
from gateway.channels.web import call_socket, http, pictures
from gateway.channels.web.chat_socket import ChatSocket
from gateway.channels.web.pages import page_router
from gateway.channels.web.web_calls import WebCalls
from gateway.handoff import outside_api
from gateway.network import address_of
from gateway.page_opening import open_for_citizen, open_for_seat
from gateway.recordings import console as recordings
from gateway.seats import console, lead, order_search, orders, sign_in, talk_socket, users
from gateway.seats.accounts import SeatAccounts
from gateway.seats.opening import open_seats
from gateway.seats.socket import SeatSocket
from gateway.services import open_services
from gateway.tasks import end_tasks
from gateway.tts.build import build_speaker

# A character may take twelve bytes as JSON (a surrogate pair, escaped); the rest is for the other keys.
BYTES_PER_CHAR = 12
BODY_EXTRA_BYTES = 8 * 1024

PartsFactory = Callable[[Settings, Blocking], DeskParts]


def create_app(
    settings: Settings, *, dist: Path = ROOT / "web" / "dist", open_parts: PartsFactory = desk_parts
) -> FastAPI:
    """An application that opens its services when it starts and closes them when it ends."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        services = await open_services(settings)
        app.state.services = services
        app.state.metrics = services.metrics
        app.state.parts = open_parts(settings, services.blocking)
        services.seats = open_seats(services, app.state.parts)
        app.state.seat_accounts = SeatAccounts(services.accounts, services.blocking, services.limits)
        # Nothing is loaded before somebody calls.
        speaker = build_speaker(settings, on_spoken=services.metrics.spoke)
        kit = CallKit(services, speaker)
        app.state.web_calls = WebCalls(kit)
        app.state.phone = PhoneHotline(kit)
        app.state.health = Health(services, app.state.parts, app.state.phone)
        await services.start()
        await app.state.phone.open()
        warming = asyncio.create_task(app.state.parts.warm())
        try:
            yield
        finally:
            await end_tasks([warming])
            await app.state.phone.aclose()
            await app.state.health.aclose()
            await services.aclose()
            await speaker.aclose()

    app = FastAPI(
        title="民声 12345",
        version="1",
        description="市民会话、知识、工单接口。市民会话用创建时返回的令牌，其余用运营接口令牌。",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    install_problem_handlers(app)
    app.include_router(http.router)
    app.include_router(pictures.router)
    app.include_router(call_socket.router)
    app.include_router(operators.router)
    app.include_router(calls.router)
    for router in (
        sign_in.router,
        users.router,
        console.router,
        orders.router,
        order_search.router,
        recordings.router,
        talk_socket.router,
        lead.router,
        outside_api.router,
    ):
        app.include_router(router)

    @app.get("/healthz", tags=["machines"], summary="State of each component; 503 when the database is gone")
    async def healthz() -> JSONResponse:
        report = await app.state.health.report()
        return JSONResponse(report, status_code=503 if report["status"] == "down" else 200)

    @app.websocket("/ws/chat")
    async def chat(websocket: WebSocket) -> None:
        if await open_for_citizen(websocket):
            await ChatSocket(websocket, app.state.services, address_of(websocket)).run()

    @app.websocket("/ws/seat")
    async def seat(websocket: WebSocket) -> None:
        found = await open_for_seat(websocket)
        if found is not None:
            await SeatSocket(websocket, app.state.services, found, address_of(websocket)).run()

    page_config: dict[str, str | int | bool] = {
        "city": settings.city,
        "timezone": settings.timezone,
        "message_max_chars": settings.message_max_chars,
        "calls": settings.web_max_calls > 0,
    }
    app.include_router(page_router(dist, page_config))
    app.add_middleware(
        Shell,
        max_body_bytes=BYTES_PER_CHAR * settings.message_max_chars + BODY_EXTRA_BYTES,
        max_picture_bytes=MAX_BYTES + BODY_EXTRA_BYTES,
    )
    return app
