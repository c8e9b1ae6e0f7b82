"""What a citizen told before an order was begun: people type a story in several short messages, and the one that opens
the form is seldom the first of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker

from actions.process_questions import wants_no_calls
from actions.seed import joined, seed_of, turn_from
from desk.orders.drafting.order_types import by_words
from desk.orders.drafting.phrases import (
    has_content,
    is_anybody_there,
    is_no,
    is_question,
    is_skip,
    is_yes,
    shows_only,
)
from desk.orders.drafting.turn import Turn
from language.reading import Reading

# What was told in more messages before is another matter.
MESSAGES_BACK = 5
# From here on a message that was read as nothing sure may be a part of the story.
MAY_TELL = 0.25
SHORTEST = 4
TELLING_CHARS = 6
_SMALL = frozenset(
    {"greet", "thank", "goodbye", "ask_human", "repeat", "slower", "simpler", "deny", "affirm", "cancel"}
)
# After these the matter before is settled: nothing of it belongs to the next.
_SETTLED = frozenset({"emergency", "order_card", "order_status"})


def with_story(tracker: Tracker, first: Turn, now: Turn) -> Turn:
    """The turn that begins an order, with what was told before it, in the order in which it was told. What was answered,
    and what belongs to another order, is none of it.

    Args:
        first: the present turn, or the one that was kept for an order.
        now: the present turn, which may tell more than "register it".
    """
    # To have a question registered is to have it registered with what was asked before: 本科加几分 alone asks nothing.
    asking = first.does("ask") and not first.does("details")
    turns, unclear = _unsettled(tracker, first, asking)
    # The turn that was kept for the order may itself stand among them.
    kept = next((at for at, turn in enumerate(turns) if turn.words and turn.words in first.words), len(turns))
    story: Mapping[str, Any] | None = None
    last = [now] if now is not first and _tells(now) and not now.does("register", "yes") else []
    for turn in [*turns[:kept], first, *turns[kept:], *last]:
        counts = _tells(turn) or (asking or turn in unclear) and turn.does("ask")
        if turn is first or counts and turn.words not in first.words:
            story = joined(story, turn) if story else seed_of(turn)
    return replace(turn_from(story, first), seq=first.seq, intent=first.intent) if story else first


def _unsettled(tracker: Tracker, first: Turn, asking: bool) -> tuple[list[Turn], list[Turn]]:
    """What was said before the present message and since the matter before it was settled; and of that the question to
    which nobody chose what was meant."""
    events = list(tracker.events)
    last = max((at for at, event in enumerate(events) if event.get("event") == "user"), default=0)
    found: list[Turn] = []
    unclear: list[Turn] = []
    for event in events[:last]:
        match event.get("event"):
            case "user":
                found.append(turn_of(event, first))
            case "active_loop":
                found = []
            case "bot" if _kind(event) in _SETTLED:
                found = []
            case "bot" if _kind(event) in ("clarify", "handoff") and found:
                # Who goes on instead of choosing, or reached nobody, has not given the question up.
                unclear.append(found[-1])
            case "slot" if found and _is_unanswered(event):
                unclear.append(found[-1])
            case "bot" if _kind(event) == "answer" and found and not (asking or _is_told(found[-1])):
                found.pop()
    return found[-MESSAGES_BACK:], unclear


def _is_unanswered(event: Mapping[str, Any]) -> bool:
    """Whether an order was offered for a question that nothing answers."""
    value = event.get("value")
    return event.get("name") == "pending" and isinstance(value, Mapping) and bool(value.get("asked"))


def _is_told(turn: Turn) -> bool:
    """Whether a trouble was told, though an article was told of it."""
    return _tells(turn) and not is_question(turn.words)


def _kind(event: Mapping[str, Any]) -> str:
    custom = (event.get("data") or {}).get("custom")
    return str(custom.get("kind", "")) if isinstance(custom, Mapping) else ""


def turn_of(event: Mapping[str, Any], now: Turn) -> Turn:
    """A message of before, as it was read then."""
    parsed = event.get("parse_data") or {}
    text = str(event.get("text") or "")
    intent = (parsed.get("intent") or {}).get("name") or ""
    reading = Reading.from_json(parsed.get("reading"))
    return Turn(text, now.seq, now.now, str(intent), button=text.startswith("/"), reading=reading)


def _tells(turn: Turn) -> bool:
    words = turn.words
    if len(words) < SHORTEST or shows_only(words) or is_anybody_there(words):
        return False
    if turn.does("details") or wants_no_calls(words):
        return True
    if is_question(words) and not turn.reading.does("details", at_least=MAY_TELL):
        return False
    if turn.does("ask", "process", "human", "follow", "cancel", "repeat", "greet", "thanks", "bye", "wait"):
        return False
    told = has_content(words) or by_words("help", words) != "help"
    if told or turn.does("value") or turn.reading.does("details", at_least=MAY_TELL):
        return True
    # 问过同事 国家电网才五毛多: of what nothing sure was read, so much is seldom anything but a part of the story.
    small = turn.intent in _SMALL or is_yes(words) or is_no(words) or is_skip(words)
    return not turn.reading.is_clear and len(words) >= TELLING_CHARS and not small
