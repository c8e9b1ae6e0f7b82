"""Danger first: the right number at once, the conversation flagged, the line kept open, never behind a form."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import alarm
from actions.base import Events, HotlineAction
from actions.danger import ADVICE, advice_for, find_danger
from actions.seed import order_if_told
from desk.orders.drafting.turn import Turn

# Below this confidence, and with no word of danger, an emergency is a guess.
SURE = 0.6


class AnswerEmergency(HotlineAction):
    ACTION = "action_emergency"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        unsure = turn.confidence < SURE and find_danger(turn.words) is None
        # A hazard at some place (井盖坏了很危险), not somebody in danger now: its order is what helps.
        order = order_if_told(tracker, turn, at_a_place=True, even_asked=True) if unsure else None
        return order or alarm(dispatcher, advice_for(turn.words))


class AnswerDespair(HotlineAction):
    """Despair is taken seriously even without a word of death: somebody to talk to, and a human is told."""

    ACTION = "action_despair"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        return alarm(dispatcher, ADVICE["suicide"])
