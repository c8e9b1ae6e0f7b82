"""What the bot had just asked or said, read from the tracker: the light in which a message is read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.training_data.message import Message

from language.dialects.tables import AUTO

# The field that the order form asks for -> what a citizen's turn is read in the light of (language/annotated.py).
_ASKED = {
    "description": "details",
    "place": "place",
    "event_time": "time",
    "subject": "subject",
    "appeal": "appeal",
    "caller": "name",
    "phone": "phone",
    "phone_check": "phone_check",
    "confidential": "confidential",
    "confirm": "summary",
    "change": "change",
    "cancel_check": "cancel_check",
    "duplicate": "offer",
}
# The kind of the bot's last message, where nothing is asked.
_SAID = {"answer": "answer", "clarify": "clarify", "order_card": "done", "rating": "done"}
_OFFERED = {"order": "offer", "submit": "offer", "callback": "callback"}


def expecting(tracker: DialogueStateTracker | None) -> str:
    """One of `language.annotated.EXPECTATIONS`; "start" where nothing was asked."""
    if tracker is None:
        return "start"
    if tracker.active_loop_name == "order_form":
        draft = tracker.get_slot("order_draft")
        asked = str(draft.get("asked") or "") if isinstance(draft, dict) else ""
        return _ASKED.get(asked, "start")
    pending = tracker.get_slot("pending")
    kind = _last_kind(tracker)
    if kind == "answer":
        # An answer is told with the offer beside it; what follows is mostly about the answer.
        return "answer"
    offered = _OFFERED.get(str(pending.get("offer"))) if isinstance(pending, dict) else None
    return offered or _SAID.get(kind, "start")


def dialect_of(message: Message, known: Collection[str]) -> str:
    """The dialect of the message, where whoever sends it says so (metadata `dialect`) and we know it; else "auto"."""
    metadata = message.get("metadata")
    given = metadata.get("dialect") if isinstance(metadata, dict) else None
    return given if given in known else AUTO


def _last_kind(tracker: DialogueStateTracker) -> str:
    """The kind of the bot's last message before the citizen's present one, "" for none."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            continue
        if isinstance(event, BotUttered):
            custom: Any = (event.data or {}).get("custom")
            if isinstance(custom, dict) and custom.get("kind"):
                return str(custom["kind"])
    return ""
