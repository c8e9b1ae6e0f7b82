"""What the bot's words of a turn ask the citizen for, read from the events of the turn. Pure.

The gateway hands it on with the message (docs/protocol.md, `expecting`), so that nobody guesses from the words of a
question what it asks: on the phone it decides how long a pause may be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actions.watch import RESUME

# The slot that a form asks for -> what the citizen is to say.
_OF_SLOTS = {
    "order_description": "details",
    "order_place": "place",
    "order_event_time": "time",
    "order_subject": "subject",
    "order_appeal": "appeal",
    "order_caller": "name",
    "order_phone": "phone",
    "order_phone_check": "phone_check",
    "order_confidential": "confidential",
    "order_confirm": "summary",
    "order_change": "change",
    "order_cancel_check": "cancel_check",
    "order_duplicate": "duplicate",
    "follow_number": "order_number",
    "follow_tail": "order_proof",
    "follow_text": "remark",
    "follow_sure": "withdrawal",
}
# What was offered -> the same; an offer asks for a yes or a no.
_OF_OFFERS = {"order": "offer", "submit": "offer"}
# The steps of a call back.
_OF_STEPS = {"phone": "phone", "phone_check": "phone_check", "wish": "call_time"}


def expecting_in(events: Sequence[Mapping[str, Any]]) -> str | None:
    """One of the values of `expecting`, "" where the events say that nothing is asked, None where they say neither."""
    found: str | None = None
    for event in events:
        if event.get("event") != "slot":
            continue
        name, value = event.get("name"), event.get("value")
        if name == "requested_slot" and value is not None and value != RESUME:
            return _OF_SLOTS.get(str(value), "")
        if name == "requested_slot" and found is None:
            # The form has ended, or waits in silence, mostly for a call back that is being arranged.
            found = ""
        if name == "pending" and isinstance(value, Mapping):
            found = _OF_STEPS.get(str(value.get("step"))) or _OF_OFFERS.get(str(value.get("offer")), "")
    return found
