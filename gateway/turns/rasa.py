"""Asks Rasa one question over its REST channel."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from gateway.errors import Failure, RasaError

# The loopback either takes a connection at once or not at all.
CONNECT_TIMEOUT_S = 2.0
MAX_CONNECTIONS = 200
# Reading a tracker of a thousand events takes tens of milliseconds.
TRACKER_LIMIT_S = 2.0


class RasaClient:
    """Pooled; share one. Close with `aclose`."""

    def __init__(self, url: str, timeout_s: float, headers: Mapping[str, str] | None = None) -> None:
        """`headers`: what Rasa asks for."""
        self._url = f"{url}/webhooks/rest/webhook"
        self._conversations = f"{url}/conversations"
        self._timeout_s = timeout_s
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S),
            limits=httpx.Limits(max_connections=MAX_CONNECTIONS, max_keepalive_connections=MAX_CONNECTIONS),
            # A proxy of the environment has no business between us and the loopback.
            trust_env=False,
            headers=headers,
        )

    async def ask(self, conversation_id: str, text: str, metadata: Mapping[str, Any]) -> object:
        """Rasa's answer as parsed JSON; `gateway.turns.replies` makes sense of it.

        Raises:
            RasaError: with the kind of failure. The turn may have happened nevertheless unless it is UNREACHABLE.
        """
        body = orjson.dumps({"sender": conversation_id, "message": text, "metadata": dict(metadata)})
        try:
            async with asyncio.timeout(self._timeout_s):
                response = await self._post(body)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise RasaError(Failure.TIMEOUT) from error
        except httpx.ConnectError as error:
            raise RasaError(Failure.UNREACHABLE) from error
        except httpx.HTTPError as error:
            raise RasaError(Failure.BROKEN) from error
        if response.status_code != 200:
            raise RasaError(Failure.BROKEN)
        try:
            return orjson.loads(response.content)
        except orjson.JSONDecodeError as error:
            raise RasaError(Failure.BROKEN) from error

    async def tracker(self, conversation_id: str, limit_s: float = TRACKER_LIMIT_S) -> object:
        """What Rasa remembers of a conversation, as parsed JSON; None when it cannot be had in time.

        Never raises: it only fills a form in advance, and a person can fill it without.
        """
        url = f"{self._conversations}/{quote(conversation_id, safe='')}/tracker"
        try:
            async with asyncio.timeout(limit_s):
                response = await self._http.get(url)
            return orjson.loads(response.content) if response.status_code == 200 else None
        except (TimeoutError, httpx.HTTPError, orjson.JSONDecodeError):
            return None

    async def _post(self, body: bytes) -> httpx.Response:
        headers = {"content-type": "application/json"}
        try:
            return await self._http.post(self._url, content=body, headers=headers)
        except (httpx.ConnectError, httpx.WriteError):
            # Refused, or reset before the whole request was out: Rasa cannot have acted on it, so once more is safe.
            # A restarting Rasa and a connection that died in the pool look like this. Everything later is ambiguous.
            await asyncio.sleep(0.05)
            return await self._http.post(self._url, content=body, headers=headers)

    async def aclose(self) -> None:
        await self._http.aclose()
