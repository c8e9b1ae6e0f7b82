"""What a question is about is often told before the question: no order is begun on it, and nothing of it is lost.

Here the nature of matters is the learned one, as in the product.
"""

from __future__ import annotations

import pytest

from actions.emergency import AnswerEmergency
from actions.emotion import CalmDown
from actions.open_turns import Deny, TakeDetail
from actions.order_form import ValidateOrderForm
from actions.taking_up import NONE_OF_THEM
from tests.actions.conftest import FakeKnowledge, Run
from tests.actions.readings import read
from tests.actions.test_told_before import bot, user


@pytest.fixture(autouse=True)
def _rules_alone() -> None:
    """Overrides the fixture of the folder: the learned nature stays."""


BACKGROUNDS = [
    "娃明年9月上一年级",
    "我在网上卖点自己做的手工发卡",
    "奶茶店想转给我表妹",
    "准备回老家开个小饭馆",
    "我妈去年走了，她的存折还在",
    "车子卖给我表哥了",
]


@pytest.mark.parametrize("words", BACKGROUNDS)
def test_the_mere_background_of_a_question_opens_no_form(run: Run, words: str) -> None:
    outcome = run(TakeDetail, words, "inform", reading=read("details"))
    assert outcome.followup == ""
    assert "是想问怎么办" in outcome.text
    assert outcome.slots["pending"]["lead"] == words


@pytest.mark.parametrize("words", BACKGROUNDS)
def test_a_doubtful_intent_of_an_order_opens_none_either(run: Run, words: str) -> None:
    outcome = run(ValidateOrderForm, words, "order_report", 0.5, form="order_form", reading=read("details"))
    assert outcome.slots.get("order_draft") is None
    assert outcome.slots["pending"]["lead"] == words


@pytest.mark.parametrize(
    "words",
    ["房东不退我押金", "楼道灯坏了半个月", "楼上天天半夜唱歌", "希望公交多开几趟", "驾校收了钱不安排练车"],
)
def test_a_trouble_opens_its_form(run: Run, words: str) -> None:
    assert run(TakeDetail, words, "inform", reading=read("details")).followup == "order_form"


def test_who_tells_on_is_listened_to_and_looked_up_with_all_of_it(run: Run, knowledge: FakeKnowledge) -> None:
    first = run(TakeDetail, "娃明年9月上一年级", "inform", reading=read("details"))
    second = run(TakeDetail, "我们外地户口租的房", "inform", reading=read("value"), slots=first.slots)
    assert "接着说" in second.text
    run(TakeDetail, "要提前准备什么", "ask_knowledge", reading=read("ask"), slots=second.slots)
    assert knowledge.asked[-1] == "娃明年9月上一年级，我们外地户口租的房，要提前准备什么"


def test_who_means_none_of_the_articles_is_asked_to_say_it_otherwise(run: Run) -> None:
    seed = {"text": "户口本被扣着，这证还领得了不", "seq": 1}
    kept = {"pending": {"offer": "kept", "seed": seed}}
    before = [user("户口本被扣着，这证还领得了不"), bot("clarify")]
    outcome = run(Deny, "都不是", "deny", slots=kept, before=before, reading=read("no"))
    assert outcome.text == NONE_OF_THEM
    assert outcome.slots["pending"]["seed"] == seed


@pytest.mark.parametrize("words", ["救命 对面那块大屏闪瞎我", "救命啊 这电费也太离谱了"])
def test_a_cry_in_a_plain_trouble_raises_no_alarm(run: Run, words: str) -> None:
    outcome = run(AnswerEmergency, words, "emergency", 0.8, reading=read("details"))
    assert outcome.called is None
    assert not any(message["kind"] == "emergency" for message in outcome.messages)


@pytest.mark.parametrize("words", ["行 等你们回", "好嘛那我等信", "别说我态度不好啊 我就是急"])
def test_a_word_at_parting_is_no_anger(run: Run, words: str) -> None:
    after = {"last_order": "26112900001"}
    outcome = run(CalmDown, words, "emotion_anger", slots=after, reading=read("chat", 0.2))
    assert "您着急我理解" in outcome.text
    assert outcome.followup == ""
