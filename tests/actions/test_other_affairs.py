"""Knowledge, handing over, anger, manners and lone details."""

from __future__ import annotations

import pytest

from actions.emergency import AnswerEmergency
from actions.emotion import CalmDown
from actions.knowledge import AnswerKnowledge, NotUnderstood
from actions.manners import Goodbye, Repeat, Simpler, Slower
from actions.open_turns import Affirm, Deny, TakeDetail
from actions.rating import Rate, score_in
from actions.replies import plain
from tests.actions.conftest import FakeKnowledge, FakeOrders, Run


def test_an_answer_has_a_short_voice_its_department_and_its_validity(run: Run) -> None:
    (message,) = run(AnswerKnowledge, "公积金怎么提取", "ask_knowledge").messages
    assert message["kind"] == "answer"
    assert message["format"] == "markdown"
    assert message["speech"] == "带身份证去窗口办。"
    assert "明州市住房公积金管理中心" in message["text"]
    assert message["card"]["articles"][0]["effective_to"] == "2027-01-01"


def test_simple_style_shows_the_voice_form(run: Run) -> None:
    (message,) = run(AnswerKnowledge, "公积金怎么提取", "ask_knowledge", slots={"style": "simple"}).messages
    assert message["text"] == "带身份证去窗口办。"
    assert message["format"] == "plain"


def test_near_ties_are_clarified_with_buttons_that_ask_exactly(run: Run, knowledge: FakeKnowledge) -> None:
    (message,) = run(AnswerKnowledge, "公积金", "ask_knowledge").messages
    assert message["kind"] == "clarify"
    assert [button["text"] for button in message["quick_replies"]] == ["公积金提取", "公积金贷款", "都不是"]
    payload = message["quick_replies"][0]["payload"]
    assert payload == '/ask_knowledge{"question": "公积金提取"}'
    run(AnswerKnowledge, payload, "ask_knowledge", entities=[{"entity": "question", "value": "公积金提取"}])
    assert knowledge.asked[-1] == "公积金提取"


def test_what_is_not_known_is_said_and_an_order_offered(run: Run) -> None:
    outcome = run(AnswerKnowledge, "火星签证怎么办", "ask_knowledge")
    assert "抱歉" in outcome.text
    assert outcome.slots["pending"]["seed"]["text"] == "火星签证怎么办"
    assert outcome.signals == []
    started = run(Affirm, "好的", "affirm", slots=outcome.slots)
    assert started.followup == "order_form"
    assert started.slots["order_seed"]["text"] == "火星签证怎么办"


def test_a_complaint_that_was_not_understood_still_becomes_an_order(run: Run) -> None:
    outcome = run(NotUnderstood, "楼下天天半夜施工吵死人", "nlu_fallback")
    assert outcome.followup == "order_form"
    assert outcome.slots["order_seed"]["text"] == "楼下天天半夜施工吵死人"


def test_a_misheard_complaint_that_was_announced_becomes_an_order(run: Run) -> None:
    heard = "你好我要投诉一家小考店,每天晚上有烟特别的,就在和平路88号。"
    assert run(NotUnderstood, heard, "nlu_fallback").followup == "order_form"
    at_a_place = [{"entity": "address", "value": "和平路88号"}]
    assert run(AnswerKnowledge, heard, "ask_knowledge", entities=at_a_place).followup == "order_form"
    assert run(NotUnderstood, "我要投诉应该怎么投诉", "nlu_fallback").followup == ""


def test_danger_is_heard_in_every_action(run: Run) -> None:
    for action, intent in (
        (AnswerKnowledge, "ask_knowledge"),
        (NotUnderstood, "nlu_fallback"),
        (CalmDown, "emotion_anger"),
    ):
        outcome = run(action, "着火了快救人", intent)
        assert outcome.messages[0]["kind"] == "emergency"
        assert outcome.signals[0] == {"event": "emergency", "kind": "fire", "numbers": ["119", "120"]}


def test_an_emergency_without_a_rule_gets_general_advice(run: Run) -> None:
    outcome = run(AnswerEmergency, "快来人啊", "emergency")
    assert [row["number"] for row in outcome.messages[0]["card"]["numbers"]] == [
        "110",
        "119",
        "120",
        "122",
    ]


def test_a_complaint_told_in_anger_is_an_order(run: Run) -> None:
    outcome = run(CalmDown, "气死我了楼下油烟天天往我家灌", "emotion_anger")
    assert outcome.followup == "order_form"


LAST = [
    {"event": "user", "text": "问题"},
    {
        "event": "bot",
        "text": None,
        "data": {"custom": {"text": "长长的回答", "speech": "短回答", "kind": "answer"}},
    },
]


def test_the_last_reply_is_said_again(run: Run) -> None:
    assert run(Repeat, "再说一遍", "repeat", before=LAST).text == "长长的回答"
    simple = run(Simpler, "说简单点", "simpler", before=LAST)
    assert simple.messages[-1]["text"] == "短回答"
    assert simple.slots["style"] == "simple"
    slow = run(Slower, "慢点", "slower", before=LAST)
    assert slow.slots["speech_rate"] == "slow"
    assert {"event": "speech_rate", "rate": "slow"} in slow.signals


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("5分", 5),
        ("给你打三分", 3),
        ("五星好评", 5),
        ("非常满意", 5),
        ("不满意", 2),
        ("太差了", 1),
        ("一般吧", 3),
        ("4", 4),
        ("谢谢", None),
    ],
)
def test_scores(text: str, score: int | None) -> None:
    assert score_in(text) == score


def test_a_rating_reaches_the_gateway(run: Run) -> None:
    payload = run(Rate, '/rate{"score": "4"}', "rate", entities=[{"entity": "score", "value": "4"}])
    assert payload.signals == [{"event": "rating", "score": 4}, {"event": "close"}]
    poor = run(Rate, '/rate{"score": "2"}', "rate", entities=[{"entity": "score", "value": "2"}])
    assert poor.signals == [{"event": "rating", "score": 2}]
    assert run(Rate, "打分", "rate").messages[0]["kind"] == "rating"


def test_goodbye_asks_for_a_rating_and_lets_it_through(run: Run) -> None:
    """A conversation that closed at once could not take the rating it asked for."""
    outcome = run(Goodbye, "再见", "goodbye")
    assert outcome.messages[0]["card"] == {"scale": 5}
    assert outcome.signals == []


def test_no_to_an_offer_forgets_it(run: Run) -> None:
    assert run(Deny, "不用", "deny", slots={"pending": {"offer": "order"}}).slots["pending"] is None


def test_trouble_in_a_part_is_one_honest_sentence_and_a_human(run: Run, knowledge: FakeKnowledge) -> None:
    def broken(query: str) -> None:
        raise RuntimeError(f"secret {query}")

    knowledge.answer = broken  # type: ignore[method-assign, assignment]
    outcome = run(AnswerKnowledge, "公积金怎么提取", "ask_knowledge")
    assert "抱歉" in outcome.text
    assert "secret" not in outcome.text
    assert outcome.signals[0]["event"] == "handoff_requested"


def test_an_order_number_alone_looks_it_up(run: Run, orders: FakeOrders) -> None:
    assert run(TakeDetail, "261122000019").followup == "action_follow_order"


def test_markdown_is_read_without_marks() -> None:
    assert plain("**材料**:\n- 身份证\n- [办理](https://a.cn)") == "材料:。身份证。办理"


def place(text: str) -> list[dict[str, object]]:
    return [{"entity": "address", "value": text, "start": 0, "end": len(text), "confidence_entity": 0.9}]


def test_a_hazard_at_a_place_is_an_order_not_an_alarm(run: Run) -> None:
    """An unsure emergency without a word of danger: the manhole needs a department, not the fire brigade."""
    told = "人民路36号门口井盖坏了很危险"
    unsure = run(AnswerEmergency, told, "emergency", confidence=0.45, entities=place("人民路36号"))
    assert unsure.followup == "order_form"
    assert unsure.signals == []


def test_danger_is_an_alarm_however_unsure_the_intent_is(run: Run) -> None:
    heard = run(
        AnswerEmergency, "人民路36号着火了", "emergency", confidence=0.3, entities=place("人民路36号")
    )
    assert "119" in heard.text
    assert [signal["event"] for signal in heard.signals][:1] == ["emergency"]


def test_a_trouble_told_with_a_place_is_not_answered_with_rules(run: Run, knowledge: FakeKnowledge) -> None:
    told = run(AnswerKnowledge, "文晖路5号工地灰尘太大", "ask_knowledge", entities=place("文晖路5号"))
    assert told.followup == "order_form"
    assert knowledge.asked == []
