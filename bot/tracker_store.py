"""Keeps Rasa's memory of a conversation in Redis, bounded: what a turn costs must not grow with what was said before.

Rasa's own store keeps every event for ever, and Rasa reads, replays, sends and writes all of them several times a turn:
the sixtieth turn of a conversation took eight times as long as the first. The whole conversation is in the desk's SQL;
here only what rules and actions look at has to stay.
"""

from __future__ import annotations

from typing import Any

from rasa.core.tracker_store import RedisTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# A turn has five to fifteen events. Cutting only when twice as many turns are there spares most turns the work.
KEPT_TURNS = 6
MAX_TURNS = 12


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


class BoundedTrackerStore(RedisTrackerStore):
    """Rasa's Redis store with bounded trackers. The lock store lets one turn of a conversation run at a time."""

    async def save(self, tracker: DialogueStateTracker, timeout: float | None = None) -> None:
        """Replaces what was stored. Rasa's own merges with it, to keep earlier sessions; ours have only one."""
        await self.stream_events(tracker)
        stored: Any = self.serialise_tracker(bounded(tracker))
        self.red.set(self.key_prefix + tracker.sender_id, stored, ex=timeout or self.record_exp)


def _listens(event: Event) -> bool:
    return isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME
