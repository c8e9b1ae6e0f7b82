"""The bounded tracker: short, and in every respect that rules and actions see equal to the whole one."""

from __future__ import annotations

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.tracker_store import bounded

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [inform]
slots:
  order_draft: {type: any, influence_conversation: false, mappings: [{type: custom}]}
  callback_phone: {type: text, influence_conversation: false, mappings: [{type: custom}]}
forms: {order_form: {required_slots: []}}
actions: [action_knowledge]
"""
)


def conversation(turns: int, loop_from: int | None = None) -> DialogueStateTracker:
    tracker = DialogueStateTracker("c1", DOMAIN.slots)
    events = [ActionExecuted("action_session_start"), ActionExecuted("action_listen")]
    for turn in range(turns):
        events.append(UserUttered(f"第{turn}句", {"name": "inform", "confidence": 1.0}, []))
        if turn == 0:
            events.append(SlotSet("callback_phone", "13900000000"))
        if turn == loop_from:
            events.append(ActiveLoop("order_form"))
        events += [
            SlotSet("order_draft", {"turn": turn}),
            ActionExecuted("action_knowledge"),
            BotUttered(f"第{turn}答"),
            ActionExecuted("action_listen"),
        ]
    tracker.update_with_events(events, override_timestamp=False, domain=None)
    return tracker


def test_a_short_conversation_is_kept_as_it_is() -> None:
    tracker = conversation(12)
    assert bounded(tracker) is tracker


@pytest.mark.parametrize("loop_from", [None, 2, 28])
def test_a_long_one_keeps_its_last_turns_its_slots_and_its_loop(loop_from: int | None) -> None:
    whole = conversation(30, loop_from)
    short = bounded(whole, kept=6, most=12)
    said = [event.text for event in short.events if isinstance(event, UserUttered)]
    assert said == [f"第{turn}句" for turn in range(24, 30)]
    assert short.current_slot_values() == whole.current_slot_values()
    assert short.active_loop_name == whole.active_loop_name
    assert short.latest_action_name == whole.latest_action_name
    assert short.latest_message is not None and short.latest_message.text == "第29句"
    assert [event.as_dict() for event in short.events][-20:] == [event.as_dict() for event in whole.events][
        -20:
    ]


def test_however_often_it_is_cut_nothing_of_the_state_is_lost() -> None:
    tracker = conversation(1, loop_from=0)
    for turn in range(1, 60):
        tracker.update_with_events(
            [
                UserUttered(f"第{turn}句", {"name": "inform", "confidence": 1.0}, []),
                ActionExecuted("action_knowledge"),
                ActionExecuted("action_listen"),
            ],
            override_timestamp=False,
            domain=None,
        )
        tracker = bounded(tracker)
        assert len(tracker.events) < 80
    assert tracker.get_slot("callback_phone") == "13900000000"
    assert tracker.active_loop_name == "order_form"
