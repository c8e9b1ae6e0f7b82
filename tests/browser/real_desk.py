"""The desk of the whole product in browser tests: it is empty before and after each of them, and seats act on it by
keyboard."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeVar

import pytest
from playwright.sync_api import Locator, Page, expect
from redis.asyncio import Redis

from desk.conversations import ConversationStore, Owner
from desk.handoff.queue import HandoffQueue, Snapshot
from desk.handoff.routing import is_around
from desk.store.engine import open_engine
from launcher.private import PrivateProduct
from tests.waiting import PATIENCE_S, wait_until

PASSWORD = "Mingzhou-12345-desk"
# What browsers report by themselves when a server is gone.
EXPECTED = re.compile(r"WebSocket connection to|ERR_CONNECTION_REFUSED|status of (401|502|503)")
# More than any test of the session begins before it is closed again.
NEWEST = 1000

T = TypeVar("T")


@pytest.fixture
def desk(product: PrivateProduct) -> Iterator[None]:
    """Nobody waits and no seat is at the desk when the test begins, and when the next one does, however this one ends.

    What opens pages depends on it, so that they are closed before the desk is cleared.
    """
    clear(product)
    yield
    clear(product)


def clear(product: PrivateProduct) -> None:
    """Close all conversations, take all seats away, wait until the queue has seen it.

    Closed is also what waits for nobody: an emergency that nobody was there for is called out as soon as a console
    opens, and an answer of the bot that is still on its way cannot queue a closed conversation.
    """

    def is_empty() -> bool:
        with_store(product, _close_all)
        on_queue(product, _forget_seats)
        now = snapshot(product)
        return not (now.entries or now.offers or now.leases or now.seats)

    wait_until(is_empty)


def _close_all(store: ConversationStore) -> None:
    for conversation in store.newest(limit=NEWEST):
        if conversation.owner is not Owner.CLOSED:
            store.close(conversation.id)


async def _forget_seats(queue: HandoffQueue) -> None:
    for seat_id in (await queue.snapshot()).seats:
        await queue.forget(seat_id, datetime.now(UTC))


def with_store(product: PrivateProduct, look: Callable[[ConversationStore], T]) -> T:
    engine = open_engine(product.settings.effective_database_url)
    try:
        return look(ConversationStore(engine))
    finally:
        engine.dispose()


def on_queue(product: PrivateProduct, act: Callable[[HandoffQueue], Awaitable[T]]) -> T:
    """In a thread, because Playwright has a loop in this one."""

    async def connected() -> T:
        client = Redis.from_url(product.settings.effective_redis_url)
        try:
            return await act(HandoffQueue(client))
        finally:
            await client.aclose()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, connected()).result()


def snapshot(product: PrivateProduct) -> Snapshot:
    """The queue now."""
    return on_queue(product, HandoffQueue.snapshot)


def nobody_around(product: PrivateProduct) -> None:
    """Wait until the last seat is gone; one whose browser was killed is there until it is missed."""
    lost_s = product.settings.seat_lost_s
    wait_until(
        lambda: not any(is_around(view) for view in snapshot(product).views(datetime.now(UTC), lost_s)),
        lost_s + PATIENCE_S,
    )


def conversation_of(page: Page) -> str:
    """The conversation of a citizen's page, as soon as it has one: the newest of the hotline may be somebody else's."""
    found = page.wait_for_function(
        "() => JSON.parse(localStorage.getItem('minsheng.chat.session') ?? '{}').conversation"
    )
    return str(found.json_value())


def sign_in(page: Page, username: str) -> None:
    """On the page of the seats."""
    page.get_by_test_id("username").fill(username)
    page.get_by_test_id("password").fill(PASSWORD)
    page.get_by_test_id("password").press("Enter")
    expect(page.get_by_test_id("console")).to_have_attribute("data-line", "online")


def choose_status(page: Page, status: str) -> None:
    page.keyboard.press("Alt+s")
    page.get_by_test_id(f"status-{status}").click()
    expect(page.get_by_test_id("status")).to_have_attribute("data-status", status)


def get_ready(page: Page) -> None:
    page.keyboard.press("Alt+r")
    expect(page.get_by_test_id("status")).to_have_attribute("data-status", "ready")


def offer_of(page: Page, conversation: str) -> Locator:
    return page.locator(f'[data-testid="offer"][data-conversation="{conversation}"]')


def take(page: Page, conversation: str) -> None:
    """Wait for the offer of this conversation and accept it by key."""
    offer = offer_of(page, conversation)
    expect(offer).to_be_visible()
    page.keyboard.press("Alt+a")
    expect(offer).to_have_count(0)
    expect(page.get_by_test_id("talk")).to_have_attribute("data-conversation", conversation)


def decline(page: Page, conversation: str) -> None:
    """Wait for the offer of this conversation and decline it by key."""
    offer = offer_of(page, conversation)
    expect(offer).to_be_visible()
    page.keyboard.press("Alt+x")
    expect(offer).to_have_count(0)


def messages(page: Page, sender: str) -> Locator:
    return page.locator(f'[data-testid="message"][data-from="{sender}"]')


def wrap_up(page: Page, outcome_key: str) -> None:
    """End the talk and fill in the wrap-up, by keys alone."""
    page.keyboard.press("Alt+w")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("dialog-wrap-up")).to_be_visible()
    page.keyboard.press(outcome_key)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_test_id("my-conversation")).to_have_count(0)
