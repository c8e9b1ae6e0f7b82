"""Citizens who write over HTTP (docs/protocol.md), one message after the other, and how long they wait."""

from __future__ import annotations

import asyncio
import itertools
import time
import uuid
from collections.abc import Awaitable, Callable

import httpx

MESSAGES = (
    "你好",
    "你是谁",
    "公积金怎么提取",
    "社保卡丢了怎么补办",
    "谢谢",
    "你能帮我做什么",
    "家里停水了找谁",
    "再说一遍",
)
NO_LIMITS = {
    "MINSHENG_RATE_MESSAGES_PER_MINUTE": "1000000",
    "MINSHENG_RATE_CONVERSATIONS_PER_HOUR": "1000000",
}
# No turn takes longer, however busy the machine.
TURN_S = 120.0
Say = Callable[[str], Awaitable[None]]


class NotAnswered(Exception):
    """A turn without words of the bot: the gateway said nothing, or apologised for the bot."""


async def gateway_citizen(client: httpx.AsyncClient) -> Say:
    """Begin a conversation. What is returned says one message and waits for the bot's answer; it raises NotAnswered,
    httpx.HTTPError."""
    begun = await client.post("/api/v1/conversations", json={"channel": "api"})
    begun.raise_for_status()
    made = begun.json()
    headers = {"Authorization": f"Bearer {made['token']}"}

    async def say(text: str) -> None:
        body = {"message_id": uuid.uuid4().hex, "text": text}
        answer = await client.post(f"/api/v1/conversations/{made['id']}/messages", json=body, headers=headers)
        answer.raise_for_status()
        replies = answer.json()["replies"]
        if not any(reply["from"] == "bot" for reply in replies):
            raise NotAnswered(f"to {text}: {' '.join(reply['text'] for reply in replies) or 'nothing'}")

    return say


async def load(
    make: Callable[[httpx.AsyncClient], Awaitable[Say]],
    url: str,
    in_flight: int,
    turns: int,
    headers: dict[str, str] | None = None,
) -> tuple[list[float], float]:
    """(seconds of each turn, turns a second) of so many conversations at once."""
    limits = httpx.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=TURN_S, limits=limits) as client:
        citizens = [await make(client) for _ in range(in_flight)]
        times: list[float] = []

        async def talk(say: Say, start: int) -> None:
            for text in itertools.islice(
                itertools.cycle(MESSAGES), start, start + max(1, turns // in_flight)
            ):
                began = time.perf_counter()
                await say(text)
                times.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(talk(say, n) for n, say in enumerate(citizens)))
        return times, len(times) / (time.perf_counter() - began)
