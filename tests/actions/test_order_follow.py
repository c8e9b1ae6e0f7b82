"""Following up: proof before anything is told, three tries, and carrying out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.follow_state import FollowState, begin, missing, read
from actions.order_follow import AfterFollow, AskProof, BeginFollow, ValidateFollowForm
from desk.orders.drafting.turn import Turn
from desk.orders.number import format_number
from desk.orders.order import NewOrder, OrderStatus, OrderType
from tests.actions.conftest import NOW, FakeOrders, Run
from tests.actions.readings import read as reading_of

SMOKE = NewOrder(
    conversation_id="other",
    draft_id="t1",
    channel="web",
    type=OrderType.COMPLAIN,
    title="投诉:油烟",
    description="油烟太大",
    phone="13912345678",
)


NAMED = "单号261122000159"


@pytest.fixture
def number(orders: FakeOrders) -> str:
    return orders.create(SMOKE).number


def test_a_number_alone_tells_nothing(run: Run, number: str) -> None:
    outcome = run(BeginFollow, f"查一下{format_number(number)}", "order_status")
    assert outcome.messages == []
    assert outcome.followup == "order_follow_form"
    assert outcome.slots["follow"]["asked"] == "tail"


@pytest.mark.parametrize("gap", [",手机尾号", ",尾号是", " ", "，", "\n"])
def test_number_and_tail_in_one_sentence_open_the_status_and_no_more(run: Run, number: str, gap: str) -> None:
    outcome = run(BeginFollow, f"查一下{format_number(number)}{gap}5678", "order_status")
    (message,) = outcome.messages
    assert (message["kind"], message.get("card")) == ("text", None)
    assert "已受理" in message["text"]
    assert "油烟" not in message["text"] + message["speech"]
    assert outcome.slots.get("proved_orders") is None
    assert outcome.slots.get("last_order") is None


@pytest.mark.parametrize("gap", [",查询码", "，查询码是", " ", "，"])
def test_number_and_code_in_one_sentence_open_everything(
    run: Run, number: str, orders: FakeOrders, gap: str
) -> None:
    code = orders.get(number).query_code
    outcome = run(BeginFollow, f"查一下{format_number(number)}{gap}{code}", "order_status")
    assert outcome.messages[0]["kind"] == "order_card"
    assert "code" not in outcome.messages[0]["card"]
    assert (outcome.slots["proved_orders"], outcome.slots["last_order"]) == ([number], number)


@pytest.mark.parametrize("words", ["四八零零零零", "480000", "查询码480000", "480 000", "四八零，零零零"])
def test_a_code_is_understood_however_it_is_said(run: Run, number: str, words: str) -> None:
    slots = run(BeginFollow, f"查一下{number}", "order_status").slots
    outcome = run(ValidateFollowForm, words, slots=slots, form="order_follow_form")
    assert outcome.messages[0]["kind"] == "order_card"


@pytest.mark.parametrize(
    ("intent", "words", "done"),
    [("order_hurry", "催一下", "催办"), ("order_withdraw", "撤回", "撤回"), ("order_remark", "补充", "补充")],
)
def test_a_tail_tells_the_status_and_a_code_is_asked_for_what_changes_the_order(
    run: Run, number: str, orders: FakeOrders, intent: str, words: str, done: str
) -> None:
    begun = run(BeginFollow, f"{words}工单{number}", intent)
    assert begun.slots["follow"]["asked"] == "tail"
    asked = run(AskProof, "", slots=begun.slots, form="order_follow_form")
    assert "查询码" in asked.text and "后四位" not in asked.text
    told = run(ValidateFollowForm, "5678", slots=begun.slots, form="order_follow_form")
    assert "已受理" in told.text
    assert told.slots["requested_slot"] == "follow_tail"
    assert (orders.get(number).hurry_count, orders.remarks) == (0, [])
    proved = run(
        ValidateFollowForm, orders.get(number).query_code, slots=told.slots, form="order_follow_form"
    )
    assert proved.slots["requested_slot"] in (None, "follow_sure", "follow_text")


def test_the_status_of_an_order_that_was_seen_is_told_again_without_proof(run: Run, number: str) -> None:
    seen = run(BeginFollow, f"查一下{number} 尾号5678", "order_status").slots
    again = run(BeginFollow, "现在办到哪一步了", "order_status", slots=seen, reading=reading_of("follow"))
    assert "已受理" in again.text and "油烟" not in again.text
    hurry = run(BeginFollow, "帮我催一下", "order_hurry", slots=seen, reading=reading_of("follow"))
    assert (hurry.text, hurry.slots["follow"]["asked"]) == ("", "tail")


def test_what_proved_an_order_does_not_stay_in_the_tracker(run: Run, number: str, orders: FakeOrders) -> None:
    code = orders.get(number).query_code
    asked = run(BeginFollow, f"补充工单{number} {code}", "order_remark")
    assert asked.slots["follow"]["asked"] == "text"
    assert code not in str(asked.slots)


def test_who_has_no_code_may_look_with_the_tail_or_ask_a_person(run: Run, number: str) -> None:
    status = run(BeginFollow, f"查一下{number}", "order_status").slots
    told = run(ValidateFollowForm, "没有查询码啊", slots=status, form="order_follow_form")
    assert "后四位" in told.text
    assert "已受理" in run(ValidateFollowForm, "5678", slots=told.slots, form="order_follow_form").text
    hurry = run(BeginFollow, f"催一下{number}", "order_hurry").slots
    sent = run(ValidateFollowForm, "没有查询码啊", slots=hurry, form="order_follow_form")
    assert sent.slots["requested_slot"] is None
    assert sent.messages[0]["quick_replies"][0]["payload"] == "/ask_human"


def test_another_order_named_on_the_way_is_not_proved_by_the_first(
    run: Run, number: str, orders: FakeOrders
) -> None:
    """Neither in a remark, nor at the last question, nor by looking at both."""
    other = orders.create(replace(SMOKE, draft_id="t2", conversation_id="elsewhere")).number
    proved = {"last_order": number, "proved_orders": [number]}
    text = run(BeginFollow, "我要补充", "order_remark", slots=proved).slots
    run(ValidateFollowForm, f"和{other}是一回事", slots=text, form="order_follow_form")
    assert [where for where, _ in orders.remarks] == [number]
    sure = run(BeginFollow, "我要撤诉", "order_withdraw", slots=proved).slots
    outcome = run(ValidateFollowForm, f"确定，撤{other}", "affirm", slots=sure, form="order_follow_form")
    assert outcome.slots["requested_slot"] == "follow_tail"
    assert orders.get(other).status is OrderStatus.ACCEPTED
    seen = run(BeginFollow, f"{number} 尾号5678", "order_status").slots
    assert run(BeginFollow, f"查一下{other}", "order_status", slots=seen).slots["follow"]["asked"] == "tail"


def test_the_only_open_order_of_the_line_needs_no_number(run: Run, number: str) -> None:
    assert "受理" in run(BeginFollow, "我的工单怎么样了", "order_status", line="13912345678").text
    assert run(BeginFollow, "我的工单怎么样了", "order_status", line="13900000000").followup
    assert run(BeginFollow, "我的工单怎么样了", "order_status").followup


def test_the_order_of_this_conversation_needs_no_proof(run: Run, number: str) -> None:
    slots = {"last_order": number, "proved_orders": [number]}
    assert "受理" in run(BeginFollow, "我的工单怎么样了", "order_status", slots=slots).text
    assert "催办" in run(BeginFollow, "帮我催一下", "order_hurry", slots=slots).text


def test_three_wrong_tails_end_it(run: Run, number: str) -> None:
    slots = run(BeginFollow, f"查一下{number}", "order_status").slots
    texts = []
    for wrong in ("0000", f"{number} 尾号1111", f"{number} 尾号2222"):
        outcome = run(ValidateFollowForm, wrong, slots=slots, form="order_follow_form")
        slots = outcome.slots
        texts.append(outcome.text)
    assert slots["requested_slot"] is None
    assert slots["follow"] is None
    assert all("受理" not in text for text in texts)
    assert outcome.called == ("policy", "order_proof_failed")


def test_a_whole_phone_number_proves_as_well(run: Run, number: str) -> None:
    slots = run(BeginFollow, f"查一下{number}", "order_status").slots
    assert "受理" in run(ValidateFollowForm, "13912345678", slots=slots, form="order_follow_form").text


def test_spoken_digits_are_understood(run: Run, number: str) -> None:
    slots = run(BeginFollow, f"查一下{number}", "order_status").slots
    assert "受理" in run(ValidateFollowForm, "尾号是五六七八", slots=slots, form="order_follow_form").text


def test_a_withdrawal_is_asked_back(run: Run, number: str, orders: FakeOrders) -> None:
    proved = {"last_order": number, "proved_orders": [number]}
    slots = run(BeginFollow, "我要撤诉", "order_withdraw", slots=proved).slots
    assert slots["follow"]["asked"] == "sure"
    kept = run(ValidateFollowForm, "不撤了", "deny", slots=dict(slots), form="order_follow_form")
    assert orders.get(number).status is OrderStatus.ACCEPTED
    assert kept.slots["requested_slot"] is None
    run(ValidateFollowForm, "确定", "affirm", slots=dict(slots), form="order_follow_form")
    assert orders.get(number).status is OrderStatus.WITHDRAWN


def test_a_remark_is_taken_from_the_first_sentence_or_asked_for(
    run: Run, number: str, orders: FakeOrders
) -> None:
    proved = {"last_order": number, "proved_orders": [number]}
    run(BeginFollow, "补充一下,他们昨晚又开到两点", "order_remark", slots=proved)
    assert orders.remarks == [(number, "他们昨晚又开到两点")]
    slots = run(BeginFollow, "我要补充", "order_remark", slots=proved).slots
    assert slots["follow"]["asked"] == "text"
    run(ValidateFollowForm, "老板还骂人", slots=slots, form="order_follow_form")
    assert orders.remarks[-1] == (number, "老板还骂人")


def test_a_closed_order_cannot_be_hurried(run: Run, number: str, orders: FakeOrders) -> None:
    orders.withdraw(number, "", "citizen")
    slots = {"last_order": number, "proved_orders": [number]}
    assert "不能再催办" in run(BeginFollow, "催一下", "order_hurry", slots=slots).text


@pytest.mark.parametrize("words", ["单号忘了", "单号我哪还记得,短信删了", "早丢了"])
def test_a_forgotten_number_leads_to_a_human(run: Run, words: str) -> None:
    slots = run(BeginFollow, "查进度", "order_status").slots
    outcome = run(ValidateFollowForm, words, slots=slots, form="order_follow_form")
    assert outcome.slots["requested_slot"] is None
    assert outcome.messages[0]["quick_replies"][0]["payload"] == "/ask_human"


def test_who_complains_of_what_became_of_an_order_has_a_new_one(run: Run) -> None:
    words = "我就投诉你们12345。上个月反映堆杂物,没人打给我,短信说已经办结,谁替我满意的?"
    reading = reading_of("details+grumble+follow")
    assert run(BeginFollow, words, "order_status", reading=reading).followup == "order_form"
    named = run(BeginFollow, f"我就投诉你们，{NAMED}没人办", "order_status", reading=reading)
    assert named.followup == "order_follow_form"


def test_a_new_trouble_leaves_the_form_for_an_order(run: Run) -> None:
    slots = run(BeginFollow, "查进度", "order_status").slots
    text = "算了我重新说吧,楼下油烟又来了没人管"
    outcome = run(ValidateFollowForm, text, "order_complain", slots=slots, form="order_follow_form")
    assert outcome.slots["requested_slot"] is None
    assert run(AfterFollow, text, slots=outcome.slots).followup == "order_form"


def test_danger_is_seen_here_too(run: Run) -> None:
    slots = run(BeginFollow, "查进度", "order_status").slots
    outcome = run(ValidateFollowForm, "着火了快来人", "order_help", slots=slots, form="order_follow_form")
    assert outcome.messages[0]["kind"] == "emergency"
    assert outcome.slots["requested_slot"] == "order_resume"


@pytest.mark.parametrize(
    ("text", "number", "tail"),
    [
        ("261122-00001-5", "", ""),
        ("查261122000013 尾号5678", "261122000013", "5678"),
        ("尾号五六七八", "", "5678"),
        ("我手机13912345678", "", "5678"),
    ],
)
def test_numbers_and_tails_are_told_apart(text: str, number: str, tail: str) -> None:
    from desk.orders.number import is_number

    state = read(FollowState("status"), Turn(text, 1, NOW))
    assert state.tail == tail
    assert state.number == (number if is_number(number) else "")


def test_what_is_missing_comes_in_order() -> None:
    assert missing(FollowState("status")) == "number"
    assert missing(FollowState("status", number="1")) == "tail"
    assert missing(FollowState("status", number="1", seen=True)) == ""
    assert missing(FollowState("hurry", number="1", seen=True)) == "tail"
    assert missing(FollowState("remark", number="1", proved=True)) == "text"
    assert missing(FollowState("withdraw", number="1", proved=True)) == "sure"
    assert missing(FollowState("hurry", number="1", proved=True)) == ""
    assert begin(Turn("催一下", 1, NOW, intent="order_hurry"), "261122").number == "261122"


@pytest.mark.parametrize("words", ["急急急", "快点啊", "在线等", "求你了", "人命关天"])
def test_who_speaks_of_no_order_is_asked_for_no_number(run: Run, words: str) -> None:
    """急急急 is heard as a hurry: what is the matter is asked."""
    outcome = run(BeginFollow, words, "order_hurry")
    assert outcome.followup == ""
    assert "遇到了什么事" in outcome.text


@pytest.mark.parametrize(
    "words",
    [
        "我爸在外省住院 出院结账失败",
        "押金交了3万 结不了走不了",
        "楼上漏水把我家天花板泡了",
        "工地拖着工钱不给",
        "校门口井盖没了",
    ],
)
def test_who_tells_a_trouble_leaves_the_number_behind(run: Run, words: str) -> None:
    """Nobody is asked for an order number for ever."""
    slots = run(BeginFollow, "查一下我的单子", "order_status").slots
    assert slots["follow"]["asked"] == "number"
    left = run(
        ValidateFollowForm,
        words,
        "nlu_fallback",
        slots=slots,
        form="order_follow_form",
        reading=reading_of("details"),
    )
    assert (left.slots["follow"], left.slots["requested_slot"]) == (None, None)
    assert left.slots["order_seed"]["text"] == words


def test_who_asks_a_question_is_answered_and_leaves(run: Run) -> None:
    """The question was what he wanted."""
    slots = run(BeginFollow, "查一下我的单子", "order_status").slots
    left = run(
        ValidateFollowForm,
        "公积金怎么提取",
        "order_status",
        slots=slots,
        form="order_follow_form",
        reading=reading_of("ask"),
    )
    assert left.messages[0]["kind"] == "answer"
    assert left.slots["follow"] is None


@pytest.mark.parametrize("intent", ["goodbye", "rate", "order_complain", "inform"])
@pytest.mark.parametrize("digits", ["2222", "12", "8812 1100"])
def test_digits_lead_nowhere_else(run: Run, digits: str, intent: str) -> None:
    """Whatever intent they look like, they were meant as the number that was asked for."""
    slots = run(BeginFollow, "查一下我的单子", "order_status").slots
    outcome = run(ValidateFollowForm, digits, intent, slots=slots, form="order_follow_form")
    assert outcome.slots["requested_slot"] == "follow_number"
    assert outcome.slots["follow"]["tries"] == 1
