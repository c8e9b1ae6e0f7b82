"""What one database cannot hold reaches none of them, whichever door it comes through."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from desk.conversations import ConversationStore, Draft, MessageIdTaken, Sender
from desk.conversations.conversation import QuickReply
from desk.store.storable import storable, storable_json


def test_text_that_was_padded_or_taken_for_bytes_becomes_whole_words() -> None:
    assert storable("气\x00漏\x00气\x00了\x00") == "气漏气了"


def test_a_lost_character_leaves_a_gap_that_is_seen() -> None:
    assert storable("我家\ud83d着火") == "我家\ufffd着火"
    assert storable("\ud83d\ude00") == "😀", "two halves are one character"


def test_what_can_be_stored_stays_the_same_object() -> None:
    text = "路灯不亮\n三天了\t😀"
    assert storable(text) is text


@given(st.text(st.characters(exclude_categories=[]) | st.just("\x00") | st.characters(categories=["Cs"])))
def test_whatever_comes_can_be_stored(text: str) -> None:
    clean = storable(text)
    assert "\x00" not in clean
    clean.encode("utf-8")
    assert storable(clean) is clean


def test_texts_inside_are_cleaned_and_nothing_else() -> None:
    value = {"a\x00": ["x\x00", 1, None, True, {"b": "y\ud800"}], "n": 1.5}
    assert storable_json(value) == {"a": ["x", 1, None, True, {"b": "y\ufffd"}], "n": 1.5}


def test_every_database_takes_what_comes_past_the_doors(engine: Engine) -> None:
    """Actions and commands write too: columns of text and of JSON alike."""
    store = ConversationStore(engine)
    greeting = Draft(
        sender=Sender.BOT,
        text="您好\x00\ud800",
        quick_replies=(QuickReply(text="转\x00人工"),),
        card={"fields": [{"value": "3\x00栋\udfff"}]},
    )
    conversation, _token, _greeting = store.create("web", [greeting])
    store.append_citizen(conversation.id, "m\x001", "楼上\x00漏水")
    said = store.messages(conversation.id)
    assert [message.text for message in said] == ["您好\ufffd", "楼上漏水"]
    assert said[0].quick_replies[0].text == "转人工"
    assert said[0].card == {"fields": [{"value": "3栋\ufffd"}]}
    assert "\\u0000" not in json.dumps(said[0].card)


def test_what_is_cleaned_is_found_again(engine: Engine) -> None:
    """The retry of a message with NUL is the same message."""
    store = ConversationStore(engine)
    conversation, _token, _greeting = store.create("web")
    first = store.append_citizen(conversation.id, "m\x001", "楼上\x00漏水")
    again = store.append_citizen(conversation.id, "m\x001", "楼上\x00漏水")
    assert (first.new, again.new, again.message.seq) == (True, False, first.message.seq)


def test_other_words_under_an_id_that_is_taken_are_refused(engine: Engine) -> None:
    """An app that counts its ids from one again would lose an emergency."""
    store = ConversationStore(engine)
    conversation, _token, _greeting = store.create("web", [Draft(sender=Sender.BOT, text="您好")])
    picture = {"attachment": {"id": "a"}}
    store.append_citizen(conversation.id, "m1", "你好")
    store.append_citizen(conversation.id, "m2", "看图", card=picture)
    for message_id, text, card in (
        ("m1", "着火了", None),
        ("m1", "你好", picture),
        ("m2", "看图", {"attachment": {"id": "b"}}),
    ):
        with pytest.raises(MessageIdTaken):
            store.append_citizen(conversation.id, message_id, text, card=card)
    assert [message.text for message in store.messages(conversation.id)] == ["您好", "你好", "看图"]
    assert not store.append_citizen(conversation.id, "m2", "看图", card=picture).new
