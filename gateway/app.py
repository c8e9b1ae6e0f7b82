"""The web application: routes, middleware, and the life of the gateway behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from desk.settings import ROOT, Settings
from gateway.api import calls, health, operators, outside
from gateway.api.middleware import Shell
from gateway.api.problems import install_problem_handlers
from gateway.backends.opening import open_backends
from gateway.channels.web import call_socket, chat_socket, http, pictures
from gateway.channels.web.pages import page_router
from gateway.channels.wechat import callback as wechat
from gateway.composition import MakeBackends, open_gateway
from gateway.console import (
    conversations,
    lead,
    order_routes,
    order_search,
    recordings,
    seat_socket,
    sign_in,
    talk_socket,
    users,
)
from gateway.order_page import api as order_page
from gateway.order_page import wechat as wechat_orders
from gateway.pictures.attachments import MAX_BYTES
from gateway.runtime.installed import install

# A character may take twelve bytes as JSON (a surrogate pair, escaped); the rest is for the other keys.
BYTES_PER_CHAR = 12
BODY_EXTRA_BYTES = 8 * 1024

CITIZENS = (
    http.router,
    pictures.router,
    chat_socket.router,
    call_socket.router,
    order_page.router,
    wechat_orders.router,
    wechat.router,
)
MACHINES = (health.router, operators.router, calls.router, outside.router)
CONSOLE = (
    sign_in.router,
    users.router,
    conversations.router,
    order_routes.router,
    order_search.router,
    recordings.router,
    seat_socket.router,
    talk_socket.router,
    lead.router,
)


def create_app(
    settings: Settings, *, dist: Path = ROOT / "web" / "dist", make_backends: MakeBackends = open_backends
) -> FastAPI:
    """An application that opens its gateway when it starts and closes it when it ends."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        gateway = await open_gateway(settings, make_backends)
        app.state.gateway = gateway
        gateway.install(app)
        await gateway.start()
        try:
            yield
        finally:
            await gateway.aclose()

    app = FastAPI(
        title="民声 12345",
        version="1",
        description="市民会话、知识、工单接口。市民会话用创建时返回的令牌，其余用运营接口令牌。",
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    door = wechat.Door.of(settings)
    if door is not None:
        install(app, door)
    install_problem_handlers(app)
    for router in (*CITIZENS, *MACHINES, *CONSOLE):
        app.include_router(router)
    page_config: dict[str, str | int | bool] = {
        "city": settings.city,
        "timezone": settings.timezone,
        "message_max_chars": settings.message_max_chars,
        "calls": settings.web_max_calls > 0,
        "sms": settings.sms_url is not None,
    }
    app.include_router(page_router(dist, page_config))
    app.add_middleware(
        Shell,
        max_body_bytes=BYTES_PER_CHAR * settings.message_max_chars + BODY_EXTRA_BYTES,
        max_picture_bytes=MAX_BYTES + BODY_EXTRA_BYTES,
    )
    return app
