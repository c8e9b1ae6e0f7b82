"""What a stranger gets who knows a telephone number or guesses: nothing. On a real store."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from actions.open_turns import KeepSecret
from actions.order_follow import BeginFollow, ValidateFollowForm
from actions.order_form import ValidateOrderForm
from actions.order_questions import AskDuplicate
from actions.order_submit import SubmitOrder
from desk.orders.limits import OrderLimits
from desk.orders.number import build_number
from desk.orders.order import NewOrder, Order, OrderStatus, OrderType
from desk.orders.store import OrderStore
from desk.store import migrate
from desk.store.engine import open_engine
from tests.actions.conftest import NOW, Outcome, Run
from tests.actions.readings import read as reading_of
from tests.actions.test_order_form import SMOKE, fill_form

VICTIM = "13912345678"


@pytest.fixture
def orders(tmp_path: Path) -> Iterator[OrderStore]:
    engine = open_engine(f"sqlite:///{tmp_path}/orders.db")
    migrate.upgrade(engine)
    yield OrderStore(engine, OrderLimits(), lambda: NOW.astimezone(UTC))
    engine.dispose()


@pytest.fixture
def order(orders: OrderStore) -> Order:
    """Somebody else's: written in another conversation."""
    return orders.create(
        NewOrder(
            conversation_id="somebody-else",
            draft_id="t1",
            channel="phone",
            type=OrderType.COMPLAIN,
            title="投诉：油烟",
            description=SMOKE,
            place_detail="和平路88号",
            category_code="0101",
            category_path=("城市管理", "油烟"),
            phone=VICTIM,
        )
    )


def follow(run: Run, slots: dict[str, Any], *said: str) -> Outcome:
    outcome = run(BeginFollow, said[0], "order_status", slots=slots)
    for words in said[1:]:
        outcome = run(ValidateFollowForm, words, slots=outcome.slots, form="order_follow_form")
    return outcome


def test_who_says_anothers_number_learns_nothing_and_writes_into_nothing(
    run: Run, orders: OrderStore, order: Order
) -> None:
    told = fill_form(run, SMOKE, "我姓王", VICTIM)
    assert told.slots["requested_slot"] == "order_confirm"
    assert "反映过" not in told.text
    done = run(ValidateOrderForm, "对", slots=told.slots, form="order_form")
    said = run(SubmitOrder, "对", slots=done.slots).text
    assert order.number[6:] not in said.replace("-", "")
    assert orders.get(order.number) == order


def test_the_desk_sees_what_may_be_the_same(run: Run, orders: OrderStore, order: Order) -> None:
    done = fill_form(run, SMOKE, "我姓王", VICTIM, "对")
    run(SubmitOrder, "对", slots=done.slots)
    (mine,) = orders.find_by_conversation("conversation-1")
    assert mine.duplicate_of == order.number


def test_the_announced_line_is_offered_its_own_order(run: Run, orders: OrderStore, order: Order) -> None:
    begun = run(ValidateOrderForm, SMOKE, "order_complain", line=VICTIM)
    named = run(ValidateOrderForm, "我姓王", slots=begun.slots, form="order_form", line=VICTIM)
    agreed = run(ValidateOrderForm, "对", slots=named.slots, form="order_form", line=VICTIM)
    assert agreed.slots["requested_slot"] == "order_duplicate"
    offer = run(AskDuplicate, "对", slots=agreed.slots, form="order_form", line=VICTIM)
    assert "反映过类似的问题" in offer.text
    hurried = run(
        ValidateOrderForm, "催办", "order_hurry", slots=agreed.slots, form="order_form", line=VICTIM
    )
    run(SubmitOrder, "催办", slots=hurried.slots, line=VICTIM)
    assert orders.get(order.number).hurry_count == 1


def test_another_line_is_offered_nothing(run: Run, order: Order) -> None:
    begun = run(ValidateOrderForm, f"{SMOKE}，我电话{VICTIM}，我姓王", "order_complain", line="13700002222")
    assert begun.slots["requested_slot"] != "order_duplicate"
    agreed = run(ValidateOrderForm, "对", slots=begun.slots, form="order_form", line="13700002222")
    assert agreed.slots["requested_slot"] != "order_duplicate"


def test_who_says_a_number_is_not_handed_over_for_its_owners_complaints(
    run: Run, orders: OrderStore, order: Order
) -> None:
    for n in range(4):
        orders.create(
            NewOrder(
                conversation_id=f"else-{n}",
                draft_id="t1",
                channel="phone",
                type=OrderType.COMPLAIN,
                title="投诉：油烟",
                description=SMOKE,
                place_detail="和平路88号",
                category_code="0101",
                phone=VICTIM,
            )
        )
    told = fill_form(run, SMOKE, "我姓王", VICTIM)
    assert told.called is None
    assert told.slots["requested_slot"] == "order_confirm"


def test_a_proved_order_is_offered_for_the_same_matter(run: Run, orders: OrderStore, order: Order) -> None:
    proved = follow(run, {}, f"查一下{order.number}", order.query_code)
    assert proved.slots["proved_orders"] == [order.number]
    begun = run(ValidateOrderForm, SMOKE, "order_complain", slots=proved.slots)
    named = run(ValidateOrderForm, "我姓王", slots=begun.slots, form="order_form")
    offered = run(ValidateOrderForm, VICTIM, slots=named.slots, form="order_form")
    if offered.slots["requested_slot"] == "order_phone_check":
        offered = run(ValidateOrderForm, "对", slots=offered.slots, form="order_form")
    assert offered.slots["requested_slot"] == "order_duplicate"


def test_a_status_seen_by_the_tail_lets_nothing_be_written(
    run: Run, orders: OrderStore, order: Order
) -> None:
    """Not by what is said next either: a remark and the wish for secrecy go to the citizen's own order alone."""
    seen = follow(run, {}, f"查一下{order.number} 尾号5678")
    assert "已受理" in seen.text
    assert "油烟" not in seen.text and "和平路" not in seen.text
    for words, intent, act in (
        ("补充一下，昨晚又到两点了", "order_remark", "follow"),
        ("帮我催一下", "order_hurry", "follow"),
        ("撤了吧", "order_withdraw", "follow"),
    ):
        outcome = run(BeginFollow, words, intent, slots=dict(seen.slots), reading=reading_of(act))
        assert outcome.slots["follow"]["asked"] == "tail"
    run(
        BeginFollow,
        "还有，昨晚又到两点了",
        "order_remark",
        slots=dict(seen.slots),
        reading=reading_of("details"),
    )
    run(KeepSecret, "请帮我保密", "confidential", slots=dict(seen.slots))
    assert orders.get(order.number) == order


def test_a_guesser_of_numbers_gets_five_tries_a_conversation(
    run: Run, orders: OrderStore, order: Order
) -> None:
    """A new following-up begins its own three tries; the conversation's go on."""
    slots: dict[str, Any] = {}
    for n in range(2, 8):
        slots = follow(run, slots, f"查一下{build_number(NOW.date(), n)}", "1111").slots
        slots |= {"follow": None, "requested_slot": None}
    shut = follow(run, slots, f"查一下{order.number}", "5678")
    assert "已受理" not in shut.text
    assert "查询码" in shut.text


def test_the_owner_goes_on_where_tails_are_shut(run: Run, orders: OrderStore, order: Order) -> None:
    for n in range(8):
        follow(run, {}, f"查一下{build_number(NOW.date(), n + 50)}", "1111")
    asked = follow(run, {}, f"查一下{order.number}", "5678")
    assert asked.slots["follow"]["only_code"] is True
    opened = run(ValidateFollowForm, order.query_code, slots=asked.slots, form="order_follow_form")
    assert opened.messages[0]["kind"] == "order_card"


def test_too_many_wrong_codes_call_a_person(run: Run, order: Order) -> None:
    wrong = f"{(int(order.query_code) + 1) % 10**6:06d}"
    for _ in range(5):
        follow(run, {}, f"查一下{order.number}", wrong)
    shut = follow(run, {}, f"查一下{order.number}", wrong)
    assert shut.called == ("policy", "order_proof_failed")
    again = follow(run, {}, f"查一下{order.number}", order.query_code)
    assert "油烟" not in again.text


def test_a_secret_order_takes_its_code_whatever_line_calls(
    run: Run, orders: OrderStore, order: Order
) -> None:
    orders.keep_secret(order.number, "citizen")
    for line in ("", VICTIM):
        tail = run(BeginFollow, f"查一下{order.number} 尾号5678", "order_status", line=line)
        assert "受理" not in tail.text
    assert orders.get(order.number).status is OrderStatus.ACCEPTED
    opened = run(BeginFollow, f"查一下{order.number} 查询码{order.query_code}", "order_status")
    assert "受理" in opened.text


def test_the_owner_is_told_the_code_once_with_the_number(run: Run, orders: OrderStore) -> None:
    done = fill_form(run, SMOKE, "我姓王", VICTIM, "对")
    told = run(SubmitOrder, "对", slots=done.slots).messages[0]
    (mine,) = orders.find_by_conversation("conversation-1")
    assert mine.query_code in told["text"]
    assert told["card"]["code"] == mine.query_code
    assert mine.query_code not in told["speech"]  # Said digit by digit.
    assert "查询码是" in told["speech"]


def test_the_conversation_of_an_order_needs_no_proof_even_if_the_tracker_is_lost(
    run: Run, orders: OrderStore
) -> None:
    done = fill_form(run, SMOKE, "我姓王", VICTIM, "对")
    run(SubmitOrder, "对", slots=done.slots)
    (mine,) = orders.find_by_conversation("conversation-1")
    assert "受理" in run(BeginFollow, f"查一下{mine.number}", "order_status").text
