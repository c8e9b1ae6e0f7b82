"""What counts as an answer to a citizen who writes over HTTP."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from bench.writing import NotAnswered, gateway_citizen, load


class Gateway:
    """Answers every message with these replies; `heard` is what was said, by conversation."""

    def __init__(self, *replies: dict[str, str], status: int = 200) -> None:
        self._replies = replies
        self._status = status
        self.heard: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/conversations":
            return httpx.Response(201, json={"id": "c1", "token": "t1", "greeting": []})
        assert request.headers["Authorization"] == "Bearer t1"
        said: dict[str, Any] = httpx.Response(200, content=request.content).json()
        self.heard.append((request.url.path, said["text"]))
        return httpx.Response(self._status, json={"seq": 1, "replies": self._replies, "owner": "bot"})

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self), base_url="http://gateway")


async def test_the_bots_words_are_an_answer() -> None:
    gateway = Gateway({"from": "bot", "text": "您好"})
    async with gateway.client() as client:
        say = await gateway_citizen(client)
        await say("你好")
    assert gateway.heard == [("/api/v1/conversations/c1/messages", "你好")]


@pytest.mark.parametrize("replies", [(), ({"from": "system", "text": "非常抱歉"},)])
async def test_silence_and_an_apology_are_none(replies: tuple[dict[str, str], ...]) -> None:
    async with Gateway(*replies).client() as client:
        say = await gateway_citizen(client)
        with pytest.raises(NotAnswered, match="非常抱歉" if replies else "nothing"):
            await say("你好")


async def test_a_refusal_is_an_error() -> None:
    async with Gateway(status=503).client() as client:
        say = await gateway_citizen(client)
        with pytest.raises(httpx.HTTPStatusError):
            await say("你好")


async def test_turns_are_shared_out_among_the_citizens() -> None:
    said: list[str] = []

    async def make(_client: httpx.AsyncClient) -> Any:
        async def say(text: str) -> None:
            said.append(text)

        return say

    times, rate = await load(make, "http://nobody", 3, 12)
    assert len(times) == len(said) == 12 and rate > 0
    # Each begins at another message.
    assert len(set(said)) == 6
