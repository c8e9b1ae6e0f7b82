"""Raises the alarm: advice with numbers to dial for the citizen, a flag for the gateway, a human for afterwards."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.danger import Advice, find_danger
from actions.replies import ask_for_human, say, signal
from desk.orders.drafting.turn import Turn


def answer_danger(dispatcher: CollectingDispatcher, turn: Turn) -> list[dict[str, Any]] | None:
    """Answers danger that the words themselves show. None when there is none."""
    advice = find_danger(turn.words) if turn.words else None
    return None if advice is None else alarm(dispatcher, advice)


def alarm(dispatcher: CollectingDispatcher, advice: Advice) -> list[dict[str, Any]]:
    say(
        dispatcher,
        advice.text,
        kind="emergency",
        card={"numbers": [{"number": number, "label": label} for number, label in advice.numbers]},
    )
    signal(dispatcher, "emergency", kind=advice.kind, numbers=[number for number, _ in advice.numbers])
    ask_for_human(dispatcher, "emergency", advice.kind)
    return [SlotSet("emergency_kind", advice.kind)]
