"""Changes of hands in SQL: whole or not at all, once, and only by whoever may. On every database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from desk.conversations import (
    AnswerStored,
    ConversationClosed,
    ConversationNotFound,
    ConversationStore,
    Draft,
    EventKind,
    Handoff,
    HandoffReason,
    HandoffRequest,
    HandoffState,
    MessageIdTaken,
    NotTheOwner,
    Owner,
    Sender,
    Turnover,
)
from desk.conversations.conversation import Effects
from desk.conversations.handoff import LONGEST_WEB_CALL
from desk.conversations.ownership import Move, next_owner
from desk.handoff.store import HandoffStore

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ASKED = HandoffRequest(reason=HandoffReason.ASKED, note="要找人工", skill="tax", detail={"score": 1})
HELLO = Draft(sender=Sender.SEAT, text="您好,我是坐席")


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: Engine, clock: Clock) -> ConversationStore:
    return ConversationStore(engine, clock)


@pytest.fixture
def handoffs(engine: Engine, clock: Clock) -> HandoffStore:
    return HandoffStore(engine, clock)


@pytest.fixture
def conversation(store: ConversationStore) -> str:
    return store.create("web")[0].id


def served(store: ConversationStore, conversation: str, seat: str = "u1") -> Turnover:
    return store.accept_handoff(store.request_handoff(conversation, ASKED).handoff.id, seat)


def kinds(handoffs: HandoffStore, conversation: str) -> list[str]:
    return [event.kind.value for event in handoffs.history(conversation)]


def test_an_episode_from_the_request_to_the_closing(
    store: ConversationStore, handoffs: HandoffStore, conversation: str, clock: Clock
) -> None:
    asked = store.request_handoff(conversation, ASKED)
    assert (asked.owner, asked.epoch, asked.seat_id) == (Owner.WAITING, 2, None)
    assert (asked.handoff.state, asked.handoff.priority, asked.handoff.detail) == (
        HandoffState.WAITING, 100, {"score": 1},
    )  # fmt: skip
    clock.now += timedelta(seconds=7)
    taken = store.accept_handoff(asked.handoff.id, "u1")
    assert (taken.owner, taken.epoch, taken.seat_id) == (Owner.SEAT, 3, "u1")
    clock.now += timedelta(seconds=3)
    assert store.append_seat(conversation, "u1", 3, "s1", HELLO).first
    assert not store.append_seat(conversation, "u1", 3, "s2", HELLO).first
    clock.now += timedelta(seconds=60)
    over = store.end_handoff(conversation, "u1", 3)
    assert (over.owner, over.epoch, over.seat_id) == (Owner.WRAP_UP, 4, "u1")
    done = store.wrap_up(conversation, "u1", outcome="resolved", tags=["公积金"], note="已答复")
    assert (done.owner, done.epoch, done.seat_id, done.from_seat) == (Owner.CLOSED, 5, None, "u1")
    stored = store.get(conversation)
    assert (stored.owner, stored.epoch) == (Owner.CLOSED, 5)
    handoff = handoffs.get(asked.handoff.id)
    assert handoff == done.handoff
    assert handoff is not None
    assert (handoff.first_reply_at, handoff.outcome, handoff.tags, handoff.ended_by) == (
        NOON + timedelta(seconds=10), "resolved", ("公积金",), "seat",
    )  # fmt: skip
    events = handoffs.history(conversation)
    assert [(e.kind.value, e.actor, e.epoch) for e in events] == [
        ("requested", "citizen", 2), ("accepted", "u1", 3), ("first_reply", "u1", 3), ("ended", "u1", 4),
        ("wrapped", "u1", 5),
    ]  # fmt: skip
    assert events[1].detail == {"waited_s": 7.0}
    assert handoffs.handling_times() == [63.0]


def test_the_bots_answer_calls_a_person_in_its_own_transaction(
    store: ConversationStore, handoffs: HandoffStore, conversation: str
) -> None:
    store.append_citizen(conversation, "m1", "转人工")
    effects = Effects(handoff=ASKED, close=True)
    result = store.append_reply(
        conversation, 1, [1], [Draft(sender=Sender.BOT, text="正在为您转接")], effects
    )
    assert (result.stored, result.owner, result.epoch) == (AnswerStored.STORED, Owner.WAITING, 2)
    assert result.turnover is not None and result.turnover.handoff.requested_seq == 2
    assert [m.text for m in result.messages] == ["正在为您转接"]
    assert handoffs.open_of(conversation) == result.turnover
    again = store.append_reply(conversation, 1, [1], [HELLO], Effects(handoff=ASKED))
    assert (again.stored, again.turnover) == (AnswerStored.OLD_EPOCH, None)
    assert kinds(handoffs, conversation) == ["requested"]


def test_asking_again_while_waiting_only_raises_the_priority(
    store: ConversationStore, handoffs: HandoffStore, conversation: str
) -> None:
    first = store.request_handoff(conversation, ASKED)
    again = store.request_handoff(conversation, ASKED)
    assert (again.changed, again.epoch, again.handoff) == (False, 2, first.handoff)
    fire = store.request_handoff(conversation, HandoffRequest(reason=HandoffReason.EMERGENCY))
    assert (fire.changed, fire.epoch, fire.handoff.id) == (True, 2, first.handoff.id)
    assert (fire.handoff.priority, fire.handoff.reason) == (400, HandoffReason.EMERGENCY)
    assert not store.request_handoff(conversation, ASKED).changed
    assert kinds(handoffs, conversation) == ["requested", "requested"]


def test_only_one_of_many_seats_gets_it(
    store: ConversationStore, handoffs: HandoffStore, conversation: str
) -> None:
    handoff_id = store.request_handoff(conversation, ASKED).handoff.id

    def accept(seat: str) -> bool:
        try:
            return store.accept_handoff(handoff_id, seat).changed
        except NotTheOwner:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(accept, [f"u{n}" for n in range(8)])) == 1
    assert kinds(handoffs, conversation) == ["requested", "accepted"]
    found = handoffs.open_of(conversation)
    assert found is not None and found.epoch == 3
    assert not store.accept_handoff(handoff_id, str(found.seat_id)).changed, "asked twice, done once"


def test_a_person_and_the_bot_at_the_same_moment(store: ConversationStore) -> None:
    """Whoever is second is refused: the answer, or nothing at all."""
    for n in range(8):
        conversation = store.create("web")[0].id
        store.append_citizen(conversation, "m1", "有人吗")
        reply: Callable[[], object] = lambda c=conversation: store.append_reply(c, 1, [1], [HELLO])  # noqa: E731
        call: Callable[[], object] = lambda c=conversation: store.request_handoff(c, ASKED)  # noqa: E731
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda act: act(), [reply, call] if n % 2 else [call, reply]))
        stored = store.get(conversation)
        assert (stored.owner, stored.epoch) == (Owner.WAITING, 2)
        messages = store.messages(conversation)
        assert [m.seq for m in messages] == list(range(1, len(messages) + 1))


def test_a_seat_speaks_only_while_it_owns_the_conversation(
    store: ConversationStore, conversation: str
) -> None:
    epoch = served(store, conversation).epoch
    first = store.append_seat(conversation, "u1", epoch, "s1", HELLO)
    assert (first.message.sender, first.message.author, first.new) == (Sender.SEAT, "u1", True)
    for seat, at_epoch in (("u2", epoch), ("u1", epoch - 1), ("u1", epoch + 1)):
        with pytest.raises(NotTheOwner) as refused:
            store.append_seat(conversation, seat, at_epoch, "s2", HELLO)
        assert (refused.value.owner, refused.value.epoch, refused.value.seat_id) == (Owner.SEAT, epoch, "u1")
    store.take_over(conversation, "u2", epoch)
    with pytest.raises(NotTheOwner):
        store.append_seat(conversation, "u1", epoch, "s3", HELLO)
    repeated = store.append_seat(conversation, "u1", epoch, "s1", HELLO)
    assert (repeated.new, repeated.message) == (False, first.message)
    with pytest.raises(MessageIdTaken):
        store.append_seat(conversation, "u2", epoch + 1, "s1", HELLO)
    assert store.get(conversation).last_seq == 1


def test_the_hotline_itself_may_speak_in_any_state(store: ConversationStore, conversation: str) -> None:
    notice = Draft(sender=Sender.BOT, text="正在排队", kind="notice")
    served(store, conversation)
    (message,) = store.append_system(conversation, [notice])
    assert (message.sender, message.seq, message.author) == (Sender.SYSTEM, 1, None)
    store.close(conversation)
    assert [m.seq for m in store.append_system(conversation, [notice, notice])] == [2, 3]
    with pytest.raises(ConversationNotFound):
        store.append_system("c0", [notice])


def test_a_lost_seat_puts_it_back_at_the_head_once(
    store: ConversationStore, handoffs: HandoffStore, conversation: str, clock: Clock
) -> None:
    taken = served(store, conversation)
    clock.now += timedelta(minutes=5)
    back = store.requeue(conversation, "u1", taken.epoch, why="seat_lost")
    assert (back.owner, back.seat_id, back.from_seat) == (Owner.WAITING, None, "u1")
    assert (back.handoff.requested_at, back.handoff.queued_at) == (NOON, clock.now)
    assert (back.handoff.requeued, back.handoff.wanted_seat) == (1, "u1")
    with pytest.raises(NotTheOwner):
        store.requeue(conversation, "u1", taken.epoch, why="seat_lost")
    assert kinds(handoffs, conversation)[2:] == ["seat_lost", "requeued"]


def test_transfer_to_a_group_or_a_seat(store: ConversationStore, conversation: str) -> None:
    taken = served(store, conversation)
    with pytest.raises(NotTheOwner):
        store.transfer(conversation, "u2", taken.epoch, skill="english")
    moved = store.transfer(conversation, "u1", taken.epoch, skill="english", note="外籍人士")
    assert (moved.owner, moved.handoff.skill, moved.handoff.note) == (Owner.WAITING, "english", "外籍人士")
    taken = store.accept_handoff(moved.handoff.id, "u2")
    moved = store.transfer(conversation, "lead", taken.epoch, wanted_seat="u3", lead=True)
    assert (moved.handoff.wanted_seat, moved.handoff.skill, moved.from_seat) == ("u3", "english", "u2")


def test_who_is_in_the_talk_takes_it_without_a_wait(
    store: ConversationStore, handoffs: HandoffStore, conversation: str
) -> None:
    taken = served(store, conversation)
    with pytest.raises(NotTheOwner):
        store.hand_over(conversation, "u2", "u2", taken.epoch)
    with pytest.raises(NotTheOwner):
        store.hand_over(conversation, "u1", "u2", taken.epoch - 1)
    handed = store.hand_over(conversation, "u1", "u2", taken.epoch, note="请继续")
    assert (handed.owner, handed.epoch, handed.seat_id) == (Owner.SEAT, taken.epoch + 1, "u2")
    assert (handed.from_seat, handed.handoff.id) == ("u1", taken.handoff.id)
    assert kinds(handoffs, conversation) == ["requested", "accepted", "transferred"]
    with pytest.raises(NotTheOwner):
        store.end_handoff(conversation, "u1", taken.epoch)
    assert store.end_handoff(conversation, "u2", handed.epoch).owner is Owner.WRAP_UP


def test_a_lead_takes_over_from_a_seat_the_queue_and_the_bot(
    store: ConversationStore, handoffs: HandoffStore, conversation: str
) -> None:
    mine = store.take_over(conversation, "lead", 1)
    assert (mine.owner, mine.epoch, mine.seat_id) == (Owner.SEAT, 3, "lead")
    assert kinds(handoffs, conversation) == ["requested", "taken_over"]
    assert not store.take_over(conversation, "lead", 1).changed
    with pytest.raises(NotTheOwner):
        store.take_over(conversation, "u2", 1)
    assert store.take_over(conversation, "u2", 3).from_seat == "lead"
    store.close(conversation)
    with pytest.raises(ConversationClosed):
        store.take_over(conversation, "lead", None)


def test_back_to_the_bot_by_the_seat_or_by_whoever_waits(store: ConversationStore, conversation: str) -> None:
    asked = store.request_handoff(conversation, ASKED)
    with pytest.raises(NotTheOwner):
        store.give_to_bot(conversation, "u1")
    back = store.give_to_bot(conversation, "citizen")
    assert (back.owner, back.epoch, back.handoff.state) == (Owner.BOT, 3, HandoffState.DONE)
    taken = served(store, conversation)
    assert taken.handoff.id != asked.handoff.id
    with pytest.raises(NotTheOwner):
        store.give_to_bot(conversation, "citizen")
    with pytest.raises(NotTheOwner):
        store.give_to_bot(conversation, "u2", taken.epoch)
    assert store.give_to_bot(conversation, "u1", taken.epoch).owner is Owner.BOT
    assert store.append_citizen(conversation, "m1", "再问一个").pending.messages, "the bot answers again"
    assert store.request_handoff(conversation, ASKED).handoff.wanted_seat == "u1", "the seat of last time"


def test_writing_again_during_the_wrap_up_calls_the_seat_back(
    store: ConversationStore, handoffs: HandoffStore, conversation: str
) -> None:
    taken = served(store, conversation)
    store.end_handoff(conversation, "u1", taken.epoch)
    assert not store.end_handoff(conversation, "u1", taken.epoch).changed
    thanks = store.append_citizen(conversation, "m1", "谢谢,再见")
    assert (thanks.reopened, thanks.pending.owner) == (None, Owner.WRAP_UP)
    more = store.append_citizen(conversation, "m2", "等等,还有一件事")
    assert more.reopened is not None
    assert (more.pending.owner, more.pending.epoch, more.answered) == (Owner.WAITING, 5, True)
    assert (more.reopened.handoff.wanted_seat, more.reopened.handoff.ended_at) == ("u1", None)
    with pytest.raises(NotTheOwner) as waiting:
        store.wrap_up(conversation, "u1", outcome="resolved")
    assert waiting.value.owner is Owner.WAITING
    assert kinds(handoffs, conversation)[-1] == "requeued"


def test_a_caller_who_hangs_up_leaves_his_seat_the_wrap_up(
    store: ConversationStore, handoffs: HandoffStore, conversation: str
) -> None:
    with pytest.raises(NotTheOwner):
        store.end_handoff(conversation, "citizen", None)
    taken = served(store, conversation)
    over = store.end_handoff(conversation, "citizen", None)
    assert (over.owner, over.seat_id, over.handoff.ended_by) == (Owner.WRAP_UP, "u1", "citizen")
    assert not store.end_handoff(conversation, "citizen", None).changed
    assert not store.end_handoff(conversation, "u1", taken.epoch).changed, (
        "he said goodbye at the same moment"
    )
    assert kinds(handoffs, conversation)[-1] == "ended"
    assert store.wrap_up(conversation, "u1", outcome="answered").owner is Owner.CLOSED


def test_leaving_and_closing_end_the_episode(
    store: ConversationStore, handoffs: HandoffStore, conversation: str
) -> None:
    with pytest.raises(NotTheOwner):
        store.leave_queue(conversation)
    store.request_handoff(conversation, ASKED)
    assert store.leave_queue(conversation).owner is Owner.CLOSED
    with pytest.raises(ConversationClosed):
        store.append_citizen(conversation, "m1", "喂")
    with pytest.raises(ConversationClosed):
        store.request_handoff(conversation, ASKED)
    assert store.close(conversation) is None
    other = store.create("web")[0].id
    served(store, other)
    closed = store.close(other, "system", why="idle")
    assert closed is not None and closed.handoff.ended_by == "system"
    idle = store.create("web")[0].id
    assert store.close(idle) is None
    assert store.get(idle).owner is Owner.CLOSED
    assert handoffs.open() == []


def test_a_call_whose_end_nobody_told_is_none_after_the_longest(
    store: ConversationStore, conversation: str, clock: Clock
) -> None:
    store.begin_call(conversation)
    assert store.request_handoff(conversation, ASKED).call
    clock.now = NOON + LONGEST_WEB_CALL - timedelta(seconds=1)
    assert store.request_handoff(conversation, ASKED).call
    clock.now = NOON + LONGEST_WEB_CALL
    assert not store.request_handoff(conversation, ASKED).call


def test_unknown_conversations_and_handoffs(store: ConversationStore, handoffs: HandoffStore) -> None:
    with pytest.raises(ConversationNotFound):
        store.request_handoff("c0", ASKED)
    with pytest.raises(ConversationNotFound):
        store.accept_handoff("h0", "u1")
    assert handoffs.get("h0") is None


def test_a_refused_move_leaves_everything_as_it_was(
    store: ConversationStore, handoffs: HandoffStore, conversation: str
) -> None:
    taken = served(store, conversation)
    before: tuple[list[Handoff], int] = (
        handoffs.of_conversation(conversation),
        len(handoffs.history(conversation)),
    )
    for act in (
        lambda: store.end_handoff(conversation, "u2", taken.epoch),
        lambda: store.wrap_up(conversation, "u1", outcome="x"),
        lambda: store.transfer(conversation, "u1", taken.epoch - 1),
        lambda: store.leave_queue(conversation),
        lambda: store.accept_handoff(taken.handoff.id, "u2"),
    ):
        with pytest.raises(NotTheOwner):
            act()
    assert (handoffs.of_conversation(conversation), len(handoffs.history(conversation))) == before
    assert store.get(conversation).epoch == taken.epoch


def test_the_rules_of_moves() -> None:
    allowed = {(move, owner) for move in Move for owner in Owner if next_owner(move, owner)}
    assert not {(move, owner) for move, owner in allowed if owner is Owner.CLOSED}
    assert {move for move, owner in allowed if owner is Owner.BOT} == {Move.REQUEST, Move.CLOSE}
    assert {next_owner(move, Owner.WRAP_UP) for move in Move} == {
        None,
        Owner.WAITING,
        Owner.CLOSED,
        Owner.BOT,
    }
    assert EventKind.CLOSED.value == "closed"
