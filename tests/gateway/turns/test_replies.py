"""Whatever Rasa says is read; what makes no sense is left out and never breaks a turn."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desk.conversations import HandoffReason, HandoffRequest, QuickReply, Sender
from gateway import sentences
from gateway.turns.emergency_fallback import emergency_numbers
from gateway.turns.replies import CallbackWish, read_replies
from gateway.voice import prompts
from language.punctuation import full_width


def test_a_response_with_buttons() -> None:
    raw = [
        {"text": "请选择", "buttons": [{"title": "停水", "payload": "/a"}, {"title": "是", "payload": "是"}]}
    ]
    [draft] = read_replies(raw).drafts
    assert draft.sender is Sender.BOT
    assert draft.quick_replies == (QuickReply(text="停水", payload="/a"), QuickReply(text="是", payload=None))


def test_the_last_words_of_an_answer_ask_for_what_the_form_says() -> None:
    event = {"custom": {"event": "expecting", "asked": "phone"}}
    first, second = read_replies([event, {"text": "记下了。"}, {"text": "请留一个电话。"}]).drafts
    assert (first.expecting, second.expecting) == ("", "phone")


@pytest.mark.parametrize("asked", ["password", 3, None])
def test_what_nobody_knows_is_not_asked_for(asked: object) -> None:
    read = read_replies([{"text": "好。"}, {"custom": {"event": "expecting", "asked": asked}}])
    assert ([draft.expecting for draft in read.drafts], read.ignored) == ([""], 1)


def test_to_ask_without_a_word_is_a_failure_of_the_bot() -> None:
    assert not read_replies([{"custom": {"event": "expecting", "asked": "phone"}}]).drafts


def test_unknown_kinds_and_formats_become_plain_text() -> None:
    [draft] = read_replies(
        [{"custom": {"text": "好", "kind": "dance", "format": "html", "speech": 3, "card": []}}]
    ).drafts
    assert (draft.kind, draft.format, draft.speech, draft.card) == ("text", "plain", None, None)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"event": "handoff_requested", "reason": "asked"}, sentences.HANDOFF),
        ({"event": "rating", "score": 5}, sentences.RATED),
        ({"event": "close"}, sentences.GOODBYE),
    ],
)
def test_an_event_alone_is_no_silence(event: dict[str, Any], text: str) -> None:
    assert [d.text for d in read_replies([{"custom": event}]).drafts] == [text]


def test_an_unknown_reason_still_brings_a_human() -> None:
    reading = read_replies([{"custom": {"event": "handoff_requested", "reason": "boredom"}}])
    assert [m.reason for m in reading.effects.marks] == [HandoffReason.ASKED]


def test_a_call_for_a_person_carries_skill_priority_and_detail() -> None:
    event = {"event": "handoff_requested", "reason": "emotion", "note": "连续愤怒", "skill": "housing_fund"}
    more = {"priority": 200, "detail": {"score": 0.9, "facts": {"anger": 2}}}
    reading = read_replies([{"custom": {**event, **more}}])
    assert reading.effects.handoff == HandoffRequest(
        reason=HandoffReason.EMOTION,
        note="连续愤怒",
        skill="housing_fund",
        priority=200,
        detail=more["detail"],
    )


@pytest.mark.parametrize(
    "odd", [{"skill": "a b"}, {"skill": 3}, {"priority": True}, {"priority": -1}, {"detail": []}]
)
def test_what_cannot_be_read_in_a_call_for_a_person_does_not_lose_it(odd: dict[str, Any]) -> None:
    reading = read_replies([{"custom": {"event": "handoff_requested", "reason": "asked", **odd}}])
    assert reading.effects.handoff == HandoffRequest(reason=HandoffReason.ASKED)


def test_one_answer_calls_a_person_once_for_the_most_pressing_reason() -> None:
    calls = [
        {"custom": {"event": "handoff_requested", "reason": reason}}
        for reason in ("complex", "emergency", "emotion")
    ]
    effects = read_replies(calls).effects
    assert effects.handoff is not None and effects.handoff.reason is HandoffReason.EMERGENCY
    assert len(effects.marks) == 3


def test_a_wish_to_be_called_back_is_read_and_a_wrong_number_is_not() -> None:
    event = {"event": "callback_requested", "phone": "13912345678", "wish": "明天上午"}
    reading = read_replies([{"custom": event}, {"text": "好的"}])
    assert reading.callback == CallbackWish(phone="13912345678", wish="明天上午")
    wrong = read_replies([{"custom": {**event, "phone": "打给我"}}, {"text": "好的"}])
    assert (wrong.callback, wrong.ignored) == (None, 1)


def test_emergency_numbers_are_shown_even_next_to_other_text() -> None:
    event = {"event": "emergency", "numbers": [{"number": "119", "label": "火警"}]}
    reading = read_replies([{"text": "别慌"}, {"custom": event}])
    assert [d.kind for d in reading.drafts] == ["text", "emergency"]
    own = {**event, "text": "请拨打119", "kind": "emergency"}
    assert len(read_replies([{"custom": own}]).drafts) == 1


@pytest.mark.parametrize(
    "raw", [None, {}, "x", [], [{}], [None, 3], [{"text": " "}], [{"custom": {"event": "fly"}}]]
)
def test_nothing_understood_is_nothing_said(raw: object) -> None:
    assert read_replies(raw).drafts == ()


def test_what_the_bot_says_is_printed_full_width() -> None:
    """Text and quick replies, Markdown and numbers left as they are."""
    buttons = [{"text": "是,对的", "payload": "/affirm"}, {"text": "不对?"}]
    [draft] = read_replies(
        [
            {
                "custom": {
                    "text": "**费用:** 1,000元(一次),对吗?",
                    "format": "markdown",
                    "quick_replies": buttons,
                }
            }
        ]
    ).drafts
    assert draft.text == "**费用：** 1,000元（一次），对吗？"
    assert [reply.text for reply in draft.quick_replies] == ["是，对的", "不对？"]


def test_what_is_spoken_and_sent_back_stays_as_the_bot_knows_it() -> None:
    """The sound of a fixed sentence is found by its text, and a tapped reply is the bot's own words."""
    raw = {"text": "好的,请讲.", "quick_replies": [{"text": "是,对的"}, {"text": "不对", "payload": "/deny"}]}
    [draft] = read_replies([raw]).drafts
    assert (draft.text, draft.speech) == ("好的，请讲。", "好的,请讲.")
    assert draft.quick_replies == (
        QuickReply(text="是，对的", payload="是,对的"),
        QuickReply(text="不对", payload="/deny"),
    )
    [told] = read_replies([{"custom": {"text": "好的,请讲.", "speech": "好的,请讲"}}]).drafts
    assert told.speech == "好的,请讲"


def test_the_citizens_words_in_a_read_back_are_not_touched() -> None:
    """Our labels and the values that we word are printed, on the card and in the text alike."""
    fields = [
        {"name": "description", "label": "问题描述:", "value": "吵,没人管!(天天)"},
        {"name": "caller", "label": "姓名", "value": "王小明(先生)"},
    ]
    text = "请核对,对吗?\n问题描述:吵,没人管!(天天)\n姓名:王小明(先生)"
    raw = {"text": text, "kind": "order_draft", "card": {"fields": fields}}
    [draft] = read_replies([{"custom": raw}]).drafts
    assert draft.text == "请核对，对吗？\n问题描述：吵,没人管!(天天)\n姓名：王小明（先生）"
    assert draft.card == {
        "fields": [
            {"name": "description", "label": "问题描述：", "value": "吵,没人管!(天天)"},
            {"name": "caller", "label": "姓名", "value": "王小明（先生）"},
        ]
    }


def test_cards_name_articles_and_numbers_in_full_width() -> None:
    """What stands on a card by our own hand; its ids and an order's words stay."""
    articles = [{"id": "a:b", "title": "公积金提取(租房)", "department": "住建局,公积金中心"}, 3]
    order = {"number": "261122-00015-9", "title": "投诉:吵,没人管"}
    found = read_replies(
        [
            {"custom": {"text": "您想问", "card": {"articles": articles}}},
            {"custom": {"text": "登记好了", "card": order}},
        ]
    ).drafts
    assert found[0].card == {
        "articles": [{"id": "a:b", "title": "公积金提取（租房）", "department": "住建局，公积金中心"}, 3]
    }
    assert found[1].card == order


def test_the_gateways_own_sentences_are_written_full_width() -> None:
    """They reach people by many ways, so each is written right where it stands."""
    found = [*vars(sentences).values(), *vars(prompts).values(), sentences.greeting("明州").text]
    texts = [t for v in found for t in (v.values() if isinstance(v, dict) else [v]) if isinstance(t, str)]
    assert [t for t in texts if full_width(t) != t] == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "text",
                    "custom",
                    "event",
                    "buttons",
                    "quick_replies",
                    "score",
                    "numbers",
                    "card",
                    "kind",
                    "fields",
                    "name",
                ]
            ),
            inner
            | st.sampled_from(["emergency", "handoff_requested", "callback_requested", "rating", "close"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values)
@example([{"text": "您好", "kind": []}])
@example([{"text": "您好", "format": {}}])
def test_no_shape_breaks_the_reading(raw: object) -> None:
    reading = read_replies(raw)
    assert all(draft.text.strip() for draft in reading.drafts)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("我家着火了", "119"),
        ("厨房有煤气味", "119"),
        ("还漏燃气", "119"),
        ("救命啊", "110"),
        ("我不想活了", "120"),
        ("老人晕倒了", "120"),
        ("有人持刀", "110"),
    ],
)
def test_danger_is_heard_without_the_bot(text: str, first: str) -> None:
    assert emergency_numbers(text)[0][0] == first


@pytest.mark.parametrize("text", ["公积金怎么取", "路灯不亮", "燃气费怎么交", "谢谢"])
def test_ordinary_matters_are_no_danger(text: str) -> None:
    assert emergency_numbers(text) == ()
