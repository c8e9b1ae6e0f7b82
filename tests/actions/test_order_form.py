"""The order form from the first sentence to the number, with every way out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.order_form import ValidateOrderForm
from actions.order_questions import AskConfirm, AskDuplicate, AskPhoneCheck
from actions.order_submit import SubmitOrder
from desk.orders.drafting import openings
from desk.orders.drafting.arbitration import MOST_SAID_AGAIN
from desk.orders.order import Origin
from tests.actions.conftest import FakeOrders, Outcome, Run

SMOKE = "我家楼下烧烤店油烟太大了,在和平路88号,天天晚上弄到一两点"


def fill_form(run: Run, *sentences: str, slots: dict[str, Any] | None = None) -> Outcome:
    outcome = run(ValidateOrderForm, sentences[0], "order_complain", slots=slots or {})
    for sentence in sentences[1:]:
        outcome = run(ValidateOrderForm, sentence, slots=outcome.slots, form="order_form")
    return outcome


def test_the_first_sentence_is_taken_in_and_only_the_missing_asked(run: Run) -> None:
    outcome = fill_form(run, SMOKE)
    assert outcome.slots["requested_slot"] == "order_caller"
    assert "投诉" in outcome.text


def test_what_only_this_caller_hears_is_said_after_a_sentence_that_is_ready_made(run: Run) -> None:
    outcome = fill_form(run, "楼下烧烤店油烟太大了", "在和平路88号")
    (message,) = outcome.messages
    assert message["text"].startswith("好的，地点记为：")
    assert message["speech"] == message["text"].replace("好的，", openings.YES)
    outcome = fill_form(run, SMOKE, "呃呃呃")
    # What was no answer is asked for in other words, which are ready made (domain.yml), too.
    assert (outcome.messages, outcome.slots["asked_again"]) == ([], "other")


def test_the_summary_is_a_card_with_three_buttons(run: Run) -> None:
    outcome = fill_form(run, SMOKE, "我姓王", "13912345678")
    assert outcome.slots["requested_slot"] == "order_confirm"
    shown = run(AskConfirm, "13912345678", slots=outcome.slots, form="order_form")
    (message,) = shown.messages
    assert message["kind"] == "order_draft"
    values = {row["name"]: row["value"] for row in message["card"]["fields"]}
    assert values["phone"] == "139 1234 5678"
    assert values["place"].endswith("和平路88号")
    assert [button["payload"] for button in message["quick_replies"]] == ["/affirm", "/deny", "/cancel"]
    assert len(message["speech"]) < len(message["text"]) + 40


def test_yes_ends_the_form_and_the_order_gets_a_number(run: Run, orders: FakeOrders) -> None:
    outcome = fill_form(run, SMOKE, "我姓王", "13912345678", "对")
    assert outcome.slots["requested_slot"] is None
    assert outcome.slots["order_outcome"] == "confirmed"
    done = run(SubmitOrder, "对", slots=outcome.slots)
    (order,) = orders.orders.values()
    card = done.messages[0]
    assert card["kind"] == "order_card"
    assert card["card"]["phone"] == "139****5678"
    assert done.slots["last_order"] == order.number
    assert done.slots["order_draft"] is None
    assert order.place_detail == "和平路88号"
    assert order.department == "明州市城市管理局"
    assert order.sources["phone"].turn > order.sources["description"].turn


def test_a_known_caller_is_asked_whether_his_number_is_right(run: Run, orders: FakeOrders) -> None:
    begun = run(ValidateOrderForm, SMOKE, "order_complain", line="13700002222")
    assert begun.slots["requested_slot"] == "order_caller"
    named = run(ValidateOrderForm, "我姓王", slots=begun.slots, form="order_form", line="13700002222")
    assert named.slots["requested_slot"] == "order_phone_check"
    asked = run(AskPhoneCheck, "我姓王", slots=named.slots, form="order_form")
    assert asked.text == "您来电的号码是137 0000 2222，用这个号码联系您，对吗？"
    agreed = run(ValidateOrderForm, "对", slots=named.slots, form="order_form", line="13700002222")
    assert agreed.slots["requested_slot"] == "order_confirm"
    done = run(ValidateOrderForm, "对", slots=agreed.slots, form="order_form", line="13700002222")
    run(SubmitOrder, "对", slots=done.slots)
    (order,) = orders.orders.values()
    # The line showed the number, the citizen did not say it.
    assert (order.phone, order.sources["phone"].origin) == ("13700002222", Origin.RULE)


def test_a_known_caller_who_wants_to_be_reached_nowhere_leaves_no_number(run: Run) -> None:
    begun = run(ValidateOrderForm, SMOKE, "order_complain", line="13700002222")
    named = run(ValidateOrderForm, "我姓王", slots=begun.slots, form="order_form", line="13700002222")
    none = run(ValidateOrderForm, "不留了", slots=named.slots, form="order_form", line="13700002222")
    assert "那就不留电话" in none.text
    assert none.slots["requested_slot"] == "order_confirm"
    assert "phone" not in none.slots["order_draft"]["fields"]


def test_who_complains_again_from_the_same_line_gets_a_person(run: Run, orders: FakeOrders) -> None:
    done = fill_form(run, SMOKE, "我姓王", "13700002222", "对")
    run(SubmitOrder, "对", slots=done.slots)
    (first,) = orders.orders.values()
    orders.orders |= {number: replace(first, number=number) for number in ("261101000011", "261101000029")}
    assert run(ValidateOrderForm, SMOKE, "order_complain").called is None
    again = run(ValidateOrderForm, SMOKE, "order_complain", line="13700002222")
    assert again.called is not None and again.called[0] == "complex"


def test_a_broken_store_is_told_and_trying_again_writes_one_order(run: Run, orders: FakeOrders) -> None:
    outcome = fill_form(run, SMOKE, "我姓王", "13912345678", "对")
    orders.broken = True
    failed = run(SubmitOrder, "对", slots=outcome.slots)
    assert "disk" not in failed.text
    assert "抱歉" in failed.text
    assert failed.called == ("failure", "action_failed")
    assert failed.slots["pending"] == {"offer": "submit"}
    orders.broken = False
    run(SubmitOrder, "对", slots=failed.slots)
    run(SubmitOrder, "对", slots=failed.slots)
    assert len(orders.orders) == 1


def test_a_digression_sets_nothing_so_that_rasa_rejects_the_form(run: Run) -> None:
    outcome = fill_form(run, SMOKE)
    aside = run(ValidateOrderForm, "公积金怎么提取", "ask_knowledge", slots=outcome.slots, form="order_form")
    assert aside.events == []
    assert aside.messages == []


def test_a_question_that_the_understanding_missed_is_answered_and_the_form_goes_on(run: Run) -> None:
    outcome = fill_form(run, SMOKE)
    aside = run(ValidateOrderForm, "公积金怎么提取", "order_complain", slots=outcome.slots, form="order_form")
    assert aside.messages[0]["kind"] == "answer"
    assert aside.slots["requested_slot"] == "order_caller"


def test_coming_back_from_a_digression_asks_the_same_question(run: Run) -> None:
    outcome = fill_form(run, SMOKE)
    after = [
        {"event": "action_execution_rejected", "name": "order_form"},
        {"event": "action", "name": "action_identity"},
    ]
    back = run(
        ValidateOrderForm, "你是谁", "ask_identity", slots=outcome.slots, form="order_form", after=after
    )
    assert back.messages == []
    assert back.slots["requested_slot"] == "order_caller"
    assert back.slots["order_draft"] == {**outcome.slots["order_draft"], "tries": {"said_again_caller": 1}}


def test_a_question_that_is_said_again_and_again_is_let_go(run: Run) -> None:
    slots = fill_form(run, SMOKE).slots
    for _ in range(MOST_SAID_AGAIN):
        after = [
            {"event": "action_execution_rejected", "name": "order_form"},
            {"event": "action", "name": "action_simpler"},
        ]
        assert slots["requested_slot"] == "order_caller"
        back = run(ValidateOrderForm, "我不懂", "simpler", slots=slots, form="order_form", after=after)
        slots = {**slots, **back.slots}
    assert slots["requested_slot"] == "order_phone"


def test_danger_in_the_form_comes_first_and_asks_nothing(run: Run) -> None:
    outcome = fill_form(run, SMOKE)
    alarm = run(ValidateOrderForm, "着火了快救人", "order_help", slots=outcome.slots, form="order_form")
    assert [m["kind"] for m in alarm.messages if "kind" in m and "text" in m] == ["emergency"]
    assert "称呼" not in alarm.text
    assert alarm.slots["requested_slot"] == "order_resume"
    resumed = run(ValidateOrderForm, "火灭了，我姓王", slots=alarm.slots, form="order_form")
    assert resumed.slots["requested_slot"] == "order_phone"
    assert resumed.slots["danger_state"] is None


def test_danger_as_the_first_sentence_opens_no_form(run: Run) -> None:
    outcome = run(ValidateOrderForm, "着火了快救人", "order_help")
    assert outcome.slots["requested_slot"] is None
    assert not outcome.slots.get("order_draft")
    assert {signal["event"] for signal in outcome.signals} == {"emergency", "handoff_requested"}


def test_an_own_open_order_is_offered_once_the_phone_is_known(run: Run, orders: FakeOrders) -> None:
    first = fill_form(run, SMOKE, "我姓王", "13912345678", "对")
    run(SubmitOrder, "对", slots=first.slots)
    second = fill_form(run, SMOKE, "我姓王", "13912345678")
    assert second.slots["requested_slot"] == "order_duplicate"
    offer = run(AskDuplicate, "13912345678", slots=second.slots, form="order_form")
    assert "11月22日" in offer.text
    hurried = run(ValidateOrderForm, "催办", "order_hurry", slots=second.slots, form="order_form")
    done = run(SubmitOrder, "催办", slots=hurried.slots)
    assert "催办" in done.text
    assert len(orders.orders) == 1
    assert next(iter(orders.orders.values())).hurry_count == 1


def test_a_secret_order_of_somebody_is_never_offered(run: Run, orders: FakeOrders) -> None:
    first = fill_form(run, SMOKE + ",请保密", "我姓王", "13912345678", "对")
    run(SubmitOrder, "对", slots=first.slots)
    (order,) = orders.orders.values()
    assert order.confidential
    from dataclasses import replace

    orders.orders[order.number] = replace(order, conversation_id="somebody-else")
    second = fill_form(run, SMOKE, "我姓王", "13912345678")
    assert second.slots["requested_slot"] == "order_confirm"


def test_what_was_said_before_the_yes_is_the_beginning_of_the_order(run: Run) -> None:
    seed = {"text": SMOKE, "seq": 1, "intent": "nlu_fallback", "entities": []}
    outcome = run(
        ValidateOrderForm,
        "好的",
        "affirm",
        slots={"order_seed": seed},
        after=[{"event": "action", "name": "action_affirm"}],
    )
    assert outcome.slots["requested_slot"] == "order_caller"
    assert outcome.slots["order_seed"] is None


@pytest.mark.parametrize("words", ["给我转人工", "我要找真人"])
def test_a_person_is_called_and_the_order_kept(run: Run, words: str) -> None:
    outcome = fill_form(run, SMOKE)
    handed = run(ValidateOrderForm, words, "order_help", slots=outcome.slots, form="order_form")
    assert handed.called == ("asked", "")
    assert handed.slots["requested_slot"] == "order_resume"
    assert handed.slots["order_draft"]["fields"]["description"]["value"] == SMOKE
    answered = run(ValidateOrderForm, "我姓王", slots=handed.slots, form="order_form")
    assert answered.slots["requested_slot"] == "order_phone"


@pytest.mark.parametrize(("words", "intent"), [("/order_help", "order_help"), ("那就登记吧", "order_help")])
def test_what_was_told_before_the_wish_to_register_is_not_asked_again(
    run: Run, words: str, intent: str
) -> None:
    seed = {"text": SMOKE, "seq": 1, "intent": "order_complain", "entities": []}
    outcome = run(ValidateOrderForm, words, intent, slots={"pending": {"offer": "order", "seed": seed}})
    assert outcome.slots["order_draft"]["fields"]["description"]["value"] == SMOKE
    assert outcome.slots["pending"] is None


def test_a_new_trouble_is_not_taken_for_the_one_before(run: Run) -> None:
    seed = {"text": "楼道里堆满杂物没人清理", "seq": 1, "intent": "order_complain", "entities": []}
    outcome = run(
        ValidateOrderForm, SMOKE, "order_complain", slots={"pending": {"offer": "order", "seed": seed}}
    )
    assert outcome.slots["order_draft"]["fields"]["description"]["value"] == SMOKE


TWO = "两件事，第一件是和平路88号楼道灯坏了，第二件是学院路58号门口垃圾没人清"


def test_two_matters_become_two_orders_each_with_its_own_words(run: Run, orders: FakeOrders) -> None:
    outcome = fill_form(run, TWO, "我姓王", "13912345678")
    assert "您说了两件事" in run(ValidateOrderForm, TWO, "order_complain").text
    outcome = run(ValidateOrderForm, "对", slots=outcome.slots, form="order_form")
    done = run(SubmitOrder, "对", slots=outcome.slots)
    assert "接着为您登记下一件" in done.text and "还有什么" not in done.text
    second = run(ValidateOrderForm, "对", slots=done.slots)
    # Who has told their name and number once is not asked again.
    assert second.slots["requested_slot"] == "order_confirm"
    outcome = run(ValidateOrderForm, "对", slots=second.slots, form="order_form")
    done = run(SubmitOrder, "对", slots=outcome.slots)
    assert "还有什么可以帮您" in done.text
    first, second_order = orders.orders.values()
    assert ("楼道灯" in first.description, "垃圾" in first.description) == (True, False)
    assert ("楼道灯" in second_order.description, "垃圾" in second_order.description) == (False, True)
    assert (first.place_detail, second_order.place_detail) == ("和平路88号", "学院路58号门口")
    assert second_order.phone == first.phone == "13912345678"
    assert second_order.caller_name == "王"


def test_who_lays_the_first_matter_aside_is_asked_about_the_second(run: Run) -> None:
    outcome = fill_form(run, TWO)
    laid_aside = {**outcome.slots, "order_outcome": "cancelled"}
    asked = run(SubmitOrder, "第一件算了", slots=laid_aside)
    assert "门口垃圾没人清" in asked.text
    begun = run(
        ValidateOrderForm,
        "要的",
        "affirm",
        slots={**asked.slots, "order_seed": asked.slots["pending"]["seed"]},
    )
    assert "垃圾" in begun.slots["order_draft"]["fields"]["description"]["value"]


def test_another_matter_in_the_middle_waits_for_its_turn(run: Run, orders: FakeOrders) -> None:
    outcome = fill_form(run, SMOKE)
    told = run(
        ValidateOrderForm,
        "对了还有一件事 学院路58号门口的井盖翘起来了",
        slots=outcome.slots,
        form="order_form",
    )
    assert "登记完手上这件" in told.text
    assert told.slots["requested_slot"] == outcome.slots["requested_slot"]
    for answer in ("我姓王", "13912345678", "对"):
        told = run(ValidateOrderForm, answer, slots=told.slots, form="order_form")
    done = run(SubmitOrder, "对", slots=told.slots)
    (order,) = orders.orders.values()
    assert "井盖" not in order.description
    assert "井盖" in done.slots["order_seed"]["text"]


def test_who_would_not_tell_name_or_number_is_not_asked_for_the_second_matter(
    run: Run, orders: FakeOrders
) -> None:
    outcome = fill_form(run, TWO, "名字就不说了", "电话也不留", "对")
    done = run(SubmitOrder, "对", slots=outcome.slots)
    second = run(ValidateOrderForm, "对", slots=done.slots)
    assert second.slots["requested_slot"] == "order_confirm"
