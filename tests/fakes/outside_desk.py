"""A test double of somebody else's desk: takes webhooks, checks their signatures, answers over REST."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from typing import Any

import httpx

SECRET = "a-secret-of-two-desks"


class OutsideDeskDouble:
    """`async with` it; `events` is what it was told. `refuse` makes it answer 500."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.forged = 0
        self.refuse = False
        self._news = asyncio.Event()

    async def __aenter__(self) -> OutsideDeskDouble:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/hook"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def told(self, kind: str, limit_s: float = 15) -> dict[str, Any]:
        """The next event of that kind; it is taken."""
        async with asyncio.timeout(limit_s):
            while True:
                for index, event in enumerate(self.events):
                    if event["event"] == kind:
                        return self.events.pop(index)
                self._news.clear()
                await self._news.wait()

    def rest(self, gateway_url: str, secret: str = SECRET) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=f"{gateway_url}/api/v1/outside/conversations",
            headers={"Authorization": f"Bearer {secret}"},
            timeout=20,
            trust_env=False,
        )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
            headers = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
            body = await reader.readexactly(int(headers["content-length"]))
            signed = headers["x-minsheng-timestamp"].encode() + b"." + body
            right = "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
            genuine = hmac.compare_digest(right, headers["x-minsheng-signature"])
            self.forged += not genuine
            if genuine and not self.refuse:
                self.events.append(json.loads(body))
                self._news.set()
            status = b"500 No" if self.refuse else b"204 OK"
            writer.write(b"HTTP/1.1 " + status + b"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
