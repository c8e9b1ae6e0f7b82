"""Being called back: the number is read back, the time asked, and any other matter breaks it off."""

from __future__ import annotations

import pytest

from actions.handoff import HandOver
from actions.knowledge import AnswerKnowledge, NotUnderstood
from actions.manners import SmallTalk
from actions.open_turns import Affirm, Deny, LayAside, TakeDetail
from actions.order_follow import BeginFollow, ValidateFollowForm
from actions.order_form import ValidateOrderForm
from actions.order_submit import SubmitOrder
from tests.actions.conftest import FakeOrders, Run
from tests.actions.readings import read
from tests.actions.test_order_form import SMOKE, fill_form

ASK = "请人工回电"


def wish(outcome: object) -> dict[str, object] | None:
    found = [s for s in outcome.signals if s["event"] == "callback_requested"]  # type: ignore[attr-defined]
    return found[0] if found else None


def test_number_read_back_and_time_lead_to_a_call(run: Run) -> None:
    asked = run(HandOver, ASK, "ask_human")
    assert (asked.called, "号码" in asked.text) == (None, True)
    given = run(TakeDetail, "13912345678", slots=asked.slots)
    assert "139 1234 5678" in given.text
    assert wish(given) is None
    agreed = run(Affirm, "对的", "affirm", slots=given.slots)
    assert "什么时候" in agreed.text
    done = run(NotUnderstood, "明天上午", "nlu_fallback", slots=agreed.slots)
    assert wish(done) == {"event": "callback_requested", "phone": "13912345678", "wish": "明天上午"}
    assert "139 1234 5678" in done.text
    assert "明天上午" in done.text
    assert (done.slots["pending"], done.slots["callback_phone"], done.called) == (None, "13912345678", None)


def test_a_known_number_is_offered_and_may_be_refused(run: Run) -> None:
    asked = run(HandOver, ASK, "ask_human", slots={"callback_phone": "13912345678"})
    assert "139 1234 5678" in asked.text
    other = run(Deny, "/deny", "deny", slots=asked.slots)
    assert "哪个号码" in other.text
    assert "138 0000 0001" in run(TakeDetail, "13800000001", slots=other.slots).text
    corrected = run(TakeDetail, "不是,是13800000001", "correct", slots=asked.slots)
    assert "138 0000 0001" in corrected.text


def test_a_number_in_the_same_breath_is_taken(run: Run) -> None:
    assert "139 1234 5678" in run(SmallTalk, "给我回个电话13912345678", "inform").text


def test_a_wrong_number_is_asked_for_again_and_not_forever(run: Run) -> None:
    slots = run(HandOver, ASK, "ask_human").slots
    for _ in range(2):
        wrong = run(TakeDetail, "1391234", slots=slots)
        assert "不对" in wrong.text
        slots = wrong.slots
    assert "不对" not in run(TakeDetail, "1391234", slots=slots).text


def test_no_number_no_call(run: Run) -> None:
    slots = run(HandOver, ASK, "ask_human").slots
    left = run(LayAside, "/skip", "skip", slots=slots)
    assert (left.slots["pending"], wish(left)) == (None, None)


def test_another_matter_breaks_it_off(run: Run) -> None:
    slots = run(HandOver, ASK, "ask_human").slots
    assert "answer" in [m["kind"] for m in run(AnswerKnowledge, "公积金怎么提取", slots=slots).messages]
    assert run(HandOver, "还是转人工吧", "ask_human", slots=slots).called == ("asked", "")


def test_danger_goes_before_any_call(run: Run) -> None:
    slots = run(HandOver, ASK, "ask_human").slots
    assert run(TakeDetail, "着火了救命", slots=slots).called == ("emergency", "fire")


def test_a_wish_that_sounds_like_an_order_opens_no_form(run: Run) -> None:
    slots = run(HandOver, ASK, "ask_human", slots={"callback_phone": "13912345678"}).slots
    slots = run(Affirm, "/affirm", "affirm", slots=slots).slots
    done = run(ValidateOrderForm, "明天下午三点以后", "order_help", slots=slots)
    assert wish(done) is not None
    assert (done.slots["order_outcome"], "order_draft" in done.slots) == ("none", False)


def test_a_bare_number_after_a_call_for_a_person_means_a_call_back(run: Run) -> None:
    slots = run(HandOver, "转人工", "ask_human").slots
    assert "139 1234 5678" in run(TakeDetail, "13912345678", slots=slots).text
    assert "139 1234 5678" not in run(TakeDetail, "13912345678").text


@pytest.mark.parametrize(
    "words",
    [
        "你们一直没给我回电话",
        "不用回电了",
        "怎么还没有人给我回电",
        "物业说回电话结果没人回电话我等了一个月了",
    ],
)
def test_stories_about_calls_ask_for_none(run: Run, words: str) -> None:
    outcome = run(SmallTalk, words, "chitchat")
    assert outcome.slots.get("pending") is None


def test_in_the_midst_of_a_form_the_form_waits_and_goes_on(run: Run) -> None:
    form = fill_form(run, SMOKE)
    asked = run(ValidateOrderForm, ASK, "ask_human", slots=form.slots, form="order_form")
    assert (asked.called, asked.slots["requested_slot"]) == (None, "order_resume")
    given = run(ValidateOrderForm, "13912345678", slots=asked.slots, form="order_form")
    agreed = run(ValidateOrderForm, "/affirm", "affirm", slots=given.slots, form="order_form")
    done = run(ValidateOrderForm, "明天上午", "order_help", slots=agreed.slots, form="order_form")
    assert wish(done) == {
        "event": "callback_requested",
        "phone": "13912345678",
        "wish": "明天上午",
        "matter": SMOKE,
    }
    assert done.slots["requested_slot"] == form.slots["requested_slot"]
    assert done.slots["order_draft"] == form.slots["order_draft"]


def test_the_follow_form_waits_as_well(run: Run) -> None:
    slots = {**run(BeginFollow, "查一下进度", "order_status").slots, "callback_phone": "13912345678"}
    asked = run(ValidateFollowForm, ASK, "ask_human", slots=slots, form="order_follow_form")
    assert asked.slots["requested_slot"] == "order_resume"
    left = run(ValidateFollowForm, "算了不用了", "cancel", slots=asked.slots, form="order_follow_form")
    assert left.slots["requested_slot"] == "follow_number"


def test_what_a_complaint_asks_for_is_no_call_back(run: Run) -> None:
    form = fill_form(run, SMOKE)
    told = run(ValidateOrderForm, "希望给我回个电话", "inform", slots=form.slots, form="order_form")
    assert (told.slots.get("pending"), wish(told)) == (None, None)


def asked_for_a_call(run: Run, **slots: object) -> dict[str, object]:
    """The slots after somebody has asked for a call and his number is known."""
    return run(HandOver, ASK, "ask_human", slots={"callback_phone": "13912345678", **slots}).slots


@pytest.mark.parametrize(
    "words",
    [
        "不是说了下午三点以后吗",
        "晌午头吧 上班时候手机在柜子里锁着",
        "晚上七点以后打",
        "让监测的人凌晨给我打 我带他闻",
        "没人就让人上午十点左右打给我",
        "周末都行，上班时间我接不了",
    ],
)
def test_a_call_is_asked_for_in_every_wording_and_the_time_kept(run: Run, words: str) -> None:
    """Read as a wish to be called, the words are the time, verbatim; it is not asked again."""
    asked = run(TakeDetail, words, slots={"callback_phone": "13912345678"}, reading=read("callback"))
    assert "139 1234 5678" in asked.text
    done = run(Affirm, "对", "affirm", slots=asked.slots, reading=read("yes"))
    assert wish(done) == {"event": "callback_requested", "phone": "13912345678", "wish": words}


@pytest.mark.parametrize(
    "words",
    [
        "随便 晚上八点后最好",
        "每天上午十点以后方便，之前我在喂饭",
        "要晚上 白天吊在外墙上接不了",
        "月初别打 我们结账",
        "啥时候打都中",
    ],
)
def test_any_answer_to_when_is_the_time(run: Run, words: str) -> None:
    """Questions of form and reasons in it are no other matter."""
    agreed = run(Affirm, "对的", "affirm", slots=asked_for_a_call(run))
    done = run(NotUnderstood, words, "nlu_fallback", slots=agreed.slots, reading=read("callback"))
    assert (wish(done) or {})["wish"] == words


def test_number_and_time_in_one_breath(run: Run) -> None:
    """Both are kept, each in its place."""
    slots = run(HandOver, ASK, "ask_human").slots
    given = run(TakeDetail, "13735520914，要是占线晚上再打", slots=slots, reading=read("value+callback"))
    assert "137 3552 0914" in given.text
    done = run(Affirm, "对", "affirm", slots=given.slots, reading=read("yes"))
    assert (wish(done) or {})["wish"] == "要是占线晚上再打"


def test_yes_and_time_in_one_breath(run: Run) -> None:
    """The time with the yes ends it."""
    words = "对的对的 你们白天打 晚上我睡得早"
    done = run(Affirm, words, "affirm", slots=asked_for_a_call(run), reading=read("yes+callback"))
    assert (wish(done) or {})["wish"] == words


def test_the_time_before_the_number_is_kept(run: Run) -> None:
    """Who answers with a time is asked for the number in other words."""
    slots = run(HandOver, ASK, "ask_human").slots
    told = run(TakeDetail, "只有晚上八点以后能接", slots=slots, reading=read("callback"))
    assert "哪个号码" in told.text
    given = run(TakeDetail, "13735520914", slots=told.slots, reading=read("value"))
    done = run(Affirm, "对", "affirm", slots=given.slots, reading=read("yes"))
    assert (wish(done) or {})["wish"] == "只有晚上八点以后能接"


def test_the_same_number_said_again_is_a_yes(run: Run) -> None:
    """It is not read back for ever."""
    asked = run(TakeDetail, "13912345678", slots=asked_for_a_call(run))
    assert "什么时候" in asked.text


def test_the_matter_goes_with_the_call_and_stays_for_an_order(run: Run) -> None:
    """Who calls back knows what it is about; what was told is not lost for an order."""
    seed = {"text": SMOKE, "seq": 1, "intent": "order_complain", "entities": []}
    slots = asked_for_a_call(run, pending={"offer": "order", "seed": seed})
    done = run(Affirm, "对，随时", "affirm", slots=slots, reading=read("yes+callback"))
    assert (wish(done) or {})["matter"] == SMOKE
    assert done.slots["pending"] == {"offer": "kept", "seed": seed}


def test_a_time_for_the_departments_call_is_added_to_the_order(run: Run, orders: FakeOrders) -> None:
    """After an order was written, the call is the department's."""
    form = fill_form(run, SMOKE, "我姓王", "13912345678", "对")
    slots = run(SubmitOrder, "对", slots=form.slots).slots
    words = "对了 回电话尽量晚上"
    told = run(TakeDetail, words, slots=slots, reading=read("callback"))
    assert wish(told) is None
    assert [text for _, text in orders.remarks] == [words]
