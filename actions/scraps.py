"""A scrap of speech (走。, 红额刀。): so little that the understanding guesses. What would follow from it - an alarm, a
goodbye, a person - is asked about first. A cry that is known as one (着火了, 救命, 有刀) is no scrap."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import CAUTIOUS, LIKELY_AGAIN, SUICIDAL, DangerState, alarm, is_possible, kind_of
from actions.conversation import last_replies
from actions.replies import say
from danger.rules import is_scrap
from desk.orders.drafting.phrases import is_anybody_there
from desk.orders.drafting.turn import Turn

Events = list[dict[str, Any]]

DANGER = "我没听清。是有人遇到危险了吗？是的话请马上拨打110、119或者120，再告诉我出了什么事；不是的话，麻烦您换个说法再说一遍。"
# Of the short cries in data/danger, and of thirty others, none that the reading is right about lies lower; scraps of noise
# do not lie higher (tests/actions/test_scraps.py).
BELIEVED = 0.55

GOODBYE = "您是要结束这次服务吗？结束请说“再见”；还有别的事，请接着说。"
PERSON = "您是要转人工吗？要的话请说“转人工”；有别的事，请接着说。"
# 走, 挂, 人: a syllable is less than a wish, two may be one (拜拜, 找人).
_WISHES = {"goodbye": GOODBYE, "ask_human": PERSON}


def answer_scrap(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events | None:
    """Asks what was meant; None leaves the turn to danger and the affairs."""
    if turn.button or not turn.reading or DangerState.of(tracker) or not is_scrap(turn.words):
        return None
    if turn.reading.danger >= BELIEVED:
        return None
    # Who wants to die says it softly, in words like any others (活着好累): that is believed.
    softly = turn.reading.danger_kind in SUICIDAL and is_possible(turn)
    if (turn.intent == "emergency" or turn.reading.danger >= CAUTIOUS) and not softly:
        # What answers a question of the form (姓刀), or tells of a trouble (水漫了), is more than a scrap.
        if turn.reading.does("value") or (turn.intent != "emergency" and turn.reading.does("details")):
            return None
        if _asked_already(tracker) and turn.reading.danger >= LIKELY_AGAIN:
            # Said again when asked: who cannot say more is believed.
            return alarm(dispatcher, turn, DangerState(), kind_of(turn))
        return _ask(dispatcher, tracker, DANGER)
    wish = _WISHES.get(turn.intent)
    if (
        wish is not None
        and not is_anybody_there(turn.words)
        and len(turn.words.strip("。．.!！?？,， ")) == 1
    ):
        return _ask(dispatcher, tracker, wish)
    return None


def _ask(dispatcher: CollectingDispatcher, tracker: Tracker, question: str) -> Events:
    say(dispatcher, question)
    # Not understood, but no miss of ours either: a bad line must not end with a person who hears nothing.
    return [SlotSet("misses", tracker.get_slot("misses") or 0)]


def _asked_already(tracker: Tracker) -> bool:
    """Whether the question was the bot's last word."""
    said = last_replies(tracker)
    return bool(said) and said[-1].get("text") == DANGER
