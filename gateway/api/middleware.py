"""Around every request: an address that can be looked up, a bound on its body, safe headers on its answer, a count in the
metrics. Plain ASGI."""

from __future__ import annotations

import asyncio

import orjson
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desk.store.storable import storable
from gateway import sentences
from gateway.channels.web.pages import security_headers
from gateway.runtime.installed import find_or_none
from gateway.runtime.metrics import Metrics
from gateway.wire import error_json

# A photograph sent by mistake gets its answer; an attacker gets a reset.
DISCARD_BYTES = 8 * 1024 * 1024
DISCARD_WAIT_S = 2.0


class Shell:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, max_picture_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._max_picture_bytes = max_picture_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            # Path and query come in here and nowhere else; bodies and frames are cleaned by `wire.CleanBody`.
            scope = {**scope, "path": storable(scope["path"]), "query_string": _storable_query(scope)}
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        status, received, refused = 500, 0, False
        limit = self._max_picture_bytes if scope["path"].endswith("/images") else self._max_body_bytes

        async def bounded_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # Ends the reading; whatever the application makes of it, `safe_send` answers 413.
                if message.get("more_body"):
                    await _discard(receive)
                return {"type": "http.request", "body": b"", "more_body": False}
            return message

        async def safe_send(message: Message) -> None:
            nonlocal status, refused
            if received > limit:
                if not refused:
                    refused, status = True, 413
                    await _too_large(send)
                return
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                for name, value in security_headers(headers.get("host", "")).items():
                    answer.setdefault(name, value)
                # Conversations and orders must not stay in any cache; pages say themselves how long they keep.
                answer.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            if _announced(headers) > limit:
                status = 413
                await _discard(receive)
                await _too_large(send)
            else:
                await self._app(scope, bounded_receive, safe_send)
        finally:
            metrics = find_or_none(HTTPConnection(scope), Metrics) if "app" in scope else None
            if metrics is not None:
                # The template, not the path: paths hold conversation ids and order numbers.
                route = getattr(scope.get("route"), "path", "other")
                metrics.requests.labels(scope["method"], route, str(status)).inc()


async def _discard(receive: Receive) -> None:
    """Read on for a moment: a connection that is closed with unread data is reset, and our answer with it."""
    seen = 0
    try:
        async with asyncio.timeout(DISCARD_WAIT_S):
            while seen < DISCARD_BYTES:
                message = await receive()
                seen += len(message.get("body", b""))
                if not message.get("more_body"):
                    return
    except TimeoutError:
        return


def _storable_query(scope: Scope) -> bytes:
    query: bytes = scope.get("query_string", b"")
    return query.replace(b"%00", b"").replace(b"\x00", b"")


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0


async def _too_large(send: Send) -> None:
    body = orjson.dumps(error_json("too_long", sentences.TOO_LONG, retryable=False))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    # The rest of the body is still on its way; the connection cannot be used again.
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
