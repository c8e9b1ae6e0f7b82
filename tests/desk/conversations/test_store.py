"""The contract of the conversation store, on every database that we support."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from desk.conversations import (
    AnswerStored,
    ConversationClosed,
    ConversationNotFound,
    ConversationStore,
    Draft,
    HandoffReason,
    HandoffRequest,
    Owner,
    PayloadNotOffered,
    QuickReply,
    Sender,
    WrongToken,
)
from desk.conversations.conversation import Effects, Mark
from desk.conversations.tables import ConversationRow

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(engine: Engine, clock: Clock) -> ConversationStore:
    return ConversationStore(engine, clock)


def bot(text: str, *offers: str) -> Draft:
    return Draft(
        sender=Sender.BOT, text=text, quick_replies=tuple(QuickReply(text=o, payload=o) for o in offers)
    )


def test_a_new_conversation_belongs_to_the_bot_and_greets(store: ConversationStore) -> None:
    conversation, token, greeting = store.create("web", [bot("您好")])
    assert (conversation.owner, conversation.epoch, conversation.last_seq) == (Owner.BOT, 1, 1)
    assert [m.text for m in store.messages(conversation.id)] == ["您好"]
    assert greeting[0].speech == "您好"
    store.check_token(conversation.id, token)


def test_only_the_right_token_opens_and_only_its_hash_is_kept(
    store: ConversationStore, engine: Engine
) -> None:
    conversation, token, _ = store.create("web")
    with pytest.raises(WrongToken):
        store.check_token(conversation.id, token + "x")
    with pytest.raises(ConversationNotFound):
        store.check_token("c0", token)
    with engine.connect() as connection:
        row = connection.execute(select(ConversationRow.__table__)).one()
    assert token not in str(row)


def test_messages_are_numbered_without_gaps_under_concurrency(store: ConversationStore) -> None:
    conversation, _, _ = store.create("api", [bot("您好")])
    with ThreadPoolExecutor(8) as pool:
        seqs = list(
            pool.map(
                lambda n: store.append_citizen(conversation.id, f"m{n}", "停水了").message.seq, range(40)
            )
        )
    assert sorted(seqs) == list(range(2, 42))
    assert [m.seq for m in store.messages(conversation.id)] == list(range(1, 42))


def test_what_a_caller_heard_of_a_message_that_was_cut_off_is_kept(store: ConversationStore) -> None:
    conversation, _, _ = store.create("phone", [bot("您好，这里是市民热线。"), bot("请讲。")])
    store.mark_heard(conversation.id, 1, "您好，这里")
    store.mark_heard(conversation.id, 2, "")
    assert [m.heard for m in store.messages(conversation.id)] == ["您好，这里", ""]
    [other] = store.create("phone", [bot("您好。")])[2]
    assert other.heard is None


def test_a_repeated_message_id_stores_nothing_even_at_the_same_time(store: ConversationStore) -> None:
    conversation, _, _ = store.create("api")
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: store.append_citizen(conversation.id, "same", "停水了"), range(16)))
    assert sum(r.new for r in results) == 1
    assert {r.message.seq for r in results} == {1}
    assert store.get(conversation.id).last_seq == 1


def test_an_answer_completes_its_message_once(store: ConversationStore) -> None:
    conversation, _, _ = store.create("api")
    asked = store.append_citizen(conversation.id, "m1", "怎么办居住证")
    assert [p.seq for p in asked.pending.messages] == [1]
    assert store.answer_of(conversation.id, 1) is None
    result = store.append_reply(conversation.id, 1, [1], [bot("请带身份证"), bot("到街道办理")])
    assert result.stored is AnswerStored.STORED
    assert [m.seq for m in result.messages] == [2, 3]
    again = store.append_reply(conversation.id, 1, [1], [bot("又来一遍")])
    assert again.stored is AnswerStored.ALREADY_ANSWERED
    answer = store.answer_of(conversation.id, 1)
    assert answer is not None
    assert [m.text for m in answer] == ["请带身份证", "到街道办理"]
    assert store.pending(conversation.id).messages == ()
    assert store.append_citizen(conversation.id, "m1", "怎么办居住证").answered


def test_one_answer_may_complete_several_messages(store: ConversationStore) -> None:
    conversation, _, _ = store.create("api")
    for n in range(3):
        store.append_citizen(conversation.id, f"m{n}", "在吗")
    store.append_reply(conversation.id, 1, [1, 2, 3], [bot("在")])
    for seq in (1, 2, 3):
        assert [m.text for m in store.answer_of(conversation.id, seq) or ()] == ["在"]


def test_an_answer_of_an_old_epoch_is_refused_and_leaves_no_gap(store: ConversationStore) -> None:
    conversation, _, _ = store.create("api")
    store.append_citizen(conversation.id, "m1", "转人工")
    store.take_over(conversation.id, "u1", None)
    result = store.append_reply(
        conversation.id, 1, [1], [bot("迟到的话")], Effects(marks=(Mark(reason=HandoffReason.ASKED),))
    )
    assert result.stored is AnswerStored.OLD_EPOCH
    assert result.owner is Owner.SEAT
    assert [m.text for m in store.messages(conversation.id)] == ["转人工"]
    assert store.get(conversation.id).last_seq == 1
    assert store.handoff_marks(conversation.id) == []
    assert store.answer_of(conversation.id, 1) == []


def test_while_a_human_owns_it_the_bot_has_nothing_to_answer(store: ConversationStore) -> None:
    conversation, _, _ = store.create("api")
    store.request_handoff(conversation.id, HandoffRequest(reason=HandoffReason.ASKED))
    appended = store.append_citizen(conversation.id, "m1", "有人吗")
    assert appended.answered
    assert appended.pending.messages == ()


def test_a_closed_conversation_takes_nothing_new_but_repeats_the_old(store: ConversationStore) -> None:
    conversation, _, _ = store.create("api")
    store.append_citizen(conversation.id, "m1", "再见")
    result = store.append_reply(conversation.id, 1, [1], [bot("再见")], Effects(close=True))
    assert (result.owner, result.epoch) == (Owner.CLOSED, 2)
    with pytest.raises(ConversationClosed):
        store.append_citizen(conversation.id, "m2", "还在吗")
    assert not store.append_citizen(conversation.id, "m1", "再见").new
    assert store.get(conversation.id).last_seq == 2


def test_a_payload_must_have_been_offered_in_this_conversation(store: ConversationStore) -> None:
    first, _, _ = store.create("web", [bot("您好", "/order_status")])
    second, _, _ = store.create("web", [bot("您好")])
    assert store.append_citizen(first.id, "m1", "查进度", "/order_status").message.payload == "/order_status"
    with pytest.raises(PayloadNotOffered):
        store.append_citizen(second.id, "m1", "查进度", "/order_status")
    with pytest.raises(PayloadNotOffered):
        store.append_citizen(first.id, "m2", "重启", "/restart")
    assert store.get(first.id).last_seq == 2


def test_what_was_stored_but_not_answered_is_found_again(store: ConversationStore, clock: Clock) -> None:
    old, _, _ = store.create("api")
    store.append_citizen(old.id, "m1", "很久以前")
    clock.now = NOON + timedelta(hours=2)
    waiting, _, _ = store.create("api")
    store.append_citizen(waiting.id, "m1", "刚才的")
    done, _, _ = store.create("api")
    store.append_citizen(done.id, "m1", "答过了")
    store.append_reply(done.id, 1, [1], [bot("好")])
    clock.now += timedelta(minutes=1)
    fresh, _, _ = store.create("api")
    store.append_citizen(fresh.id, "m1", "现在的")
    found = store.unanswered(older_than=timedelta(seconds=5), younger_than=timedelta(hours=1))
    assert found == [waiting.id]


def test_marks_and_ratings_are_kept_and_marks_do_not_repeat(store: ConversationStore) -> None:
    conversation, _, _ = store.create("api")
    store.append_citizen(conversation.id, "m1", "找人工")
    effects = Effects(marks=(Mark(reason=HandoffReason.ASKED, note="市民要求"),), rating=4)
    store.append_reply(conversation.id, 1, [1], [bot("好的")], effects)
    store.mark_for_human(conversation.id, HandoffReason.FAILURE)
    store.mark_for_human(conversation.id, HandoffReason.FAILURE)
    marks = store.handoff_marks(conversation.id)
    assert [(m.reason, m.seq) for m in marks] == [(HandoffReason.ASKED, 2), (HandoffReason.FAILURE, 2)]
    assert store.get(conversation.id).rating_score == 4
    store.rate(conversation.id, 5, "很好")
    assert store.get(conversation.id).rating_comment == "很好"
    with pytest.raises(ConversationNotFound):
        store.rate("c0", 5)


def test_everything_of_a_message_comes_back(store: ConversationStore) -> None:
    conversation, _, _ = store.create("web")
    store.append_citizen(conversation.id, "m1", "查工单 🙏")
    draft = Draft(
        sender=Sender.BOT, text="**已受理**", format="markdown", speech="已受理", kind="order_card",
        quick_replies=(QuickReply(text="催办"),), card={"number": "261122-00015-9"},
    )  # fmt: skip
    store.append_reply(conversation.id, 1, [1], [draft])
    message = store.messages(conversation.id, after=1)[0]
    assert (message.format, message.speech, message.kind) == ("markdown", "已受理", "order_card")
    assert message.quick_replies == (QuickReply(text="催办", payload=None),)
    assert message.card == {"number": "261122-00015-9"}
    assert (message.reply_to, message.at) == (1, NOON)


def test_pages_are_bounded_and_follow_on(store: ConversationStore) -> None:
    conversation, _, _ = store.create("api", [bot(str(n)) for n in range(5)])
    assert [m.seq for m in store.messages(conversation.id, after=1, limit=2)] == [2, 3]
    assert store.newest()[0].id == conversation.id
    assert [c.last_seq for c in store.heads([conversation.id, "c0"])] == [5]


def test_one_holder_at_a_time_has_the_lease_of_a_turn(store: ConversationStore, clock: Clock) -> None:
    conversation, _, _ = store.create("api")
    lease = timedelta(seconds=10)
    assert store.take_turn(conversation.id, "a", lease)
    assert not store.take_turn(conversation.id, "b", lease)
    assert store.take_turn(conversation.id, "a", lease)
    clock.now += timedelta(seconds=11)
    assert store.take_turn(conversation.id, "b", lease)
    store.give_turn(conversation.id, "a")
    assert not store.take_turn(conversation.id, "a", lease)
    store.give_turn(conversation.id, "b")
    assert store.take_turn(conversation.id, "a", lease)
