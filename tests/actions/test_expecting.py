"""Every question says what it asks for, so that nobody reads it out of the words."""

from __future__ import annotations

import pytest
from rasa_sdk.events import FollowupAction, SlotSet

from actions.expecting import expecting_in
from actions.handoff import HandOver
from actions.open_turns import Affirm, TakeDetail
from actions.order_follow import BeginFollow, ValidateFollowForm
from actions.order_form import ValidateOrderForm
from actions.watch import RESUME
from gateway.turns.replies import EXPECTED
from tests.actions.conftest import Run


def test_the_form_says_what_it_asks_for(run: Run) -> None:
    begun = run(ValidateOrderForm, "和平路的路灯坏了三天了", "order_help", form="order_form")
    assert len(begun.asked) == 1
    assert begun.slots["requested_slot"].startswith("order_")
    assert set(begun.asked) <= EXPECTED


def test_a_call_back_asks_for_number_yes_and_time(run: Run) -> None:
    number = run(HandOver, "请人工回电", "ask_human")
    check = run(TakeDetail, "13912345678", slots=number.slots)
    time = run(Affirm, "对的", "affirm", slots=check.slots)
    assert [*number.asked, *check.asked, *time.asked] == ["phone", "phone_check", "call_time"]


def test_who_asks_after_an_order_is_asked_for_its_number(run: Run) -> None:
    begun = run(BeginFollow, "我的单子办得怎么样了", "order_status")
    questioned = run(
        ValidateFollowForm, "我的单子", "order_status", slots=begun.slots, form="order_follow_form"
    )
    assert questioned.asked == ["order_number"]


@pytest.mark.parametrize(
    ("events", "expecting"),
    [
        ([], None),
        ([SlotSet("misses", 0), FollowupAction("order_form")], None),
        ([SlotSet("pending", {"offer": "order", "seed": {}})], "offer"),
        ([SlotSet("pending", {"offer": "kept", "seed": {}})], ""),
        ([SlotSet("pending", None)], None),
        # A form that asks goes before what was offered.
        ([SlotSet("pending", {"offer": "order"}), SlotSet("requested_slot", "order_place")], "place"),
        ([SlotSet("requested_slot", RESUME)], ""),
        ([SlotSet("requested_slot", None)], ""),
        ([SlotSet("pending", {"offer": "order", "seed": {}}), SlotSet("requested_slot", None)], "offer"),
        (
            [SlotSet("pending", {"offer": "callback", "step": "phone"}), SlotSet("requested_slot", RESUME)],
            "phone",
        ),
    ],
)
def test_what_the_events_of_a_turn_ask_for(events: list[dict[str, object]], expecting: str | None) -> None:
    assert expecting_in(events) == expecting
