"""What a channel answers itself, and notices that come once: on SQLite and PostgreSQL alike."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from desk.conversations import ConversationStore, Draft, HandoffRequest, MessageIdTaken, Sender
from desk.conversations.conversation import Effects, HandoffReason


@pytest.fixture
def store(engine: Engine) -> ConversationStore:
    return ConversationStore(engine)


KEPT = Draft(sender=Sender.SYSTEM, text="图片收到了", kind="notice")
CARD = {"attachment": {"id": "c1-0-jpg", "type": "image/jpeg", "bytes": 3}}


def test_a_picture_is_answered_by_the_channel_and_never_waits_for_the_bot(store: ConversationStore) -> None:
    conversation, _, _ = store.create("wechat")
    first = store.append_citizen(conversation.id, "m1", "路灯坏了")
    kept = store.append_citizen(conversation.id, "m2", "[图片]", card=CARD, told=[KEPT])
    assert kept.answered and [m.seq for m in kept.told] == [3]
    assert [m.seq for m in kept.pending.messages] == [first.message.seq]
    assert store.answer_of(conversation.id, kept.message.seq) == list(kept.told)
    again = store.append_citizen(conversation.id, "m2", "[图片]", card=CARD, told=[KEPT])
    assert not again.new and again.answered
    assert [m.text for m in store.messages(conversation.id)] == ["路灯坏了", "[图片]", "图片收到了"]
    assert [one.id for one in store.pictures(conversation.id)] == ["c1-0-jpg"]


def test_where_a_person_is_called_the_channel_answers_nothing(store: ConversationStore) -> None:
    conversation, _, _ = store.create("wechat")
    asked = store.append_citizen(conversation.id, "m1", "转人工").message.seq
    effects = Effects(handoff=HandoffRequest(reason=HandoffReason.ASKED))
    store.append_reply(conversation.id, 1, [asked], [Draft(sender=Sender.BOT, text="好的")], effects)
    kept = store.append_citizen(conversation.id, "m2", "[图片]", card=CARD, told=[KEPT])
    assert kept.told == () and kept.answered


def test_a_notice_with_an_id_comes_once(store: ConversationStore) -> None:
    conversation, _, _ = store.create("wechat")
    assert store.append_system_once(conversation.id, "n1", KEPT) is not None
    assert store.append_system_once(conversation.id, "n1", KEPT) is None
    assert len(store.messages(conversation.id)) == 1 == store.get(conversation.id).last_seq
    with pytest.raises(MessageIdTaken):
        store.append_citizen(conversation.id, "n1", "你好")
