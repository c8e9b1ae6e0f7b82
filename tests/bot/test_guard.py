"""Nobody asks Rasa anything without the product's token: neither over its API nor over the REST channel."""

from __future__ import annotations

import asyncio
import re
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from rasa.core import run
from rasa.core.channels.rest import RestInput
from rasa.utils.endpoints import read_endpoint_config

from bot.guard import guarded, token_of_environment
from bot.redis_stores import check_environment

TOKEN = "the-token-of-this-test"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
WRONG: list[dict[str, str]] = [
    {},
    {"Authorization": "Bearer "},
    {"Authorization": f"Bearer {TOKEN}x"},
    {"Authorization": TOKEN},
]


async def statuses(asked: list[tuple[str, str, dict[str, str]]]) -> list[int]:
    """What the real server of Rasa, with its API and its REST channel, answers."""
    app = guarded(run.configure_app, TOKEN)([RestInput()], enable_api=True)
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server: Any = await app.create_server(sock=listening, return_asyncio_server=True)
    await server.startup()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            found = []
            for method, path, headers in asked:
                async with session.request(method, path, headers=headers, json={}) as answer:
                    found.append(answer.status)
            return found
    finally:
        server.close()
        await server.wait_closed()


def test_nothing_is_answered_without_the_token_and_all_with_it() -> None:
    paths = [
        ("POST", "/webhooks/rest/webhook"),
        ("GET", "/conversations/c1/tracker"),
        ("POST", "/conversations/c1/tracker/events"),
        ("POST", "/model/parse"),
        ("GET", "/status"),
        ("GET", "/"),
    ]
    without = [(method, path, headers) for method, path in paths for headers in WRONG]
    # The parameter of Rasa's own guard is none.
    without.append(("GET", f"/status?token={TOKEN}", {}))
    with_it = [("GET", "/", SHOWN), ("GET", "/nowhere", SHOWN)]
    found = asyncio.run(statuses(without + with_it))
    assert set(found[: len(without)]) == {401}
    assert found[len(without) :] == [200, 404]


def test_rasa_shows_the_action_server_its_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in re.findall(r"\$\{(\w+)\}", Path("endpoints.yml").read_text(encoding="utf-8")):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("MINSHENG_ACTIONS_TOKEN", "of-the-actions")
    endpoint = read_endpoint_config("endpoints.yml", "action_endpoint")
    assert endpoint is not None and endpoint.headers == {"Authorization": "Bearer of-the-actions"}


def test_without_a_token_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINSHENG_RASA_TOKEN", raising=False)
    with pytest.raises(SystemExit, match="make run"):
        token_of_environment()


def test_without_redis_it_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rasa itself would take a store of its own that forgets everything."""
    monkeypatch.delenv("MINSHENG_RASA_REDIS", raising=False)
    with pytest.raises(SystemExit, match="MINSHENG_RASA_REDIS is not set"):
        check_environment()
