"""The action server runs no action for whoever cannot show the product's token."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import httpx
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions.__main__ import guard

TOKEN = "the-token-of-this-test"


async def statuses(asked: list[tuple[str, dict[str, str]]]) -> list[int]:
    app = create_app(ActionExecutor())
    app.register_middleware(guard(TOKEN), "request")
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server: Any = await app.create_server(sock=listening, return_asyncio_server=True)
    await server.startup()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            answers = [await client.post(path, json={}, headers=headers) for path, headers in asked[:-1]]
            path, headers = asked[-1]
            answers.append(await client.get(path, headers=headers))
            return [answer.status_code for answer in answers]
    finally:
        server.close()
        await server.wait_closed()


def test_only_the_token_opens_it() -> None:
    shown = {"Authorization": f"Bearer {TOKEN}"}
    wrong = {"Authorization": f"Bearer {TOKEN}x"}
    asked = [("/webhook", {}), ("/webhook", wrong), (f"/webhook?token={TOKEN}", {}), ("/health", {})]
    assert asyncio.run(statuses([*asked, ("/health", shown)])) == [401, 401, 401, 401, 200]
