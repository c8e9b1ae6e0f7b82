"""What is answered before any affair, whatever is open: a message that holds no words, and one that is not Chinese. Neither
counts as a turn of a form."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import DangerState
from actions.english import answer_english
from actions.messenger_codes import Shown, shown
from actions.ports import Parts
from actions.replies import say
from desk.orders.drafting.phrases import shows_only
from desk.orders.drafting.turn import Turn

Events = list[dict[str, Any]]

_ORDER_FORM = "order_form"
WORDLESS = {
    Shown.UNSEEN: "这里看不了图片，也听不了语音，请打字告诉我。",
    Shown.THANKS: "不客气，有需要随时说。",
    Shown.FACE: "我在，您请讲。",
}


def answer_at_the_edge(
    dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, parts: Parts
) -> Events | None:
    """Answers what no affair can take up; None leaves the turn to the affairs."""
    wordless = _answer_wordless(dispatcher, tracker, turn)
    return answer_english(dispatcher, tracker, turn, parts.city) if wordless is None else wordless


def _answer_wordless(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events | None:
    what = shown(turn.words)
    # While danger lasts everything is answered in its light; a form that knows such a message asks on by itself.
    if what is None or DangerState.of(tracker) or (_fills_in(tracker) and shows_only(turn.words)):
        return None
    say(dispatcher, WORDLESS[what])
    return [SlotSet("misses", tracker.get_slot("misses") or 0)]


def _fills_in(tracker: Tracker) -> bool:
    return (tracker.active_loop or {}).get("name") == _ORDER_FORM and bool(tracker.get_slot("order_draft"))
