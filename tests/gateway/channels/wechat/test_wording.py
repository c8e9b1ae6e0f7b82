"""What a chat of WeChat shows: whole words in few texts, and choices that can be typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.conversations import Message, QuickReply, Sender
from desk.orders.links import OrderLinks
from gateway.channels.wechat.markdown import plain
from gateway.channels.wechat.wording import MAX_BYTES, picked, split_text, telling_of, worded

CHOICES = (QuickReply(text="查进度", payload="/order_status"), QuickReply(text="没有了", payload="/goodbye"))
LONG_CHOICES = (
    QuickReply(text="住房公积金提取条件", payload="/ask{1}"),
    QuickReply(text="住房公积金贷款额度", payload="/ask{2}"),
)


def message(text: str, seq: int = 1, sender: Sender = Sender.BOT, **more: object) -> Message:
    plain_one = Message(
        conversation_id="w1", seq=seq, sender=sender, text=text, format="plain", speech=text, kind="text",
        quick_replies=(), card=None, message_id=None, payload=None, reply_to=None, at=datetime(2026, 11, 29, tzinfo=UTC),
    )  # fmt: skip
    return replace(plain_one, **more)  # type: ignore[arg-type]


def test_short_choices_are_told_as_words_and_long_ones_with_numbers() -> None:
    said = worded(message("登记好了。", quick_replies=CHOICES))
    assert said == "登记好了。\n您可以回复：“查进度”、“没有了”"
    said = worded(message("您想问哪一个？", quick_replies=LONG_CHOICES))
    assert said.split("\n")[1:] == ["1. 住房公积金提取条件", "2. 住房公积金贷款额度", "（回复数字即可）"]


def test_a_choice_is_known_by_its_words_and_by_its_number_only_where_it_had_one() -> None:
    few, many = message("x", quick_replies=CHOICES), message("x", quick_replies=LONG_CHOICES)
    assert picked("查进度。", few) == CHOICES[0]
    assert picked("2", few) is None, "it may be the number of a house"
    for typed in ("2", " 2 ", "２", "2.", "（2）", "2、"):
        assert picked(typed, many) == LONG_CHOICES[1], typed
    for other in ("3", "0", "22", "2号", "两个都想问", ""):
        assert picked(other, many) is None, other
    assert picked("2", None) is None and picked("2", message("几栋？")) is None


def test_a_rating_is_typed_as_a_figure() -> None:
    marks = tuple(QuickReply(text=f"{n}分", payload=f"/rate{n}") for n in (5, 4, 3, 2, 1))
    asked = message("您给这次服务打几分？", kind="rating", quick_replies=marks)
    assert "回复 1 到 5" in worded(asked)
    found = picked("4", asked)
    assert found is not None and found.payload == "/rate4"
    assert picked("6", asked) is None


def test_an_orders_card_brings_its_link_whole_and_other_messages_bring_none() -> None:
    links = OrderLinks("https://hotline.example.cn", "the secret of the account")
    card = message("登记好了。", kind="order_card", card={"number": "261122-00015-9"}, quick_replies=CHOICES)
    link = links.link("261122000159", card.at)
    assert link is not None and link in worded(card, links).split("\n")
    assert "http" not in worded(card) and "http" not in worded(message("好的。"), links)
    crowded = replace(card, text="字" * (MAX_BYTES // 3 - 20))
    assert link in "\n".join(part.text for part in telling_of([crowded], 0, links=links).parts).split("\n")


def test_a_picture_of_a_seat_is_not_silence() -> None:
    card = {"attachment": {"id": "x"}}
    assert "图片" in worded(message("[图片]", sender=Sender.SEAT, card=card))
    assert worded(message("看这里", sender=Sender.SEAT, card=card)).startswith("看这里\n")


def test_markdown_becomes_lines() -> None:
    text = "## 办理条件\n**本市户籍**，满 *18* 岁。\n\n1. 身份证\n2. [申请表](https://a.cn/x)\n\n- 甲\n  - 乙\n\n| 窗口 | 时间 |\n|---|---|\n| 一楼 | 9:00 |\n"
    assert plain(text).split("\n") == [
        "办理条件", "本市户籍，满 18 岁。", "1. 身份证", "2. 申请表（https://a.cn/x）", "· 甲", "  · 乙", "窗口：时间", "一楼：9:00",
    ]  # fmt: skip
    assert plain("没有任何标记。") == "没有任何标记。"


def test_sentences_are_merged_into_one_text_and_citizens_words_are_passed_over() -> None:
    told = telling_of(
        [
            message("路灯坏了", 3, Sender.CITIZEN),
            message("好的。", 4),
            message("在哪条路？", 5),
            message("湖滨路", 6, Sender.CITIZEN),
        ],
        2,
    )
    assert [(part.text, part.seq, part.parts) for part in told.parts] == [("好的。\n\n在哪条路？", 6, 0)]
    nothing = telling_of([message("湖滨路", 6, Sender.CITIZEN)], 5)
    assert nothing.parts == () and nothing.seq == 6


def test_a_long_message_goes_on_where_it_was_interrupted() -> None:
    long = message("。".join("一二三四五六七八九十" * 20 for _ in range(8)), 2)
    all_parts = telling_of([message("先说一句。", 1), long, message("最后一句。", 3)], 0).parts
    assert len(all_parts) == 3 and all(len(part.text.encode()) <= MAX_BYTES for part in all_parts)
    first = all_parts[0]
    assert first.text.startswith("先说一句。")
    rest = telling_of([long, message("最后一句。", 3)], first.seq, first.parts).parts
    assert [part.text for part in rest] == [part.text for part in all_parts[1:]]
    assert (all_parts[-1].seq, all_parts[-1].parts) == (3, 0)


PHONES = (
    "请拨打 0571-87654321 转 8012，工单号 20261129-000123，详见 https://12345.mingzhou.gov.cn/a/b?c=1&d=2 。"
)


@pytest.mark.parametrize("size", range(60, 200))
def test_numbers_and_addresses_are_never_cut(size: int) -> None:
    pieces = split_text(PHONES * 3, size)
    assert all(len(piece.encode()) <= size for piece in pieces)
    for whole in ("0571-87654321", "20261129-000123", "https://12345.mingzhou.gov.cn/a/b?c=1&d=2"):
        assert sum(piece.count(whole) for piece in pieces) == 3, whole


@given(st.text(max_size=400), st.integers(64, 300))
def test_pieces_fit_and_nothing_but_white_space_is_lost(text: str, size: int) -> None:
    text = text.encode("utf-8", "ignore").decode()
    pieces = split_text(text, size)
    assert all(0 < len(piece.encode()) <= size for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_what_is_seen_as_one_character_is_not_parted() -> None:
    family = "👨‍👩‍👧"
    for size in range(64, 100):
        for piece in split_text(family * 12 + "é́" * 20, size):
            assert piece[0] not in "\u200d\u0301" and piece[-1] != "\u200d"


def test_one_endless_number_still_fits() -> None:
    pieces = split_text("9" * 5000)
    assert "".join(pieces) == "9" * 5000 and all(len(piece) <= MAX_BYTES for piece in pieces)
