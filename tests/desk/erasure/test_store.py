"""After an erasure nobody can be found in the database, and the figures are still true. On SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from desk.conversations import ConversationClosed, ConversationStore, Draft, Owner, Sender, WrongToken
from desk.erasure import ERASED, ErasureStore, Found
from desk.orders.order import EventKind, OrderStatus
from desk.orders.proof import Asker
from desk.recordings import Outcome, RecordingCatalogue, RecordingState
from desk.seats import AuditLog
from desk.store import migrate
from desk.store.engine import open_engine
from tests.desk.erasure.people import NAME, PHONE, WORDS, aged, citizen, orders_of, stored


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


def long_ago(days: float = 30) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def test_nobody_is_found_after_an_erasure_and_the_others_are_whole(engine: Engine) -> None:
    conversation, number = citizen(engine)
    other, _ = citizen(engine, "13900139000")
    erasure = ErasureStore(engine)
    found = erasure.find_phone("138 0013 8000")
    assert found.conversations == (conversation,) and [one.number for one in found.orders] == [number]
    assert len(found.callbacks) == 1 and found.mentioned == ()
    counts = erasure.erase_conversation(conversation, "cli:ops", "本人要求，电话13800138000")
    assert counts is not None and (counts.messages, counts.callbacks) == (2, 1)
    assert erasure.erase_order(number, "cli:ops", "本人要求")
    left = stored(engine)
    assert PHONE not in left and "13900139000" in left
    with engine.connect() as connection:
        for table in ("messages", "callbacks", "notes", "handoff_marks"):
            query = text(f"select count(*) from {table} where conversation_id = :id")
            assert connection.scalar(query, {"id": conversation}) == 0
    # Everything that remains of words and names is the other's.
    ErasureStore(engine).erase_conversation(other, "cli:ops")
    for order in orders_of(engine).find_by_conversation(other):
        erasure.erase_order(order.number, "cli:ops")
    left = stored(engine)
    assert WORDS not in left and NAME not in left and "13900139000" not in left


def test_what_remains_of_an_order_is_the_kind_of_matter_and_what_became_of_it(engine: Engine) -> None:
    _, number = citizen(engine)
    orders = orders_of(engine)
    before = orders.get(number)
    assert ErasureStore(engine).erase_order(number, "cli:ops", "本人要求")
    after = orders.get(number)
    assert (after.description, after.phone, after.caller_name, after.remarks) == (ERASED, "", "", ())
    assert (after.status, after.category_code, after.department) == (
        OrderStatus.WITHDRAWN,
        before.category_code,
        before.department,
    )
    assert (after.created_at, after.place_district) == (before.created_at, before.place_district)
    assert [event.kind for event in after.history] == [*(e.kind for e in before.history), EventKind.ERASED]
    assert not any(event.note for event in after.history)
    assert not ErasureStore(engine).erase_order(number, "cli:ops"), "once"
    asker = Asker(conversation_id="another")
    assert before.query_code
    assert orders.find_by_tail(number, "8000", asker) is None
    assert orders.find_by_code(number, before.query_code, asker) is None


def test_an_erased_conversation_is_closed_and_opens_for_nobody(engine: Engine) -> None:
    store = ConversationStore(engine)
    conversation, token, _ = store.create("web")
    store.append_citizen(conversation.id, "m1", WORDS)
    assert ErasureStore(engine).erase_conversation(conversation.id, "cli:ops") is not None
    with pytest.raises(WrongToken):
        store.check_token(conversation.id, token)
    with pytest.raises(ConversationClosed):
        store.append_citizen(conversation.id, "m2", WORDS)
    # An answer that was in work when it happened.
    result = store.append_reply(conversation.id, 1, [1], [Draft(sender=Sender.BOT, text=WORDS)])
    assert WORDS not in stored(engine), result
    head = store.get(conversation.id)
    assert (head.owner, head.epoch) == (Owner.CLOSED, 2)
    assert ErasureStore(engine).erase_conversation(conversation.id, "cli:ops") is None, "once"
    assert ErasureStore(engine).find_conversation("c0") == Found()


def test_the_audit_log_tells_who_and_why_and_nothing_of_the_citizen(engine: Engine) -> None:
    conversation, number = citizen(engine)
    erasure = ErasureStore(engine)
    erasure.erase_conversation(conversation, "cli:ops", f"电话{PHONE}的{NAME}要求")
    erasure.erase_order(number, "cli:ops", "要求")
    lines = AuditLog(engine).read(limit=10)
    assert [(line.action, line.subject_id, line.actor) for line in lines] == [
        ("order_erased", number, "cli:ops"),
        ("conversation_erased", conversation, "cli:ops"),
    ]
    assert PHONE not in str(lines) and lines[1].detail["messages"] == 2


def test_only_what_nothing_needs_any_more_is_idle(engine: Engine) -> None:
    finished, _ = citizen(engine)
    citizen(engine, "13900139000", finished=False)
    recorded, _ = citizen(engine, "13700137000")
    catalogue = RecordingCatalogue(engine)
    kept = catalogue.begin(recorded, "key", datetime.now(UTC), timedelta(days=1))
    outcome = Outcome(state=RecordingState.COMPLETE, trouble=None, length_ms=1, bytes=1)
    catalogue.end(kept.id, outcome)
    waiting = ConversationStore(engine).create("web")[0].id
    erasure = ErasureStore(engine)
    assert erasure.idle(long_ago()) == []
    aged(engine, 31)
    with engine.begin() as connection:
        connection.execute(text("update conversations set owner = 'WAITING' where id = :id"), {"id": waiting})
    assert erasure.idle(long_ago()) == [finished]
    assert erasure.idle(long_ago(), among=[waiting]) == []
    assert erasure.erase_conversation(waiting, "retention") is None, "people have it in hand"
    catalogue.deleted(kept.id, "retention")
    assert sorted(erasure.idle(long_ago())) == sorted([finished, recorded])
    assert erasure.idle(long_ago(40)) == []


def test_orders_and_callbacks_are_due_when_they_are_done(engine: Engine) -> None:
    _, done = citizen(engine)
    citizen(engine, "13900139000", finished=False)
    erasure = ErasureStore(engine)
    assert (erasure.finished_orders(long_ago()), erasure.count_finished_callbacks(long_ago())) == ([], 0)
    aged(engine, 31)
    assert (erasure.finished_orders(long_ago()), erasure.count_finished_callbacks(long_ago())) == ([done], 1)
    assert erasure.erase_finished_callbacks(long_ago(), "retention") == 1
    assert erasure.erase_finished_callbacks(long_ago(), "retention") == 0
    erasure.erase_order(done, "retention")
    assert erasure.finished_orders(long_ago()) == []


def test_a_number_that_was_only_mentioned_is_shown_and_not_taken(engine: Engine) -> None:
    store = ConversationStore(engine)
    neighbour = store.create("web")[0].id
    store.append_citizen(neighbour, "m1", f"请联系我邻居{PHONE}")
    found = ErasureStore(engine).find_phone(PHONE)
    assert (found.conversations, found.mentioned) == ((), (neighbour,))
    assert ErasureStore(engine).find_phone("没有数字") == Found()
    assert ErasureStore(engine).find_phone("1").mentioned == ()


def test_what_two_begin_one_does(engine: Engine) -> None:
    ids = [citizen(engine, f"1380013{n:04}") for n in range(8)]
    erasure = ErasureStore(engine)
    with ThreadPoolExecutor(4) as threads:
        twice = list(threads.map(lambda one: erasure.erase_conversation(one[0], "retention"), [*ids, *ids]))
        orders = list(threads.map(lambda one: erasure.erase_order(one[1], "retention"), [*ids, *ids]))
    assert sum(one is not None for one in twice) == 8 and sum(orders) == 8
    assert len(AuditLog(engine).read(limit=100, action="conversation_erased")) == 8
