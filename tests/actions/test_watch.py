"""When a person is called: once a turn, for a reason, and with a sentence that promises nothing."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker

from actions.base import HotlineAction
from actions.courtesies import Greet, TellIdentity
from actions.emergency import AnswerDespair, AnswerEmergency
from actions.emotion import CalmDown
from actions.handoff import HandOver, ReturnedFromSeat
from actions.knowledge import AnswerKnowledge, NotUnderstood
from actions.manners import AnswerAbuse, SmallTalk
from actions.open_turns import TakeDetail
from actions.order_follow import BeginFollow, ValidateFollowForm
from actions.order_form import ValidateOrderForm
from tests.actions.conftest import FakeKnowledge, FakeOrders, Outcome, Run
from tests.actions.test_order_form import SMOKE, fill_form

PROMISES = ("马上", "请稍候", "稍等", "位", "分钟", "标记", "优先", "接通")


def call(outcome: Outcome) -> dict[str, object]:
    (signal,) = [s for s in outcome.signals if s["event"] == "handoff_requested"]
    return signal


def test_a_person_comes_when_asked_for_and_nothing_is_promised(run: Run) -> None:
    outcome = run(HandOver, "转人工", "ask_human")
    assert outcome.called == ("asked", "")
    assert [m["kind"] for m in outcome.messages if "text" in m] == ["handoff"]
    assert not [promise for promise in PROMISES if promise in outcome.text]


def test_asking_again_works_like_the_first_time(run: Run) -> None:
    first = run(HandOver, "转人工", "ask_human")
    again = run(HandOver, "转人工", "ask_human", slots=first.slots)
    assert again.called == ("asked", "")
    assert again.text == first.text


@pytest.mark.parametrize(
    "words",
    ["0", "转人工", "给我接真人", "不想跟机器人说", "有没有活人", "叫接线员来", "问题没解决,给我转人工"],
)
@pytest.mark.parametrize(
    "action", [AnswerKnowledge, NotUnderstood, TakeDetail, SmallTalk, BeginFollow, Greet, TellIdentity]
)
def test_a_wish_for_a_person_is_heard_by_every_action(
    run: Run, action: type[HotlineAction], words: str
) -> None:
    outcome = run(action, words, "chitchat")
    assert outcome.called == ("asked", "")
    assert outcome.followup == ""


@pytest.mark.parametrize(
    "words",
    [
        "老板拖欠工人工资不给",
        "人工智能补贴怎么申请",
        "他家客服转人工转了四十分钟都没有人理我",
        "不用转人工了",
    ],
)
def test_what_only_sounds_like_it_calls_nobody(run: Run, words: str) -> None:
    assert run(SmallTalk, words, "chitchat").called is None


def test_a_greeting_hides_no_danger_and_no_wish(run: Run) -> None:
    assert run(Greet, "你好,转人工", "greet").called == ("asked", "")
    assert run(Greet, "你好,我家着火了", "greet").called == ("emergency", "fire")
    assert run(Greet, "你好", "greet").called is None


def test_a_button_calls_a_person(run: Run) -> None:
    assert run(HandOver, "/ask_human", "ask_human").called == ("asked", "")


def test_an_order_form_is_not_opened_by_a_wish_for_a_person(run: Run) -> None:
    outcome = run(ValidateOrderForm, "帮我转一下人工", "order_help")
    assert outcome.called == ("asked", "")
    assert outcome.slots["order_outcome"] == "none"
    assert "order_draft" not in outcome.slots


def test_an_open_form_keeps_its_question_for_later(run: Run) -> None:
    slots = run(BeginFollow, "查一下进度", "order_status").slots
    outcome = run(ValidateFollowForm, "给我找个真人", slots=slots, form="order_follow_form")
    assert outcome.called == ("asked", "")
    assert outcome.slots["requested_slot"] == "order_resume"
    later = run(ValidateFollowForm, "我找一下", slots=outcome.slots, form="order_follow_form")
    assert later.slots["requested_slot"] == "follow_number"


def test_a_form_that_handed_the_turn_on_does_not_ask_after_the_call(run: Run) -> None:
    slots = fill_form(run, SMOKE).slots
    handed = run(HandOver, "转接一位人", "ask_human", slots=slots, form="order_form")
    seq = handed.slots["turn_facts"]["called_seq"]
    after = run(
        ValidateOrderForm,
        "转接一位人",
        "ask_human",
        slots=handed.slots,
        form="order_form",
        after=[{"event": "action", "name": "action_handoff"}],
        seq=seq,
    )
    assert (after.called, after.messages) == (None, [])
    assert after.slots["requested_slot"] == "order_resume"


TANGLED = "我们楼漏水是多年的历史遗留问题,街道和物业一直踢皮球"


@pytest.mark.parametrize(
    ("action", "words", "intent", "emotion", "reason"),
    [
        (ValidateOrderForm, TANGLED, "order_complain", "neutral", "complex"),
        (ValidateOrderForm, "我是盲人,小区盲道被占了", "order_complain", "neutral", "vulnerable"),
        (ValidateOrderForm, SMOKE + ",转人工", "order_complain", "neutral", "asked"),
        (CalmDown, "气死我了!!!" + SMOKE + "!!!", "emotion_anger", "angry", "emotion"),
        (NotUnderstood, SMOKE + ",我要找真人", "nlu_fallback", "neutral", "asked"),
        (TakeDetail, TANGLED, "inform", "neutral", "complex"),
    ],
)
def test_who_gets_a_person_is_asked_nothing_and_what_was_told_is_kept(
    run: Run, action: type[HotlineAction], words: str, intent: str, emotion: str, reason: str
) -> None:
    # Rasa makes the loop active before the form sees the words that opened it.
    form = "order_form" if action is ValidateOrderForm else ""
    outcome = run(action, words, intent, emotion=(emotion, 0.95), form=form)
    assert outcome.called == (reason, "")
    assert [m["kind"] for m in outcome.messages if "text" in m] == ["handoff"]
    assert (outcome.followup, outcome.slots.get("requested_slot")) == ("", None)
    later = run(ValidateOrderForm, "/order_help", "order_help", slots=outcome.slots, form="order_form")
    assert later.slots["order_draft"]["fields"]["description"]["value"]


def test_a_frail_citizens_question_gets_its_answer_and_a_person(run: Run, knowledge: FakeKnowledge) -> None:
    words = "我八十了不会弄,公积金怎么提取"
    knowledge.articles[words] = knowledge.articles["公积金怎么提取"]
    answered = run(AnswerKnowledge, words, "ask_knowledge")
    assert answered.called == ("vulnerable", "")
    assert [m["kind"] for m in answered.messages if "text" in m] == ["answer", "handoff"]


def test_a_choice_between_articles_is_left_out_when_a_person_comes(
    run: Run, knowledge: FakeKnowledge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge, "answer", lambda _query, **_more: FakeKnowledge().answer("公积金"))
    outcome = run(AnswerKnowledge, "我八十了不会弄,公积金", "ask_knowledge")
    assert outcome.called == ("vulnerable", "")
    assert [m["kind"] for m in outcome.messages if "text" in m] == ["handoff"]


QUESTION_AND_WISH = "公积金怎么提取,给我转人工"


def test_help_comes_first_once_and_never_twice(run: Run) -> None:
    first = run(HandOver, QUESTION_AND_WISH, "ask_human")
    assert first.called is None
    assert "answer" in [m["kind"] for m in first.messages]
    assert "转人工" in first.text
    second = run(HandOver, QUESTION_AND_WISH, "ask_human", slots=first.slots)
    assert second.called == ("asked", "")
    assert "answer" not in [m.get("kind") for m in second.messages]


def test_help_first_is_remembered_however_long_the_conversation_lasts(run: Run) -> None:
    slots = run(HandOver, QUESTION_AND_WISH, "ask_human").slots
    for _ in range(20):
        slots = run(SmallTalk, "你吃了吗", "chitchat", slots=slots).slots
    assert len(slots["turn_facts"]["turns"]) <= 12
    assert run(HandOver, QUESTION_AND_WISH, "ask_human", slots=slots).called == ("asked", "")


@pytest.mark.parametrize(
    ("words", "emotion"),
    [
        ("转人工", ("neutral", 0.9)),
        ("外星人补贴怎么领,转人工", ("neutral", 0.9)),
        ("公积金怎么提取,别废话,给我转人工", ("neutral", 0.9)),
        ("公积金怎么提取,给我转人工", ("angry", 0.9)),
    ],
)
def test_no_help_first_without_an_article_or_when_the_citizen_insists_or_is_angry(
    run: Run, words: str, emotion: tuple[str, float]
) -> None:
    assert run(HandOver, words, "ask_human", emotion=emotion).called == ("asked", "")


def test_no_help_first_for_who_was_not_understood(run: Run) -> None:
    missed = run(NotUnderstood, "哇啦哇啦", "nlu_fallback")
    assert run(HandOver, QUESTION_AND_WISH, "ask_human", slots=missed.slots).called == ("asked", "")


def test_two_misses_in_a_row_call_a_person_and_an_answer_between_starts_anew(run: Run) -> None:
    first = run(NotUnderstood, "哇啦哇啦", "nlu_fallback")
    assert first.called is None
    second = run(NotUnderstood, "呜噜呜噜", "nlu_fallback", slots=first.slots)
    assert second.called == ("not_understood", "")
    assert [m["kind"] for m in second.messages if "text" in m] == ["handoff"]
    between = run(AnswerKnowledge, "公积金怎么提取", "ask_knowledge", slots=first.slots)
    assert run(NotUnderstood, "呜噜呜噜", "nlu_fallback", slots=between.slots).called is None


def test_one_angry_sentence_is_calmed_and_a_second_one_calls(run: Run) -> None:
    first = run(CalmDown, "气死我了", "emotion_anger", emotion=("angry", 0.95))
    assert first.called is None
    assert "消消气" in first.text
    second = run(CalmDown, "太不像话了", "emotion_anger", emotion=("angry", 0.9), slots=first.slots)
    assert second.called == ("emotion", "")
    assert "消消气" not in second.text
    assert call(second)["detail"]["emotion"] == {"label": "angry", "score": 0.9}  # type: ignore[index]


def test_who_shouts_is_not_told_to_calm_down(run: Run) -> None:
    assert run(CalmDown, "气死我了!!!", "emotion_anger", emotion=("angry", 0.95)).called == ("emotion", "")


def test_a_complaint_told_in_anger_is_a_complaint(run: Run) -> None:
    told = run(ValidateOrderForm, SMOKE + "!!!", "order_complain", emotion=("angry", 0.99))
    assert told.called is None
    assert told.slots["order_draft"]["fields"]["description"]


def test_anger_that_has_passed_calls_nobody(run: Run) -> None:
    first = run(CalmDown, "气死我了", "emotion_anger", emotion=("angry", 0.95))
    calm = run(SmallTalk, "算了你说吧", "chitchat", slots=first.slots)
    assert calm.called is None


def test_anger_calls_once_until_a_person_has_been_there(run: Run) -> None:
    slots = run(CalmDown, "气死我了!!!", "emotion_anger", emotion=("angry", 0.95)).slots
    assert run(CalmDown, "气死我了!!!", "emotion_anger", emotion=("angry", 0.95), slots=slots).called is None
    asked = run(HandOver, "气死我了!!!转人工", "ask_human", emotion=("angry", 0.95), slots=slots)
    assert asked.called == ("asked", "")
    back = run(ReturnedFromSeat, "/returned_from_seat", "returned_from_seat", slots=slots)
    again = run(CalmDown, "气死我了!!!", "emotion_anger", emotion=("angry", 0.95), slots=back.slots)
    assert again.called == ("emotion", "")


def test_abuse_gets_patience_once_and_then_a_person(run: Run) -> None:
    first = run(AnswerAbuse, "蠢货", "abuse")
    assert (first.called, "有气" in first.text) == (None, True)
    assert run(AnswerAbuse, "蠢货", "abuse", slots=first.slots).called == ("emotion", "")


@pytest.mark.parametrize(
    ("words", "who"),
    [
        ("我今年八十二了,这个手机不会弄", "old"),
        ("我是盲人,小区盲道被占了", "blind"),
        ("我耳朵听不见,没人帮我", "deaf"),
        ("我才十岁,爸爸妈妈不在家我害怕", "child"),
        ("我一个人在家动不了", "alone"),
        ("我怀孕了,公司要把我辞退", "pregnant"),
    ],
)
def test_who_is_frail_and_in_trouble_gets_a_person(run: Run, words: str, who: str) -> None:
    outcome = run(SmallTalk, words, "chitchat")
    assert outcome.called == ("vulnerable", "")
    assert call(outcome)["detail"]["vulnerable"] == [who]  # type: ignore[index]
    assert call(outcome)["priority"] == 300


def test_a_frail_citizens_question_is_answered_and_remembered(run: Run, knowledge: FakeKnowledge) -> None:
    knowledge.articles["我是盲人,公积金怎么提取"] = knowledge.articles["公积金怎么提取"]
    answered = run(AnswerKnowledge, "我是盲人,公积金怎么提取", "ask_knowledge")
    assert answered.called is None
    later = run(HandOver, "转人工", "ask_human", slots=answered.slots)
    assert (later.called, call(later)["priority"]) == (("asked", ""), 300)


@pytest.mark.parametrize("words", ["家里还有老人,停电半天了", "80岁老人高龄补贴怎么领", "我妈耳朵听不见"])
def test_speaking_of_somebody_frail_calls_nobody(run: Run, words: str) -> None:
    assert run(SmallTalk, words, "chitchat").called is None


def test_topics_for_people_are_left_to_people(run: Run, knowledge: FakeKnowledge) -> None:
    outcome = run(AnswerKnowledge, "拆迁补偿标准是多少", "ask_knowledge")
    assert outcome.called == ("policy", "")
    assert knowledge.asked == []


@pytest.mark.parametrize(
    "words",
    [
        "这是多年的历史遗留问题",
        "街道和物业踢皮球",
        "我反映了三次都没人管",
        "城管说归街道,街道说归住建局,推来推去",
        "找过派出所,找过居委会,又找了住建局",
    ],
)
def test_a_tangled_matter_gets_a_person(run: Run, words: str) -> None:
    assert run(SmallTalk, words, "chitchat").called == ("complex", "")


def test_departments_add_up_over_the_turns(run: Run) -> None:
    slots = run(SmallTalk, "我去了派出所", "chitchat").slots
    slots = run(SmallTalk, "又去了居委会", "chitchat", slots=slots).slots
    assert run(SmallTalk, "还去了住建局", "chitchat", slots=slots).called == ("complex", "")


def test_the_third_complaint_of_the_same_matter_gets_a_person(run: Run, orders: FakeOrders) -> None:
    for conversation in range(3):
        done = fill_form(run, SMOKE, "我姓王", "13912345678")
        assert done.called is None, conversation
        draft = {**done.slots["order_draft"], "draft_id": f"other-{conversation}"}
        from actions.order_submit import SubmitOrder

        run(SubmitOrder, "对", slots={**done.slots, "order_draft": draft, "order_outcome": "confirmed"})
    assert len(orders.orders) == 3
    assert fill_form(run, SMOKE, "我姓王", "13912345678").called == ("complex", "")


def test_danger_calls_first_of_all_and_says_nothing_after_the_numbers(run: Run) -> None:
    for action, words in (
        (AnswerEmergency, "着火了快救人"),
        (SmallTalk, "着火了快救人"),
        (AnswerDespair, "活着好累"),
    ):
        outcome = run(action, words, "emergency")
        assert outcome.called is not None and outcome.called[0] == "emergency"
        assert [m["kind"] for m in outcome.messages if "text" in m] == ["emergency"]


@pytest.mark.parametrize(
    ("words", "skill"),
    [
        ("转公积金的人工", "housing_fund"),
        ("我要找医保的人工", "health_insurance"),
        ("给我转社保人工", "social_insurance"),
        ("转税务人工", "tax"),
        ("转英语人工", "english"),
        ("有会说粤语的人工坐席吗", "dialect"),
        ("我要手语人工", "sign_language"),
        ("转人工", ""),
    ],
)
def test_the_skill_that_is_wanted_is_told(run: Run, words: str, skill: str) -> None:
    assert call(run(HandOver, words, "ask_human"))["skill"] == skill


def test_the_skill_comes_from_the_matter_before(run: Run) -> None:
    slots = run(AnswerKnowledge, "公积金怎么提取", "ask_knowledge").slots
    assert call(run(HandOver, "转人工", "ask_human", slots=slots))["skill"] == "housing_fund"


def test_one_turn_calls_once_through_all_its_actions(run: Run) -> None:
    """A form that hands the turn on sets nothing; the rule's action is watched, and the form after it is not again."""
    slots = fill_form(run, SMOKE).slots
    aside = run(ValidateOrderForm, "转接一位人", "ask_human", slots=slots, form="order_form")
    assert aside.events == []
    handed = run(HandOver, "转接一位人", "ask_human", slots=slots, form="order_form")
    assert handed.called == ("asked", "")
    seq = handed.slots["turn_facts"]["called_seq"]
    assert handed.slots["turn_facts"]["turns"][-1]["seq"] == seq


def test_coming_back_from_a_person_is_a_clean_beginning(run: Run) -> None:
    slots = {**fill_form(run, SMOKE).slots, "style": "simple", "proved_orders": ["261122000019"]}
    slots = run(HandOver, "转人工", "ask_human", slots=slots, form="order_form").slots
    back = run(ReturnedFromSeat, "/returned_from_seat", "returned_from_seat", slots=slots, form="order_form")
    assert {"event": "active_loop", "timestamp": None, "name": None} in back.events
    for slot in ("order_draft", "order_seed", "follow", "pending", "turn_facts", "requested_slot"):
        assert back.slots.get(slot) is None, slot
    assert (back.slots["style"], back.slots["proved_orders"]) == ("simple", ["261122000019"])
    assert "智能客服" in back.text
    assert run(HandOver, "转人工", "ask_human", slots=back.slots).called == ("asked", "")


def test_a_form_lets_the_return_pass(run: Run) -> None:
    order = fill_form(run, SMOKE).slots
    follow = run(BeginFollow, "查一下进度", "order_status").slots
    for action, slots, form in (
        (ValidateOrderForm, order, "order_form"),
        (ValidateFollowForm, follow, "order_follow_form"),
    ):
        outcome = run(action, "/returned_from_seat", "returned_from_seat", slots=slots, form=form)
        assert (outcome.events, outcome.messages) == ([], [])


def test_a_person_who_was_promised_comes_even_if_the_watch_fails(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tracker: Tracker) -> None:
        raise OSError("gone")

    monkeypatch.setattr("actions.watch.Kept.of", broken)
    monkeypatch.setattr("actions.base.answer_callback", lambda *_: None)
    assert run(AnswerEmergency, "着火了", "emergency").called == ("emergency", "fire")
