"""Keeps Rasa's memory of a conversation in Redis, bounded: what a turn costs must not grow with what was said before.

Rasa's own store keeps every event for ever, and Rasa reads, replays, sends and writes all of them several times a turn:
the sixtieth turn of a conversation took eight times as long as the first. The whole conversation is in the desk's SQL;
here only what rules and actions look at has to stay.
"""

from __future__ import annotations

import copy
import json
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import RedisTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.redis_stores import redis_of_environment

# A turn has five to fifteen events. Cutting only when twice as many turns are there spares most turns the work.
KEPT_TURNS = 6
MAX_TURNS = 12
# Ten messages of 5,000 characters would have 1.4 MB.
MAX_BYTES = 128 * 1024
# What is tried, one after the other, until a tracker fits: so many turns, so many characters of a message and what was found in them.
# Rules look back one turn and actions two, so the last two turns stay.
_TIGHTER = ((MAX_TURNS, 20_000), (KEPT_TURNS, 20_000), (3, 5_000), (2, 2_000), (2, 400))
_CHARS_PER_FINDING = 20
# All that rules, actions and seats read of an earlier message's reading; its tokens and the ranks of other intents are most of it.
_READ_LATER = ("intent", "entities", "reading", "emotion")


def bounded(
    tracker: DialogueStateTracker, kept: int = KEPT_TURNS, most: int = MAX_TURNS
) -> DialogueStateTracker:
    """The tracker itself while it has at most `most` citizen turns, else one with its last `kept` turns.

    Slots and the active loop are those of the whole conversation, at the end and at each turn that is left.
    """
    events = list(tracker.events)
    turns = [i for i, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(turns) <= most:
        return tracker
    cut = turns[-kept]
    # The turn begins where the bot began to listen.
    while cut > 0 and not _listens(events[cut - 1]):
        cut -= 1
    forgotten = tracker.init_copy()
    forgotten.update_with_events(events[:cut], override_timestamp=False, domain=None)
    start = events[cut].timestamp
    summary: list[Event] = [ActionExecuted(ACTION_SESSION_START_NAME, timestamp=start), SessionStarted(start)]
    summary += [
        SlotSet(slot.name, slot.value, timestamp=start)
        for slot in forgotten.slots.values()
        if slot.value != slot.initial_value
    ]
    if forgotten.active_loop_name:
        summary.append(ActiveLoop(forgotten.active_loop_name, timestamp=start))
    summary.append(ActionExecuted(ACTION_LISTEN_NAME, timestamp=start))
    short = tracker.init_copy()
    short.update_with_events([*summary, *events[cut:]], override_timestamp=False, domain=None)
    return short


def fitting(tracker: DialogueStateTracker, most_bytes: int = MAX_BYTES) -> str:
    """The tracker as it is stored, in at most `most_bytes` of UTF-8 unless its slots alone have more (the desk bounds
    them). Of a long conversation the oldest turns go first, then the ends of long messages: SQL has them whole.
    """
    tracker = bounded(tracker)
    stored = _serialised(tracker)
    for turns, most in _TIGHTER:
        if len(stored.encode()) <= most_bytes:
            break
        tracker = _lightened(bounded(tracker, turns, turns), most)
        stored = _serialised(tracker)
    return stored


def _serialised(tracker: DialogueStateTracker) -> str:
    # As Rasa's own, without spending six bytes on each Chinese character.
    return json.dumps(tracker.as_dialogue().as_dict(), ensure_ascii=False)


def _lightened(tracker: DialogueStateTracker, most: int) -> DialogueStateTracker:
    """A copy whose messages have what is read later, of each at most `most` characters."""
    light = tracker.init_copy()
    events = [_light(event, most) for event in tracker.events]
    light.update_with_events(events, override_timestamp=False, domain=None)
    return light


def _light(event: Event, most: int) -> Event:
    if isinstance(event, BotUttered):
        event = copy.copy(event)
        event.text = event.text and event.text[:most]
        return event
    if not isinstance(event, UserUttered):
        return event
    parsed: dict[str, Any] = {key: value for key, value in event.parse_data.items() if key in _READ_LATER}
    # An address with its parts takes 400 bytes, and a long message may have hundreds of them.
    within = [one for one in parsed.get("entities") or () if int(one.get("end") or 0) <= most]
    parsed["entities"] = within[: most // _CHARS_PER_FINDING]
    reading = parsed.get("reading")
    if isinstance(reading, dict) and isinstance(reading.get("spans"), list):
        parsed["reading"] = {
            **reading,
            "spans": [span for span in reading["spans"] if span[2] <= most],
        }
    event = copy.copy(event)
    event.text = event.text and event.text[:most]
    event.parse_data = parsed  # type: ignore[assignment]
    event.entities = parsed["entities"]
    return event


class BoundedTrackerStore(RedisTrackerStore):
    """Rasa's Redis store with bounded trackers. The lock store lets one turn of a conversation run at a time."""

    def __init__(
        self,
        domain: Domain,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        key_prefix: str | None = None,
        record_exp: float | None = None,
    ) -> None:
        """`host` is what Rasa hands to every store of its own; where Redis is, the environment says."""
        super().__init__(domain, event_broker=event_broker, key_prefix=key_prefix, record_exp=record_exp)
        self.red = redis_of_environment(decode_responses=True)

    async def save(self, tracker: DialogueStateTracker, timeout: float | None = None) -> None:
        """Replaces what was stored. Rasa's own merges with it, to keep earlier sessions; ours have only one."""
        await self.stream_events(tracker)
        self.red.set(self.key_prefix + tracker.sender_id, fitting(tracker), ex=timeout or self.record_exp)


def _listens(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME
