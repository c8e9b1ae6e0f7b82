"""Events reach every follower on every replica; what Redis loses the sweep makes up for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from desk.conversations import Conversation, ConversationStore, Draft, Message, Sender
from desk.store.base import Base
from desk.store.engine import open_engine
from gateway.feed import hub as hub_module
from gateway.feed.hub import Hub
from gateway.runtime.blocking import Blocking
from gateway.runtime.redis_link import RedisLink
from tests.waiting import until

NO_REDIS = "redis://127.0.0.1:1/0"


class Page:
    def __init__(self) -> None:
        self.events: list[Mapping[str, Any]] = []
        self.heads: list[int] = []

    def on_event(self, event: Mapping[str, Any]) -> None:
        self.events.append(event)

    def on_head(self, conversation: Conversation) -> None:
        self.heads.append(conversation.last_seq)


@asynccontextmanager
async def replicas(url: str, tmp_path: Path) -> AsyncIterator[tuple[Hub, Hub, ConversationStore, str]]:
    """Two processes' hubs, the log, and a conversation."""
    engine = open_engine(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(engine)
    store, blocking = ConversationStore(engine), Blocking(sqlite=True)
    links = RedisLink(url), RedisLink(url)
    one, other = (Hub(link, store, blocking, lambda user: {"id": user} if user else None) for link in links)
    one.start()
    other.start()
    yield one, other, store, store.create("web")[0].id
    for hub in (one, other):
        await hub.aclose()
    for link in links:
        await link.aclose()
    await blocking.aclose()
    engine.dispose()


@pytest.mark.redis
async def test_an_event_reaches_this_replica_at_once_and_the_others_soon_each_once(
    redis_url: str, tmp_path: Path
) -> None:
    async with replicas(redis_url, tmp_path) as (one, other, _store, conversation_id):
        here, there, elsewhere = Page(), Page(), Page()
        one.listen(conversation_id, here)
        other.listen(conversation_id, there)
        other.listen("c-other", elsewhere)
        sent = 0
        async with asyncio.timeout(60):
            # What is said before the other replica has subscribed is lost.
            while not there.events:
                one.publish(conversation_id, {"type": "typing", "n": sent})
                sent += 1
                assert len(here.events) == sent
                await asyncio.sleep(0.05)
        one.publish(conversation_id, {"type": "typing", "n": "last"})
        await until(lambda: there.events[-1]["n"] == "last")
        numbers = [event["n"] for event in there.events]
        assert len(numbers) == len(set(numbers)) and len(here.events) == sent + 1
        assert elsewhere.events == []


@pytest.mark.redis
async def test_who_has_left_hears_nothing(redis_url: str, tmp_path: Path) -> None:
    async with replicas(redis_url, tmp_path) as (one, _other, _store, conversation_id):
        page, stays = Page(), Page()
        one.listen(conversation_id, page)
        one.listen(conversation_id, stays)
        assert one.listening(conversation_id) == 2
        one.leave(conversation_id, page)
        one.leave(conversation_id, page)
        one.publish(conversation_id, {"type": "typing"})
        assert (page.events, len(stays.events), one.listening(conversation_id)) == ([], 1, 1)


async def test_without_redis_the_sweep_tells_how_far_the_log_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "SWEEP_S", 0.02)
    async with replicas(NO_REDIS, tmp_path) as (one, other, store, conversation_id):
        page = Page()
        other.listen(conversation_id, page)
        one.publish_messages(store.append_system(conversation_id, [Draft(sender=Sender.SYSTEM, text="您好")]))
        await until(lambda: page.heads and page.heads[-1] == 1)
        assert page.events == []


async def test_messages_are_described_and_whoever_watches_the_process_is_told(tmp_path: Path) -> None:
    async with replicas(NO_REDIS, tmp_path) as (one, _other, store, conversation_id):
        page, seen = Page(), list[Message]()
        one.listen(conversation_id, page)
        one.watch(seen.append)
        messages = store.append_system(conversation_id, [Draft(sender=Sender.SYSTEM, text="您好")])
        one.publish_messages(messages)
        assert [event["message"]["text"] for event in page.events] == ["您好"]
        assert page.events[0]["message"]["author"] is None and seen == list(messages)


async def test_a_full_outbox_costs_other_replicas_the_event_and_this_one_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "OUTBOX", 1)
    async with replicas(NO_REDIS, tmp_path) as (one, _other, _store, conversation_id):
        page = Page()
        one.listen(conversation_id, page)
        for number in range(5):
            one.publish(conversation_id, {"type": "typing", "n": number})
        assert [event["n"] for event in page.events] == [0, 1, 2, 3, 4]
