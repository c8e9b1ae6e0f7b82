"""Turns, locks and the hub without a server: a real database and Redis, a bot that answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from desk.conversations import Appended, ConversationStore, Turnover
from desk.store.base import Base
from desk.store.engine import open_engine
from gateway.feed.hub import Hub
from gateway.runtime.blocking import Blocking
from gateway.runtime.metrics import Metrics
from gateway.runtime.redis_link import RedisLink
from gateway.turns.rasa import RasaClient
from gateway.turns.replay import Replay
from gateway.turns.replies import CallbackWish
from gateway.turns.session import StoreAnswer
from gateway.turns.spool import Spool
from gateway.turns.turn_lock import TurnLocks
from gateway.turns.turns import Turns


class Bot:
    """`RasaClient` without Rasa. `answers` says what it answers; while `thinks` is not set it keeps everybody waiting."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.thinks = asyncio.Event()
        self.thinks.set()
        self.error: Exception | None = None
        self.custom: dict[str, Any] = {}

    async def ask(self, _conversation_id: str, text: str, _metadata: Mapping[str, Any]) -> object:
        self.asked.append(text)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.thinks.wait()
        finally:
            self.at_once -= 1
        if self.error is not None:
            raise self.error
        return [{"custom": {"text": f"答：{text}", **self.custom}}]


@dataclass
class HandoffHears:
    """What turns tell the people's side."""

    said: list[str] = field(default_factory=list)
    requested_of: list[Turnover] = field(default_factory=list)
    callbacks: list[CallbackWish] = field(default_factory=list)

    async def admit(self, answer: StoreAnswer, channel: str) -> StoreAnswer:
        return answer

    async def requested(self, turnover: Turnover) -> None:
        self.requested_of.append(turnover)

    async def citizen_said(self, appended: Appended) -> None:
        self.said.append(appended.message.text)

    async def callback(self, conversation_id: str, wish: CallbackWish) -> None:
        self.callbacks.append(wish)


@dataclass
class Machine:
    """One replica's turns."""

    turns: Turns
    store: ConversationStore
    blocking: Blocking
    locks: TurnLocks
    hub: Hub
    bot: Bot
    handoff: HandoffHears
    spool: Spool

    def begin(self) -> str:
        """A new conversation."""
        return self.store.create("web")[0].id

    def texts(self, conversation_id: str) -> list[str]:
        return [message.text for message in self.store.messages(conversation_id)]


@pytest.fixture
async def machine(redis_url: str, tmp_path: Path) -> AsyncIterator[Machine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(engine)
    blocking, store = Blocking(sqlite=True), ConversationStore(engine)
    redis, metrics, bot, handoff = RedisLink(redis_url), Metrics(), Bot(), HandoffHears()
    hub, spool = Hub(redis, store, blocking), Spool(tmp_path / "spool")
    locks = TurnLocks(redis, store, blocking)
    turns = Turns(
        store=store,
        blocking=blocking,
        locks=locks,
        rasa=cast(RasaClient, bot),
        hub=hub,
        spool=spool,
        replay=Replay(spool, store, blocking),
        metrics=metrics,
        timezone=ZoneInfo("Asia/Shanghai"),
        handoff=handoff,
    )
    yield Machine(turns, store, blocking, locks, hub, bot, handoff, spool)
    bot.thinks.set()
    await turns.aclose(10.0)
    await redis.aclose()
    await blocking.aclose()
    spool.close()
    engine.dispose()
