"""uvicorn with our bounds, and an end that loses nobody."""

from __future__ import annotations

import socket

import uvicorn
from fastapi import FastAPI

from desk.settings import Settings
from gateway.app import create_app
from gateway.sockets.connections import bounded
from gateway.sockets.file_limit import connections_within, raise_file_limit
from gateway.sockets.network import trusted_proxies
from gateway.sockets.page_socket import MAX_FRAME_BYTES

# What is left after our own goodbye (composition.GRACE_S) has taken its time.
GRACEFUL_SHUTDOWN_S = 5
PING_S = 20.0


class GatewayServer(uvicorn.Server):
    """Says 1001 to open pages and lets turns finish before uvicorn closes anything."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._gateway_app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        gateway = getattr(self._gateway_app.state, "gateway", None)
        if gateway is not None:
            await gateway.drain()
        await super().shutdown(sockets)


def make_server(settings: Settings, app: FastAPI | None = None) -> GatewayServer:
    app = app or create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http=bounded(trusted_proxies(settings), connections_within(raise_file_limit())),
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME_BYTES,
        # Chat messages are too short to gain by it; it costs memory per page, and packed secrets leak by their length.
        ws_per_message_deflate=False,
        ws_ping_interval=PING_S,
        ws_ping_timeout=PING_S,
        # X-Forwarded-For is judged by gateway.sockets.network, by our own list of proxies.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
        backlog=1024,
    )
    return GatewayServer(config, app)
