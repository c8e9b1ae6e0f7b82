"""What the hotline asks is known from its own messages."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from desk.settings import ROOT
from tests.citizens.questions import NOT_UNDERSTOOD, TOLD, asked, asked_by


def _questions_of_the_forms() -> list[Any]:
    domain = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))
    return [
        pytest.param(found[1], wording["text"], id=f"{found[1]}: {wording['text'][:12]}")
        for name, wordings in domain["responses"].items()
        if (found := re.fullmatch(r"utter_ask_order_(?:follow_)?form_(?:order_)?(\w+)", name))
        for wording in wordings
    ]


@pytest.mark.parametrize(("slot", "text"), _questions_of_the_forms())
def test_every_wording_of_a_forms_question_is_known(slot: str, text: str) -> None:
    """Who words a question of domain.yml anew sees here that the citizens do not understand it."""
    assert asked_by(text) == slot


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("跟您核对一下电话：139 0000 0101，对吗？", "phone_check"),
        ("打 139 0000 0101 这个号码，对吗？", "phone_check"),
        ("电话就记 139 0000 0101，对吗？不对的话，直接说对的号码。", "phone_check"),
        ("都对的话我就登记了，可以吗？", "confirm"),
        ("您3月1日反映过类似的问题，正在办理。您要催办、补充，还是新登记一件？", "duplicate"),
        ("这件事要我帮您登记成工单吗？", "offer"),
        ("抱歉，知识库里暂时没有这个问题的准确答案，我不能乱说。可以帮您登记下来请承办单位回复，或者转人工。您看要登记吗？", "offer"),
        ("什么时候给您打比较方便？比如“今天下午”“明天上午9点以后”。", "call_time"),
        ("好的，地点记为：延安路108号。请问您贵姓，怎么称呼您？", "caller"),
        ("电话记下了：139 0000 0101。您希望怎么解决？", "appeal"),
        ("好的，已经补充进去了。还有什么可以帮您？", ""),
        ("有危险请马上拨打119。", ""),
    ],
)  # fmt: skip
def test_the_last_question_of_a_message_counts(text: str, wanted: str) -> None:
    """What was noted stands before what is asked, in the same message."""
    assert asked_by(text) == wanted


def test_the_kind_of_a_message_goes_before_its_words() -> None:
    """A read-back is one whatever stands in it, and what an answer asks is not asked of him."""
    assert asked([{"kind": "order_draft", "text": "请您核对一下：联系电话"}]) == "confirm"
    assert asked([{"kind": "answer", "text": "要带身份证。您要问哪个窗口在哪里？"}]) == TOLD
    assert (
        asked([{"kind": "answer", "text": "要带身份证。"}, {"kind": "text", "text": "请问您贵姓？"}])
        == "caller"
    )


@pytest.mark.parametrize("text", ["抱歉，我没听明白。", "没太听懂，请您再说一遍。", "我不太明白您的意思。"])
def test_not_understood_is_heard_in_any_wording(text: str) -> None:
    """Each of them is one misunderstanding of the bench."""
    assert NOT_UNDERSTOOD.search(text)
