"""Reads a Rasa tracker: what was said last, by which channel, and what went before.

Rasa's plain REST channel hands the request's `metadata` on unchanged (rasa/core/channels/rest.py, get_metadata), so
`tracker.latest_message["metadata"]` holds the gateway's {"channel", "seq", "now", …}. Keys that graph components add
to the understanding (`emotion`, `reading`) stay in `latest_message` as well, for it is the whole parse data.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker

from actions.messenger_codes import Cleaned, cleaned
from actions.ports import Clock
from desk.orders.drafting.turn import Entity, Turn
from language.reading import Reading

_PAYLOAD = re.compile(r"^/[a-z_]+(?:\{.*\})?$", re.DOTALL)


def metadata(tracker: Tracker) -> Mapping[str, Any]:
    found = tracker.latest_message.get("metadata") if tracker.latest_message else None
    return found if isinstance(found, Mapping) else {}


def turn_of(tracker: Tracker, clock: Clock) -> Turn:
    """The citizen's last turn. The gateway's clock and numbering win over ours."""
    message = tracker.latest_message or {}
    text = str(message.get("text") or "")
    extra = metadata(tracker)
    intent = message.get("intent") or {}
    emotion = message.get("emotion") if isinstance(message.get("emotion"), Mapping) else {}
    button = bool(_PAYLOAD.match(text))
    raw = [entity for entity in message.get("entities") or [] if isinstance(entity, Mapping)]
    # Codes of faces are no words of an order; what was found in the text moves with it.
    clean = cleaned(text)
    return Turn(
        text=text if button else clean.text,
        seq=_number(extra.get("seq"), _citizen_turns(tracker)),
        now=_moment(extra.get("now"), clock),
        intent=str(intent.get("name") or ""),
        confidence=1.0 if button else float(intent.get("confidence") or 0.0),
        entities=() if button else tuple(_moved(_entity(entity), clean) for entity in raw),
        emotion=str((emotion or {}).get("label") or "neutral"),
        emotion_score=float((emotion or {}).get("score") or 0.0),
        button=button,
        arguments={str(e.get("entity")): str(e.get("value")) for e in raw} if button else None,
        line_phone=str(extra.get("caller_number") or ""),
        reading=Reading() if button else _reading(message.get("reading"), clean),
    )


def _entity(data: Mapping[str, Any]) -> Entity:
    value, moment = data.get("value"), ""
    if isinstance(value, Mapping):
        # Times come with their resolution, addresses with their parts.
        if not value.get("recurring") and value.get("grain") in ("minute", "hour", "part", "day"):
            moment = str(value.get("start") or "")
        value = value.get("text") or value.get("value") or ""
    confidence = data.get("confidence_entity", data.get("confidence", 1.0))
    return Entity(
        str(data.get("entity")),
        str(value if value is not None else ""),
        int(data.get("start") or 0),
        int(data.get("end") or 0),
        float(confidence if confidence is not None else 1.0),
        moment,
    )


def _moved(entity: Entity, clean: Cleaned) -> Entity:
    start, end = clean.span(entity.start, entity.end)
    return replace(entity, start=start, end=end)


def _reading(data: Mapping[str, Any] | None, clean: Cleaned) -> Reading:
    reading = Reading.from_json(data)
    moved = []
    for span in reading.spans:
        start, end = clean.span(span.start, span.end)
        moved.append(replace(span, start=start, end=end))
    return replace(reading, spans=tuple(span for span in moved if span.start < span.end))


def _number(value: Any, otherwise: int) -> int:
    return int(value) if isinstance(value, int | str) and str(value).isdigit() else otherwise


def _moment(value: Any, clock: Clock) -> datetime:
    try:
        return datetime.fromisoformat(str(value)) if value else clock()
    except ValueError:
        return clock()


def _citizen_turns(tracker: Tracker) -> int:
    return sum(1 for event in tracker.events if event.get("event") == "user")


def channel_of(tracker: Tracker) -> str:
    return str(metadata(tracker).get("channel") or "api")


def since_last_turn(tracker: Tracker) -> list[Mapping[str, Any]]:
    """Rasa's events after the citizen's last message."""
    events: list[Mapping[str, Any]] = []
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            break
        events.append(event)
    return list(reversed(events))


def already_handled(tracker: Tracker, form: str) -> bool:
    """Whether the last message was dealt with outside of the form, which only has to ask its question again."""
    for event in since_last_turn(tracker):
        if event.get("event") == "action_execution_rejected":
            return True
        if event.get("event") == "action" and event.get("name") not in (
            form,
            "action_extract_slots",
            "action_listen",
        ):
            return True
    return False


def last_replies(tracker: Tracker) -> list[dict[str, Any]]:
    """What the bot said in its last turn, as message dicts, oldest first."""
    found: list[dict[str, Any]] = []
    users = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            users += 1
            # The message being answered now is the first; the bot's last turn lies between it and the one before.
            if users == 2 and found:
                break
        if event.get("event") == "bot" and users >= 1:
            data = event.get("data") or {}
            custom = data.get("custom") if isinstance(data, Mapping) else None
            if isinstance(custom, Mapping) and custom.get("text"):
                found.append(dict(custom))
            elif event.get("text"):
                found.append({"text": event["text"], "buttons": data.get("buttons")})
    return list(reversed(found))
