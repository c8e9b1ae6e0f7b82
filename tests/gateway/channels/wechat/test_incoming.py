"""WeChat's XML, as it comes and as it must not."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.wechat.incoming import (
    MAX_XML_BYTES,
    Place,
    Unreadable,
    citizen_key,
    passive_text,
    read_incoming,
    sealed_part,
)
from tests.gateway.channels.wechat.bodies import ACCOUNT, OPENID, body, event, location, text


def test_the_kinds_that_citizens_send_are_read() -> None:
    said = read_incoming(text("/::)你好，路灯坏了"))
    assert (said.kind, said.text, said.openid, said.account) == (
        "text",
        "/::)你好，路灯坏了",
        OPENID,
        ACCOUNT,
    )
    heard = read_incoming(body("voice", MediaId="m1", Format="speex", MsgId=3, Recognition=""))
    assert (heard.kind, heard.media_id) == ("voice", "m1")
    placed = read_incoming(location("明州市东湖区湖滨路 8 号"))
    assert placed.place == Place(30.25, 120.16, "明州市东湖区湖滨路 8 号")
    assert read_incoming(event("subscribe", "qrscene_路灯 0012")).key == "路灯 0012"
    assert read_incoming(event("SCAN", "路灯 0012")).kind == "event:scan"
    assert read_incoming(event("CLICK", "orders")).is_event


def test_words_that_end_a_cdata_section_stay_whole() -> None:
    assert read_incoming(body("text", MsgId=6, Content="门牌]]]]><![CDATA[>12号")).text == "门牌]]>12号"


def test_a_repeated_message_keeps_its_id_and_two_messages_never_share_one() -> None:
    first = read_incoming(text("公积金怎么提取")).message_id
    assert first == read_incoming(text("公积金怎么提取", at=1795305605)).message_id
    assert len(first) <= 64
    others = [
        text("公积金怎么提取", openid="oAnother"),
        text("公积金怎么提取", number=24000000000000002),
        text("社保怎么查"),
        body("voice", MediaId="m1", MsgId=24000000000000001),
    ]
    assert len({first, *(read_incoming(one).message_id for one in others)}) == 5


def test_events_have_no_id_and_are_told_apart_by_who_when_and_what() -> None:
    once = read_incoming(event("subscribe")).message_id
    assert once == read_incoming(event("subscribe")).message_id
    others = [event("unsubscribe"), event("subscribe", "qrscene_1"), event("subscribe", at=1795305601)]
    assert once not in {read_incoming(one).message_id for one in others}


def test_a_citizens_key_names_no_openid_and_differs_by_account() -> None:
    key = citizen_key("wx1", OPENID)
    assert OPENID not in key and len(key) == 64
    assert len({key, citizen_key("wx2", OPENID), citizen_key("wx1", OPENID + "x")}) == 3
    # Where one part ends and the other begins is part of the key.
    assert citizen_key("wx1", "23") != citizen_key("wx12", "3")


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"<xml>",
        b"{}",
        b"<xml/>",
        b"\xff\xfe",
        body("text", "an openid with spaces", Content="x"),
        body("text", "o" * 65, Content="x"),
        body("", Content="x"),
        body("event"),
        location("", "north"),
        location("", "nan"),
        location("", "91"),
        body("location", Label="x"),
        b"<xml>" + b"<a/>" * 65 + b"</xml>",
        b"<xml>" + b" " * MAX_XML_BYTES + b"</xml>",
    ],
)
def test_what_is_no_message_is_refused(bad: bytes) -> None:
    with pytest.raises(Unreadable):
        read_incoming(bad)


def test_a_document_type_is_refused_whatever_it_declares() -> None:
    with pytest.raises(Unreadable):
        read_incoming(b'<!DOCTYPE xml [<!ENTITY w "words">]>' + text("&w;"))
    with pytest.raises(Unreadable):
        read_incoming(b"<!DOCTYPE xml>" + text("x"))


@given(st.binary(max_size=400))
def test_any_bytes_are_a_message_or_unreadable(some: bytes) -> None:
    for read in (read_incoming, sealed_part):
        try:
            read(some)
        except Unreadable:
            continue


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["MsgType", "Event", "Content", "FromUserName", "CreateTime", "Location_X", "MsgId"]
            ),
            st.text(max_size=40),
        ),
        max_size=12,
    )
)
def test_any_fields_are_a_message_or_unreadable(fields: list[tuple[str, str]]) -> None:
    root = ElementTree.Element("xml")
    for name, value in fields:
        ElementTree.SubElement(root, name).text = "".join(c for c in value if c.isprintable())
    try:
        read_incoming(ElementTree.tostring(root))
    except Unreadable:
        return


@given(st.text(max_size=200))
def test_a_reply_is_whole_xml_whatever_it_says(words: str) -> None:
    reply = ElementTree.fromstring(passive_text(read_incoming(text("x")), words, 1795305600.9))
    assert reply.findtext("ToUserName") == OPENID and reply.findtext("FromUserName") == ACCOUNT
    assert (reply.findtext("CreateTime"), reply.findtext("MsgType")) == ("1795305600", "text")
    # What XML cannot hold is left out, and a reader of XML makes \r\n into \n; all else arrives.
    held = "".join(
        c for c in words if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
    assert reply.findtext("Content") == held.replace("\r\n", "\n").replace("\r", "\n")
