"""When words open an order form, and the turn kept for it as JSON: "shall I register that?" - "yes" must not lose what
was said before the yes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet

from actions.asking import asks_in_words
from actions.turn_facts import needs_help
from desk.orders.drafting.phrases import announces_order, has_content, is_question
from desk.orders.drafting.turn import Entity, Turn
from language.reading import Reading, ReadSpan

# A shorter message that goes to a person (转人工，我要问个事) tells nothing yet.
_STORY_CHARS = 16
# A citizen goes on telling: what he says now stands after what he said before.
_BETWEEN = "，"


def order_begun(turn: Turn) -> list[dict[str, Any]]:
    """Rasa events that open the order form on these words."""
    return [SlotSet("order_seed", seed_of(turn)), FollowupAction("order_form")]


def order_begun_on(seed: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Events that open the order form on a kept turn, of which nothing waits any more."""
    return [SlotSet("order_seed", seed), SlotSet("pending", None), FollowupAction("order_form")]


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
    if not told or tracker.active_loop:
        return None
    kept = offered(tracker)
    goes_on = kept is not None and _offers_order(tracker) and not turn.does("no", "cancel")
    return order_begun_on(joined(kept, turn)) if kept is not None and goes_on else order_begun(turn)


def kept_if_told(tracker: Tracker, turn: Turn, offer: str = "order") -> list[dict[str, Any]]:
    """Events that keep what was told or asked, for an order that the citizen may want later; none while another matter
    is open. (The loop of a form is active already when it looks at its first words.) `offer` "kept": a mere yes opens none."""
    # Nobody tells a story twice because the rules know no word of it.
    told = turn.does("details", "ask") and len(turn.words) >= _STORY_CHARS
    if tracker.get_slot("order_draft") or tracker.get_slot("follow"):
        return []
    if not (told or needs_help(turn.words)):
        return []
    waiting = offered(tracker) if offer == "kept" else None
    seed = joined(waiting, turn) if waiting else seed_of(turn)
    return [SlotSet("pending", {"offer": offer, "seed": seed})]


def seed_for(tracker: Tracker, turn: Turn) -> Mapping[str, Any] | None:
    """The kept turn that an order form begins with; None where the present turn is its beginning."""
    seed = tracker.get_slot("order_seed")
    kept = offered(tracker)
    if not seed and kept is not None and _goes_on_with(kept, tracker, turn):
        return joined(kept, turn)
    if not seed and (unanswered(tracker) or not _tells_anew(turn)):
        # "登记吧", or the button for it: what is to be registered has been told; what is told now is more of it.
        seed = _with_more(kept, turn)
    return seed if isinstance(seed, Mapping) else None


def _goes_on_with(kept: Mapping[str, Any], tracker: Tracker, turn: Turn) -> bool:
    """Whether a trouble of which an order was offered is told on, instead of "yes": 机器读不到 - 去窗口说只认身份证."""
    pending = tracker.get_slot("pending") or {}
    if pending.get("offer") != "order" or not turn.words or unanswered(tracker):
        return False
    # 我们药店拿医保卡给人刷大米 was read as a question, and answered; it is a trouble all the same.
    told = Reading.from_json(kept.get("reading")).does("details") or not asks_in_words(
        str(kept.get("text", ""))
    )
    return told and turn.does("details")


def _offers_order(tracker: Tracker) -> bool:
    """Whether a trouble that was told waits for a yes; a question that nobody could answer is none."""
    pending = tracker.get_slot("pending") or {}
    return pending.get("offer") == "order" and not unanswered(tracker)


def offered(tracker: Tracker) -> Mapping[str, Any] | None:
    """The kept turn of which the citizen was asked whether it is to be registered, or that was told before a question."""
    pending = tracker.get_slot("pending") or {}
    seed = pending.get("seed") if pending.get("offer") in ("order", "kept") else None
    return seed if isinstance(seed, Mapping) else None


def unanswered(tracker: Tracker) -> str:
    """The question that no article answered and that an order was offered for; "" where there is none."""
    pending = tracker.get_slot("pending") or {}
    return str(pending.get("asked") or "") if pending.get("offer") == "order" else ""


def consultation(tracker: Tracker, turn: Turn) -> dict[str, Any] | None:
    """The offer to register what nobody could answer: all that was asked, as a consultation."""
    before = offered(tracker) if unanswered(tracker) else None
    seed = joined(before, turn) if before else seed_of(turn)
    if seed is None:
        return None
    return {"offer": "order", "asked": seed["text"], "seed": {**seed, "intent": "order_consult"}}


# So short a turn at an offer only says yes to it, in whatever words.
_MORE_CHARS = 5
_REGISTERS = re.compile(r"登记|记(?:一)?下|好的|可以|行吧|就这样")


def _with_more(seed: Mapping[str, Any] | None, turn: Turn) -> Mapping[str, Any] | None:
    """The kept turn with what is said beside the wish to register it."""
    if not seed or not turn.words:
        return seed
    tells = turn.does("details", "ask", "value") and not turn.does("register", "yes")
    unread = not turn.does("register", "yes", "no", "thanks") and not _REGISTERS.search(turn.words)
    return joined(seed, turn) if tells or (unread and len(turn.words) >= _MORE_CHARS) else seed


def kept_after_answer(tracker: Tracker) -> dict[str, Any]:
    """The event after an answer: a trouble that was told stays for "登记吧", but a mere "好的" does not register it."""
    seed = offered(tracker)
    event: dict[str, Any] = SlotSet("pending", {"offer": "kept", "seed": dict(seed)} if seed else None)
    return event


def _tells_anew(turn: Turn) -> bool:
    return turn.does("details") if turn.reading else needs_help(turn.words)


def seed_of(turn: Turn) -> dict[str, Any] | None:
    """None for a button, which carries no words."""
    if not turn.words:
        return None
    return {
        "text": turn.text,
        "seq": turn.seq,
        "intent": turn.intent,
        "entities": [[e.name, e.value, e.start, e.end, e.confidence] for e in turn.entities],
        "reading": turn.reading.to_json(),
    }


def joined(seed: Mapping[str, Any], turn: Turn) -> dict[str, Any]:
    """The kept turn with what the citizen says now behind it: neither is lost."""
    more = seed_of(turn)
    if more is None:
        return dict(seed)
    moved = len(str(seed["text"])) + len(_BETWEEN)
    before, now = Reading.from_json(seed.get("reading")), turn.reading
    acts = {act: max(before.acts.get(act, 0.0), now.acts.get(act, 0.0)) for act in {*before.acts, *now.acts}}
    spans = (
        *before.spans,
        *(ReadSpan(s.label, s.start + moved, s.end + moved, s.confidence) for s in now.spans),
    )
    # Behind a question that nothing answered a trouble is told: 一吨水几块几 - 我们物业每吨加了一块二.
    troubled = seed.get("intent") == "order_consult" and turn.does("details") and not turn.does("ask")
    return {
        **seed,
        "intent": turn.intent if troubled and turn.intent.startswith("order_") else seed.get("intent", ""),
        "text": f"{seed['text']}{_BETWEEN}{more['text']}",
        "entities": [
            *seed.get("entities", ()),
            *(
                [name, value, start + moved, end + moved, sure]
                for name, value, start, end, sure in more["entities"]
            ),
        ],
        # Spans of one half alone would make the other half look as if nothing stood in it.
        "reading": Reading(acts, spans).to_json() if before and now else Reading().to_json(),
    }


def later_of(seed: Mapping[str, Any] | None) -> list[Mapping[str, Any]] | None:
    """The matters that wait behind the one of the seed; None where the seed did not wait itself."""
    later = seed.get("later") if seed else None
    return list(later) if isinstance(later, list) else None


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
        reading=Reading.from_json(seed.get("reading")),
    )
