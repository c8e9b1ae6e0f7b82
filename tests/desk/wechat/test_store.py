"""Who talks where, and what was brought to him: on SQLite and PostgreSQL alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from desk.conversations import ConversationStore, Draft, Sender
from desk.erasure import ErasureStore
from desk.wechat import Arrival, WechatStore
from desk.wechat.store import PASSIVE_AGAIN, SESSION
from desk.wechat.tables import WechatCitizenRow, WechatJobRow

HOLD, LEASE = timedelta(seconds=5), timedelta(seconds=30)
KEY, OPENID = "k" * 64, "oAbcdefgh-1234"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def conversations(engine: Engine, clock: Clock) -> ConversationStore:
    return ConversationStore(engine, clock)


@pytest.fixture
def store(engine: Engine, clock: Clock) -> WechatStore:
    return WechatStore(engine, clock)


def met(store: WechatStore, conversations: ConversationStore, message_id: str = "wx1") -> Arrival:
    arrived = store.arrive(KEY, OPENID, message_id, HOLD)
    if arrived.begins:
        conversations.create("wechat", conversation_id=arrived.conversation_id)
    return arrived


def said(conversations: ConversationStore, conversation_id: str, text: str = "好的") -> int:
    [message] = conversations.append_system(conversation_id, [Draft(sender=Sender.SYSTEM, text=text)])
    return message.seq


def test_a_citizen_keeps_his_conversation_until_it_ends_or_sleeps(
    store: WechatStore, conversations: ConversationStore, clock: Clock
) -> None:
    first = met(store, conversations)
    assert first.begins and first.conversation_id.startswith("w")
    assert met(store, conversations, "wx2") == Arrival(
        conversation_id=first.conversation_id, owner=first.owner
    )
    clock.pass_(SESSION + timedelta(minutes=1))
    second = met(store, conversations, "wx3")
    assert second.begins and second.conversation_id != first.conversation_id
    conversations.close(second.conversation_id)
    assert met(store, conversations, "wx4").begins


def test_a_gateway_that_died_before_it_made_the_conversation_left_nothing_in_the_way(
    store: WechatStore, conversations: ConversationStore
) -> None:
    lost = store.arrive(KEY, OPENID, "wx1", HOLD)
    found = met(store, conversations, "wx1")
    assert found.begins and found.conversation_id == lost.conversation_id


def test_a_message_that_comes_again_after_the_end_begins_nothing(
    store: WechatStore, conversations: ConversationStore
) -> None:
    first = met(store, conversations)
    conversations.append_citizen(first.conversation_id, "wx1", "谢谢，再见")
    conversations.close(first.conversation_id)
    again = met(store, conversations, "wx1")
    assert (again.begins, again.conversation_id) == (False, first.conversation_id)
    second = met(store, conversations, "wx2")
    late = store.arrive(KEY, OPENID, "wx1", HOLD, seen=True)
    assert late.repeated and late.conversation_id == second.conversation_id


def test_many_gateways_that_meet_a_citizen_at_once_agree(store: WechatStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: store.arrive(KEY, OPENID, f"wx{n}", HOLD), range(24)))
    assert len({one.conversation_id for one in found}) == 1


def test_one_at_a_time_brings_and_the_api_waits_for_the_answer_to_the_request(
    store: WechatStore, conversations: ConversationStore, clock: Clock
) -> None:
    id_ = met(store, conversations).conversation_id
    assert store.claim(id_, LEASE, passive=False) is None
    claim = store.claim(id_, LEASE, passive=True)
    assert claim is not None and claim.openid == OPENID
    assert store.claim(id_, LEASE, passive=True) is None
    seq = said(conversations, id_)
    assert store.said_passively(claim, seq, 0, "wx1", "好的")
    assert not store.brought(claim, seq, 0, LEASE), "the claim has ended"
    after = store.claim(id_, LEASE, passive=False)
    assert after is not None and (after.delivered_seq, after.delivered_parts) == (seq, 0)
    clock.pass_(LEASE + timedelta(seconds=1))
    taken_over = store.claim(id_, LEASE, passive=False)
    assert taken_over is not None and not store.brought(after, seq, 0, LEASE), "a claim ends by the clock"


def test_a_repeated_request_gets_the_same_answer_and_one_of_hours_later_none(
    store: WechatStore, conversations: ConversationStore, clock: Clock
) -> None:
    id_ = met(store, conversations).conversation_id
    conversations.append_citizen(id_, "wx1", "你好")
    claim = store.claim(id_, LEASE, passive=True)
    assert claim is not None and store.said_passively(claim, said(conversations, id_), 0, "wx1", "您好")
    again = met(store, conversations, "wx1")
    assert (again.passive, again.repeated) == ("您好", False)
    assert met(store, conversations, "wx2").passive is None
    clock.pass_(PASSIVE_AGAIN)
    late = met(store, conversations, "wx1")
    assert (late.passive, late.repeated) == (None, True)


def test_what_is_stored_while_somebody_brings_is_looked_at_again(
    store: WechatStore, conversations: ConversationStore, clock: Clock
) -> None:
    id_ = met(store, conversations).conversation_id
    store.let_go(id_)
    assert store.due() == [id_]
    claim = store.claim(id_, LEASE, passive=False)
    assert claim is not None and store.due() == []
    seq = said(conversations, id_)
    said(conversations, id_)
    store.finish(claim, seq)
    assert store.due() == [id_]
    claim = store.claim(id_, LEASE, passive=False)
    assert claim is not None
    store.finish(claim, seq + 1)
    clock.pass_(timedelta(days=1))
    assert store.due() == []


def test_a_failure_is_tried_again_later_and_a_closed_window_waits_for_the_citizen(
    store: WechatStore, conversations: ConversationStore, clock: Clock
) -> None:
    id_ = met(store, conversations).conversation_id
    store.let_go(id_)
    said(conversations, id_)
    claim = store.claim(id_, LEASE, passive=False)
    assert claim is not None
    store.finish(claim, 0, again=timedelta(seconds=8))
    assert store.due() == []
    clock.pass_(timedelta(seconds=8))
    assert store.due() == [id_]
    claim = store.claim(id_, LEASE, passive=False)
    assert claim is not None
    store.give_up(claim)
    clock.pass_(timedelta(days=1))
    assert store.due() == []
    met(store, conversations, "wx2")
    clock.pass_(HOLD)
    assert store.due() == [id_]


def test_who_writes_while_a_message_is_refused_is_not_waited_for(
    store: WechatStore, conversations: ConversationStore, clock: Clock
) -> None:
    id_ = met(store, conversations).conversation_id
    store.let_go(id_)
    said(conversations, id_)
    claim = store.claim(id_, LEASE, passive=False)
    assert claim is not None
    clock.pass_(timedelta(milliseconds=1))
    met(store, conversations, "wx2")
    store.give_up(claim)
    clock.pass_(HOLD)
    assert store.due() == [id_]


def test_a_file_is_fetched_by_one_and_by_another_after_a_crash(store: WechatStore, clock: Clock) -> None:
    assert store.add_job("wx1", "w1", "voice", "media", LEASE)
    assert not store.add_job("wx1", "w1", "voice", "media", LEASE)
    assert store.take_jobs(LEASE) == []
    clock.pass_(LEASE + timedelta(seconds=1))
    [job] = store.take_jobs(LEASE)
    assert (job.kind, job.media_id, job.tries) == ("voice", "media", 2)
    assert store.take_jobs(LEASE) == []
    store.end_job("wx1")
    clock.pass_(timedelta(days=1))
    assert store.take_jobs(LEASE) == []


def test_nothing_of_the_citizen_is_left_when_his_conversation_is_erased(
    store: WechatStore, conversations: ConversationStore, engine: Engine
) -> None:
    id_ = met(store, conversations).conversation_id
    store.add_job("wx1", id_, "voice", "media", LEASE)
    assert ErasureStore(engine).erase_conversation(id_, "test") is not None
    with engine.connect() as connection:
        for table in (WechatCitizenRow, WechatJobRow):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
    assert met(store, conversations, "wx2").begins


def test_openids_do_not_show_where_records_are_printed(
    store: WechatStore, conversations: ConversationStore
) -> None:
    id_ = met(store, conversations).conversation_id
    assert OPENID not in repr(store.claim(id_, LEASE, passive=True))
