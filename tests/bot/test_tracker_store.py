"""The bounded tracker: short, and in every respect that rules and actions see equal to the whole one."""

from __future__ import annotations

import json

import pytest
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.tracker_store import MAX_BYTES, bounded, fitting

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


def long_conversation(turns: int, characters: int) -> DialogueStateTracker:
    """As Rasa's pipeline leaves it: tokens, ranks and readings of everything that was said."""
    tracker = DialogueStateTracker("c1", DOMAIN.slots)
    events: list[Event] = [ActionExecuted("action_session_start"), ActionExecuted("action_listen")]
    for turn in range(turns):
        text = f"第{turn}句" + "楼下每晚施工太吵" * (characters // 8)
        entities = [
            {
                "entity": "address",
                "value": "和平路88号",
                "start": at,
                "end": at + 6,
                "extractor": "RuleEntityExtractor",
                "parts": {f"level_{n}": "和平街道幸福里社区" for n in range(12)},
            }
            for at in range(0, len(text), 40)
        ]
        parsed = {
            "intent": {"name": "inform", "confidence": 0.9},
            "entities": entities,
            "text": text,
            "text_tokens": [[at, at + 1] for at in range(len(text))],
            "intent_ranking": [{"name": f"intent_{n}", "confidence": 0.01} for n in range(70)],
            "reading": {
                "acts": {"details": 0.9},
                "spans": [["trouble", at, at + 8, 0.9] for at in range(0, len(text), 8)],
                "danger": 0.0,
            },
        }
        events.append(UserUttered(text, parsed["intent"], entities, parsed, metadata={"seq": turn}))
        events += [
            SlotSet("order_draft", {"description": text[:2000], "turn": turn}),
            ActionExecuted("action_knowledge"),
            BotUttered(f"第{turn}答", {"custom": {"kind": "answer", "text": text[:500]}}),
            ActionExecuted("action_listen"),
        ]
    tracker.update_with_events(events, override_timestamp=False, domain=None)
    return tracker


def restored(stored: str) -> DialogueStateTracker:
    return _Reader(DOMAIN).deserialise_tracker("c1", stored)


class _Reader(SerializedTrackerAsText, TrackerStore):
    """What Rasa reads a stored tracker with."""

    async def save(self, tracker: DialogueStateTracker) -> None: ...

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None: ...


@pytest.mark.parametrize(("turns", "characters"), [(10, 5_000), (3, 20_000), (12, 20_000)])
def test_long_messages_are_bounded_in_bytes(turns: int, characters: int) -> None:
    whole = long_conversation(turns, characters)
    assert len(SerializedTrackerAsText.serialise_tracker(whole)) > 3 * MAX_BYTES
    stored = fitting(whole)
    assert len(stored.encode()) <= MAX_BYTES
    kept = restored(stored)
    assert kept.current_slot_values() == whole.current_slot_values()
    last = kept.latest_message
    assert last is not None and last.text is not None and whole.latest_message is not None
    assert str(whole.latest_message.text).startswith(last.text) and len(last.text) >= 400
    assert last.intent_name == "inform" and last.metadata == {"seq": turns - 1}
    assert last.parse_data["reading"]["acts"] == {"details": 0.9}  # type: ignore[typeddict-item]
    assert sum(isinstance(event, UserUttered) for event in kept.events) >= 2
    # What Rasa goes on with in this turn is whole.
    assert len(str(whole.latest_message.text)) > characters - 8


def test_it_stays_bounded_turn_by_turn_and_keeps_what_was_told_lately() -> None:
    tracker = DialogueStateTracker("c1", DOMAIN.slots)
    for turn in range(30):
        one = long_conversation(turn + 1, 1_000)
        mine = list(one.events)[2 + 5 * turn :]
        tracker.update_with_events(mine, override_timestamp=False, domain=None)
        stored = fitting(tracker)
        assert len(stored.encode()) <= MAX_BYTES
        tracker = restored(stored)
    said = [str(event.text) for event in tracker.events if isinstance(event, UserUttered)]
    assert len(said) >= 3 and all(len(text) >= 1_000 for text in said)


def test_everyday_turns_are_kept_to_the_letter() -> None:
    whole = conversation(12)
    assert fitting(whole) == json.dumps(whole.as_dialogue().as_dict(), ensure_ascii=False)
