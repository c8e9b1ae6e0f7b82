"""A follower takes every message once and in order, from the hub and from SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from desk.conversations import ConversationStore, Message, Sender
from desk.conversations.store import PAGE, utc_now
from gateway.feed.cursor import MessageCursor
from gateway.runtime.blocking import Blocking


def message(seq: int) -> Message:
    return Message(
        conversation_id="c1",
        seq=seq,
        sender=Sender.CITIZEN,
        text=f"第{seq}条",
        format="plain",
        speech=f"第{seq}条",
        kind="text",
        quick_replies=(),
        card=None,
        message_id=None,
        payload=None,
        reply_to=None,
        at=utc_now(),
    )


class Log:
    """A conversation with so many messages. `meanwhile` runs while a page is being read."""

    def __init__(self, last_seq: int) -> None:
        self.last_seq = last_seq
        self.reads = 0
        self.meanwhile: Any = None

    def messages(self, _conversation_id: str, after: int, limit: int) -> list[Message]:
        return [message(seq) for seq in range(after + 1, min(after + limit, self.last_seq) + 1)]

    async def read(self, work: Any, *arguments: Any) -> list[Message]:
        self.reads += 1
        page: list[Message] = work(*arguments)
        if self.meanwhile is not None:
            self.meanwhile()
        return page


def cursor_of(log: Log, seq: int = 0, **more: Any) -> MessageCursor:
    return MessageCursor(cast(ConversationStore, log), cast(Blocking, log), "c1", seq, **more)


async def taken(cursor: MessageCursor) -> list[int]:
    return [one.seq async for one in cursor.missing()]


async def test_the_next_message_is_taken_and_a_known_one_is_not() -> None:
    cursor = cursor_of(Log(0))
    assert cursor.take(1) and cursor.take(2)
    assert not cursor.take(2) and not cursor.lacks(2)


async def test_what_the_hub_lost_is_read_from_the_log() -> None:
    log = Log(5)
    cursor = cursor_of(log, 2)
    assert not cursor.take(5) and cursor.lacks(5)
    assert await taken(cursor) == [3, 4, 5]
    assert cursor.take(6)


async def test_a_long_log_is_read_page_by_page_and_each_page_is_prepared() -> None:
    prepared: list[int] = []

    async def prepare(page: Sequence[Message]) -> None:
        prepared.append(len(page))

    log = Log(2 * PAGE + 1)
    assert await taken(cursor_of(log, prepare=prepare)) == list(range(1, 2 * PAGE + 2))
    assert prepared == [PAGE, PAGE, 1]


async def test_a_message_that_the_hub_brings_while_the_log_is_read_comes_once() -> None:
    log = Log(3)
    cursor = cursor_of(log, 1)
    log.meanwhile = lambda: cursor.take(2)
    assert await taken(cursor) == [3]
