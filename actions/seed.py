"""When words open an order form, and the turn kept for it as JSON: "shall I register that?" - "yes" must not lose what
was said before the yes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet

from actions.turn_facts import needs_help
from desk.orders.drafting.phrases import announces_order, has_content, is_question
from desk.orders.drafting.turn import Entity, Turn


def order_begun(turn: Turn) -> list[dict[str, Any]]:
    """Rasa events that open the order form on these words."""
    return [SlotSet("order_seed", seed_of(turn)), FollowupAction("order_form")]


def order_if_told(
    tracker: Tracker,
    turn: Turn,
    *,
    at_a_place: bool = False,
    even_asked: bool = False,
    min_chars: int = 1,
) -> list[dict[str, Any]] | None:
    """Events that open the order form if the words tell a trouble and no form is open; None otherwise.

    A trouble in the shape of a question counts only with `even_asked`; `at_a_place` wants an address in the words.
    """
    words = turn.words
    told = (
        (has_content(words) or announces_order(words))
        and len(words) >= min_chars
        and (even_asked or not is_question(words))
        and (not at_a_place or bool(turn.named("address")))
    )
    return order_begun(turn) if told and not tracker.active_loop else None


def kept_if_told(tracker: Tracker, turn: Turn) -> list[dict[str, Any]]:
    """Events that keep a trouble that was told, for an order that the citizen may want later; none while another matter
    is open. (The loop of a form is active already when it looks at its first words.)"""
    if tracker.get_slot("order_draft") or tracker.get_slot("follow") or not needs_help(turn.words):
        return []
    return [SlotSet("pending", {"offer": "order", "seed": seed_of(turn)})]


def seed_for(tracker: Tracker, turn: Turn) -> Mapping[str, Any] | None:
    """The kept turn that an order form begins with; None where the present turn is its beginning."""
    seed = tracker.get_slot("order_seed")
    pending = tracker.get_slot("pending") or {}
    if not seed and pending.get("offer") == "order" and not needs_help(turn.words):
        # "登记吧", or the button for it: what is to be registered has been told.
        seed = pending.get("seed")
    return seed if isinstance(seed, Mapping) else None


def seed_of(turn: Turn) -> dict[str, Any] | None:
    """None for a button, which carries no words."""
    if not turn.words:
        return None
    return {
        "text": turn.words,
        "seq": turn.seq,
        "intent": turn.intent,
        "entities": [[e.name, e.value, e.start, e.end, e.confidence] for e in turn.entities],
    }


def turn_from(seed: Mapping[str, Any], now: Turn) -> Turn:
    """The kept turn, with the clock and channel of the present one."""
    return replace(
        now,
        text=str(seed["text"]),
        seq=int(seed["seq"]),
        intent=str(seed.get("intent", "")),
        entities=tuple(Entity(*values) for values in seed.get("entities", ())),
        button=False,
        arguments=None,
    )
