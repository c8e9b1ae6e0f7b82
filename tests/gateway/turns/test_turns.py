"""The shell of the turns met directly: order, one question at a time, nothing twice, nothing lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from desk.conversations import HandoffReason, MessageIdTaken, Owner
from gateway import sentences
from gateway.errors import Failure, MessageKept, RasaError, StillWorking, StoreUnavailable
from gateway.turns.turns import Turns
from tests.gateway.turns.conftest import Machine
from tests.waiting import PATIENCE_S, until

pytestmark = pytest.mark.redis


async def said(turns: Turns, conversation_id: str, message_id: str, text: str) -> list[str]:
    appended = await turns.accept(conversation_id, message_id, text)
    answer = await turns.answer(appended, PATIENCE_S)
    return [message.text for message in answer.replies]


async def test_messages_that_come_at_once_are_asked_one_by_one_and_in_order(machine: Machine) -> None:
    conversation_id = machine.begin()
    machine.bot.thinks.clear()
    # The second and third come while the first is in work.
    first = await machine.turns.accept(conversation_id, "m1", "一")
    await until(lambda: machine.bot.asked == ["一"])
    later = [await machine.turns.accept(conversation_id, f"m{n}", text) for n, text in ((2, "二"), (3, "三"))]
    machine.bot.thinks.set()
    for appended in (first, *later):
        await machine.turns.answer(appended, PATIENCE_S)
    assert machine.bot.asked == ["一", "二", "三"] and machine.bot.most_at_once == 1
    assert machine.texts(conversation_id) == ["一", "二", "三", "答：一", "答：二", "答：三"]


async def test_conversations_do_not_wait_for_one_another(machine: Machine) -> None:
    machine.bot.thinks.clear()
    ids = [machine.begin(), machine.begin()]
    for number, conversation_id in enumerate(ids):
        await machine.turns.accept(conversation_id, "m", f"第{number}个")
    await until(lambda: machine.bot.at_once == 2)


async def test_a_message_that_is_sent_again_is_answered_as_before(machine: Machine) -> None:
    conversation_id = machine.begin()
    first = await said(machine.turns, conversation_id, "m1", "路灯坏了")
    assert first == ["答：路灯坏了"] == await said(machine.turns, conversation_id, "m1", "路灯坏了")
    assert machine.bot.asked == ["路灯坏了"]
    with pytest.raises(MessageIdTaken):
        await machine.turns.accept(conversation_id, "m1", "别的话")


async def test_whoever_breaks_off_is_answered_all_the_same(machine: Machine) -> None:
    conversation_id = machine.begin()
    machine.bot.thinks.clear()
    page = asyncio.create_task(machine.turns.accept(conversation_id, "m1", "在吗"))
    await until(lambda: machine.bot.asked)
    page.cancel()
    machine.bot.thinks.set()
    await until(lambda: machine.texts(conversation_id) == ["在吗", "答：在吗"])


async def test_who_waits_too_long_is_told_so_and_the_turn_goes_on(machine: Machine) -> None:
    conversation_id = machine.begin()
    machine.bot.thinks.clear()
    appended = await machine.turns.accept(conversation_id, "m1", "慢慢来")
    with pytest.raises(StillWorking):
        await machine.turns.answer(appended, 0.05)
    machine.bot.thinks.set()
    answer = await machine.turns.answer(appended, PATIENCE_S)
    assert [message.text for message in answer.replies] == ["答：慢慢来"]


async def test_a_bot_that_cannot_be_reached_is_apologised_for_in_each_conversation(machine: Machine) -> None:
    machine.bot.error = RasaError(Failure.UNREACHABLE)
    for conversation_id in (machine.begin(), machine.begin()):
        assert await said(machine.turns, conversation_id, "m1", "在吗") == [
            sentences.FAILURES[Failure.UNREACHABLE]
        ]
        [mark] = machine.store.handoff_marks(conversation_id)
        assert mark.reason is HandoffReason.FAILURE


async def test_an_answer_to_a_conversation_that_was_handed_on_is_dropped(machine: Machine) -> None:
    conversation_id = machine.begin()
    machine.bot.thinks.clear()
    await machine.turns.accept(conversation_id, "m1", "一")
    await until(lambda: machine.bot.asked)
    machine.store.close(conversation_id)
    machine.bot.thinks.set()
    await machine.turns.aclose(PATIENCE_S)
    assert machine.texts(conversation_id) == ["一"]


async def test_a_message_that_cannot_be_stored_is_kept_and_answered_when_the_database_is_back(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation_id = machine.begin()
    write = machine.blocking.write

    async def away(*_work: Any, **_more: Any) -> Any:
        raise StoreUnavailable

    monkeypatch.setattr(machine.blocking, "write", away)
    with pytest.raises(MessageKept):
        await machine.turns.accept(conversation_id, "m1", "先记下")
    assert machine.spool.waiting(conversation_id) and machine.texts(conversation_id) == []
    monkeypatch.setattr(machine.blocking, "write", write)
    # What is said next comes after it.
    assert await said(machine.turns, conversation_id, "m2", "再说一句") == ["答：再说一句"]
    assert machine.texts(conversation_id) == ["先记下", "再说一句", "答：先记下", "答：再说一句"]
    assert not machine.spool.waiting(conversation_id)


async def test_an_answer_that_cannot_be_stored_is_kept_and_not_asked_for_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation_id = machine.begin()
    write = machine.blocking.write

    async def no_answers(work: Any, *arguments: Any, **more: Any) -> Any:
        if work == machine.store.append_reply:
            raise StoreUnavailable
        return await write(work, *arguments, **more)

    monkeypatch.setattr(machine.blocking, "write", no_answers)
    appended = await machine.turns.accept(conversation_id, "m1", "一")
    with pytest.raises(MessageKept):
        await machine.turns.answer(appended, PATIENCE_S)
    monkeypatch.setattr(machine.blocking, "write", write)
    await machine.turns.recover(older_than=timedelta(), younger_than=timedelta(hours=1))
    await until(lambda: machine.texts(conversation_id) == ["一", "答：一"])
    assert machine.bot.asked == ["一"]


async def test_what_was_never_answered_is_found_again(machine: Machine) -> None:
    conversation_id = machine.begin()
    # Stored by a process that died right after.
    machine.store.append_citizen(conversation_id, "m1", "还在吗")
    assert await machine.turns.recover(older_than=timedelta(), younger_than=timedelta(hours=1)) == 1
    await until(lambda: machine.texts(conversation_id) == ["还在吗", "答：还在吗"])


async def test_a_turn_in_another_process_is_waited_for(machine: Machine) -> None:
    conversation_id = machine.begin()
    lock = await machine.locks.try_take(conversation_id)
    assert lock is not None
    appended = await machine.turns.accept(conversation_id, "m1", "一")
    await asyncio.sleep(0.1)
    assert machine.bot.asked == []
    await lock.release()
    await machine.turns.answer(appended, PATIENCE_S)
    assert machine.bot.asked == ["一"]


async def test_a_conversation_that_comes_back_to_the_bot_is_spoken_to_first(machine: Machine) -> None:
    conversation_id = machine.begin()
    epoch = machine.store.get(conversation_id).epoch

    async def turn_over() -> int:
        return epoch

    await machine.turns.hand_back(conversation_id, turn_over, "/returned_from_seat")
    await until(lambda: machine.texts(conversation_id) == ["答：/returned_from_seat"])
    assert machine.store.get(conversation_id).owner is Owner.BOT
