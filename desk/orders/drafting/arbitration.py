"""One turn inside the order form: what was it, and what is asked next?

`step` is the whole form as a pure function. A turn that was read goes to `listening`, which looks for everything in it;
one of which nothing is known but its words goes to `by_words`. `steps` tells what can come out.
"""

from __future__ import annotations

from dataclasses import replace

from desk.orders.drafting.by_words import step_by_words
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.listening import listen
from desk.orders.drafting.phrases import is_anybody_there, shows_only
from desk.orders.drafting.plan import PLACE_TOLD, next_field
from desk.orders.drafting.steps import DIGRESSIONS, Kind, Step
from desk.orders.drafting.turn import Turn

__all__ = ["DIGRESSIONS", "Kind", "Step", "step"]

# What an order can do without is asked so often at most when the citizen always speaks of something else.
MOST_ASKED = 3
# Who tells on, in one short message after another, comes to the answer later; so many are looked at before it is let go.
MOST_ASKED_TELLING = 6
# Who wants it said once more, slower or simpler gets that so often, and is not kept at the question for ever.
MOST_SAID_AGAIN = 4
_OPTIONAL = frozenset({"place", "event_time", "subject", "appeal", "caller", "phone", "confidential"})
_ENDS = frozenset({Kind.DIGRESSED, Kind.CONFIRMED, Kind.CANCELLED, Kind.ONLY_ASKS, Kind.STUCK})


def step(draft: Draft, turn: Turn) -> Step:
    """The draft after one turn. Calling it twice with the same arguments gives the same result."""
    taken = _without_words(draft, turn)
    if taken is None:
        listened = listen(draft, turn) if turn.words and turn.reading else None
        taken = listened or step_by_words(draft, turn)
        if turn.words and turn.reading:
            taken = _not_for_ever(draft, taken)
    if draft.asked == "place" and taken.kind is Kind.ANSWERED and taken.draft.place.locatable:
        # Where in a town it is is asked for once more.
        closer = taken.draft.place.is_town and not draft.tries.get("place")
        told = taken.draft.tried("place") if closer else taken.draft.check(PLACE_TOLD)
        taken = replace(taken, draft=told.asking(next_field(told)) if told.asked == "place" else told)
    repeats = turn.does("repeat") or turn.intent in ("repeat", "slower")
    same = bool(draft.asked) and taken.draft.asked == draft.asked and taken.kind not in _ENDS
    return replace(taken, again=same and not repeats)


def _without_words(draft: Draft, turn: Turn) -> Step | None:
    """A picture, a sticker, "anybody there?": they are no value of any field, whatever they were taken for."""
    if not turn.words:
        return None
    match shows_only(turn.words):
        case "picture":
            return Step(Kind.UNSEEN, draft)
        case "sticker":
            return Step(Kind.COURTESY, draft)
    return Step(Kind.COURTESY, draft) if is_anybody_there(turn.words) else None


def _not_for_ever(before: Draft, taken: Step) -> Step:
    """Lets a question go that the citizen passes by again and again."""
    asked = taken.draft.asked
    if asked != before.asked or asked not in _OPTIONAL or taken.kind not in (Kind.ANSWERED, Kind.GRUMBLE):
        return taken
    most = MOST_ASKED_TELLING if "description" in taken.changed else MOST_ASKED
    return replace(taken, draft=_let_go(taken.draft, f"again_{asked}", most))


def said_again(draft: Draft) -> Draft:
    """The draft after its question was not answered but wished to be heard once more, or passed over for something else:
    what an order can do without is let go in the end."""
    if draft.asked not in _OPTIONAL:
        return draft
    return _let_go(draft, f"said_again_{draft.asked}", MOST_SAID_AGAIN)


def _let_go(draft: Draft, count: str, most: int) -> Draft:
    counted = draft.tried(count)
    if counted.tries[count] < most:
        return counted
    let_go = counted.skip(draft.asked)
    return let_go.asking(next_field(let_go))
