"""Which article was told last: a short question after it (几天, 要带啥) is meant of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

SLOT = "topic"
# After so many messages of the citizen nobody means the article any more with 几天.
TURNS_KEPT = 3


def told_in(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The event that keeps the article told in these messages of a dispatcher; none where none was told."""
    for message in reversed(messages):
        said = message.get("custom") or {}
        # Who asks on instead of choosing means the nearest one.
        if said.get("kind") in ("answer", "clarify") and said.get("card"):
            article = said["card"]["articles"][0]
            return [SlotSet(SLOT, {"id": article["id"], "title": article["title"]})]
    return []


def topic_of(tracker: Tracker) -> str:
    """The id of the article told last; empty if none was, or too long ago."""
    kept = tracker.get_slot(SLOT)
    if not isinstance(kept, Mapping):
        return ""
    turns = 0
    for event in reversed(tracker.events):
        if event.get("event") == "slot" and event.get("name") == SLOT:
            break
        turns += event.get("event") == "user"
    return str(kept.get("id") or "") if turns <= TURNS_KEPT else ""
