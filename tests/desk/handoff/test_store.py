"""Notes, callbacks and the journal, on every database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import Engine

from desk.conversations import (
    ConversationNotFound,
    ConversationStore,
    EventKind,
    HandoffReason,
    HandoffRequest,
)
from desk.handoff.errors import CallbackNotFound
from desk.handoff.store import Callback, CallbackState, Entered, HandoffStore, NoteKind
from tests.desk.handoff.machinery import Clock
from tests.desk.handoff.samples import NOON, at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: Engine, clock: Clock) -> HandoffStore:
    return HandoffStore(engine, clock)


@pytest.fixture
def conversations(engine: Engine, clock: Clock) -> ConversationStore:
    return ConversationStore(engine, clock)


@pytest.fixture
def conversation(conversations: ConversationStore) -> str:
    return conversations.create("web")[0].id


def test_notes_are_kept_in_order_and_whispers_are_journalled(store: HandoffStore, conversation: str) -> None:
    note = store.add_note(conversation, "u1", "来电三次")
    store.add_note(conversation, "lead", "先安抚", NoteKind.WHISPER)
    assert [(n.author, n.kind.value, n.text) for n in store.notes(conversation)] == [
        ("u1", "note", "来电三次"), ("lead", "whisper", "先安抚"),
    ]  # fmt: skip
    assert store.notes(conversation)[0] == note
    (event,) = store.history(conversation)
    assert (event.kind, event.actor, event.handoff_id) == (EventKind.WHISPERED, "lead", None)
    assert "安抚" not in str(event.detail)
    with pytest.raises(ConversationNotFound):
        store.add_note("c0", "u1", "x")


def test_a_callback_is_kept_taken_by_one_and_done(store: HandoffStore, conversation: str) -> None:
    kept = store.add_callback(conversation, "13800000000", "明天上午")
    again = store.add_callback(conversation, "13800000000", "明天下午", due_at=at(3600))
    assert (again.id, again.wish, again.due_at) == (kept.id, "明天下午", at(3600))
    assert [c.id for c in store.callbacks(CallbackState.OPEN)] == [kept.id]

    def take(seat: str) -> Callback | None:
        try:
            return store.take_callback(kept.id, seat)
        except CallbackNotFound:
            return None

    with ThreadPoolExecutor(4) as pool:
        (taken,) = [c for c in pool.map(take, ["u1", "u2", "u3", "u4"]) if c]
    assert taken.seat_id is not None
    with pytest.raises(CallbackNotFound):
        store.finish_callback(kept.id, "u9", CallbackState.DONE, "已回电")
    done = store.finish_callback(kept.id, taken.seat_id, CallbackState.DONE, "已回电")
    assert (done.state, done.result, done.done_at) == (CallbackState.DONE, "已回电", NOON)
    assert store.callbacks(CallbackState.OPEN, CallbackState.TAKEN) == []
    assert "13800000000" not in repr(done)
    assert [e.kind for e in store.history(conversation)] == [EventKind.CALLBACK_REQUESTED] * 2


def test_due_callbacks_come_first(store: HandoffStore, conversation: str) -> None:
    for phone, due in (("1", None), ("2", at(900)), ("3", at(60))):
        store.add_callback(conversation, phone, "", due_at=due)
    assert [c.phone for c in store.callbacks()] == ["3", "2", "1"]


def test_offers_and_observations_reach_the_journal(
    store: HandoffStore, conversations: ConversationStore, conversation: str
) -> None:
    request = HandoffRequest(reason=HandoffReason.ASKED)
    handoff = conversations.request_handoff(conversation, request).handoff
    store.enter([])
    store.enter(
        [
            Entered(
                handoff_id=handoff.id, conversation_id=conversation, kind=EventKind.OFFERED, actor="system",
                epoch=2, detail={"seat": "u1"},
            )
        ]
    )  # fmt: skip
    store.record(conversation, EventKind.OBSERVED, "lead")
    events = store.history(conversation)
    assert [(e.kind.value, e.handoff_id, e.epoch) for e in events] == [
        ("requested", handoff.id, 2), ("offered", handoff.id, 2), ("observed", handoff.id, 2),
    ]  # fmt: skip
    assert events[1].detail == {"seat": "u1"}


def test_what_is_open_and_what_the_day_brought(
    store: HandoffStore, conversations: ConversationStore, clock: Clock
) -> None:
    request = HandoffRequest(reason=HandoffReason.ASKED)
    moments: list[datetime] = []
    for channel in ("web", "phone"):
        conversations.request_handoff(conversations.create(channel)[0].id, request)
        moments.append(clock.now)
        clock.forward(60)
    assert [(t.channel, t.handoff.requested_at) for t in store.open()] == list(
        zip(["web", "phone"], moments, strict=True)
    )
    first = store.open()[0].handoff
    assert [h.id for h in store.many([first.id, "h0"])] == [first.id]
    conversations.leave_queue(first.conversation_id)
    assert [t.channel for t in store.open()] == ["phone"]
    assert len(store.since(NOON)) == 2
    assert len(store.since(at(30))) == 1
