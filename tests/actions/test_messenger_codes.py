"""Codes of faces stay out of orders, and a message without words is answered and counts as no turn of a form."""

from __future__ import annotations

import pytest

from actions.at_the_edge import WORDLESS
from actions.knowledge import AnswerKnowledge
from actions.messenger_codes import Shown, cleaned, shown
from actions.order_follow import ValidateFollowForm
from actions.order_form import ValidateOrderForm
from language.reading import Reading, ReadSpan
from tests.actions.conftest import Run


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("/::)你好，路灯坏了", "你好，路灯坏了"),
        ("／::)你好，路灯坏了", "你好，路灯坏了"),
        ("路灯坏了[捂脸]好几天", "路灯坏了 好几天"),
        ("和平路88号[流泪][流泪]", "和平路88号"),
        ("/:,@-D太吵了", "太吵了"),
        ("我家漏水，[发怒]没人管", "我家漏水，没人管"),
        ("[图片] 路灯坏了", "路灯坏了"),
        ("[位置]和平路88号", "和平路88号"),
        ("[加急]路灯坏了", "[加急]路灯坏了"),
        ("比例是1/:2", "比例是1/:2"),
        ("路灯 坏了", "路灯 坏了"),
        ("[图片]", "[图片]"),
        ("", ""),
    ],
)
def test_codes_are_left_out_and_words_stay(text: str, clean: str) -> None:
    """What is no code of a messenger stays as it was, brackets and slashes too."""
    assert cleaned(text).text == clean


@pytest.mark.parametrize(
    ("text", "part"),
    [("/::)和平路88号路灯坏了", "和平路88号"), ("好的[捂脸]和平路88号[流泪]坏了", "和平路88号")],
)
def test_places_move_with_the_text(text: str, part: str) -> None:
    """A stretch that was found in the message is the same stretch of the cleaned text."""
    clean, start = cleaned(text), text.index(part)
    assert clean.text[slice(*clean.span(start, start + len(part)))] == part
    assert clean.span(0, len(text)) == (0, len(clean.text))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("【收到不支持的消息类型，暂无法显示】", Shown.UNSEEN),
        ("[图片]", Shown.UNSEEN),
        ("[语音]", Shown.UNSEEN),
        ("[动画表情]", Shown.UNSEEN),
        ("[图片][图片]", Shown.UNSEEN),
        ("您的微信版本不支持此消息类型，请升级", Shown.UNSEEN),
        ("/:rose/:rose", Shown.THANKS),
        ("／:rose/:rose", Shown.THANKS),
        ("[强]", Shown.THANKS),
        ("👍", Shown.THANKS),
        ("/::~", Shown.FACE),
        ("[捂脸]！", Shown.FACE),
        ("😭😭", Shown.FACE),
        ("[图片] 路灯坏了", None),
        ("你们不支持的消息我也要说", None),
        ("？？？", None),
        ("[加急]", None),
        ("路灯坏了", None),
        ("", None),
    ],
)
def test_a_message_without_words_is_told_apart(text: str, what: Shown | None) -> None:
    """Pictures, thanks, other faces; anything said makes it a message with words."""
    assert shown(text) is what


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("【收到不支持的消息类型，暂无法显示】", Shown.UNSEEN),
        ("[语音]", Shown.UNSEEN),
        ("／:rose/:rose", Shown.THANKS),
        ("/::~", Shown.FACE),
    ],
)
def test_it_is_answered_before_any_affair(run: Run, text: str, what: Shown) -> None:
    """No order is opened of it, and no article is looked up."""
    said = run(AnswerKnowledge, text, intent="ask_knowledge")
    assert said.text == WORDLESS[what] and not said.signals
    opened = run(ValidateOrderForm, text, intent="order_help", form="order_form")
    assert opened.text == WORDLESS[what] and opened.slots.get("order_draft") is None


@pytest.mark.parametrize("text", ["【收到不支持的消息类型，暂无法显示】", "／::)", "／微笑"])
def test_it_counts_as_no_turn_of_a_form(run: Run, text: str) -> None:
    """The draft and its tries stay as they are; the question stays open."""
    begun = run(ValidateOrderForm, "和平路88号路灯坏了", intent="order_help", form="order_form")
    said = run(ValidateOrderForm, text, slots=begun.slots, form="order_form")
    assert said.slots["order_draft"] == begun.slots["order_draft"]
    assert said.slots["requested_slot"] == "order_resume"
    assert said.slots["misses"] == begun.slots["misses"]


def test_danger_goes_before_a_picture(run: Run) -> None:
    """While danger lasts a picture is answered in its light."""
    said = run(AnswerKnowledge, "[图片]", slots={"danger_state": {"kind": "fire", "told": 1}})
    assert "119" in said.text


def test_a_follow_up_keeps_its_question(run: Run) -> None:
    """A face is no order number."""
    follow = {"follow": {"purpose": "status", "asked": "number"}}
    said = run(ValidateFollowForm, "／::)", slots=follow, form="order_follow_form")
    assert said.text == WORDLESS[Shown.FACE] and said.slots["requested_slot"] == "order_resume"


def test_the_order_is_written_without_codes(run: Run) -> None:
    """The description holds the words, and spans of the reading still fit them."""
    text = "／::)和平路88号路灯坏了[捂脸]好几天"
    place = text.index("和平路88号")
    reading = Reading({"details": 0.9, "register": 0.8}, (ReadSpan("place", place, place + 6, 0.9),))
    begun = run(ValidateOrderForm, text, intent="order_help", form="order_form", reading=reading)
    fields = begun.slots["order_draft"]["fields"]
    assert fields["description"]["value"] == "和平路88号路灯坏了 好几天"
    assert "和平路88号" in str(fields)
    assert "／" not in str(fields) and "捂脸" not in str(fields)
