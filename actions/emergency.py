"""Danger first: the right number at once, the conversation flagged, the line kept open, never behind a form."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import alarm
from actions.base import Events, HotlineAction
from actions.danger import ADVICE, advice_for
from desk.orders.drafting.turn import Turn


class AnswerEmergency(HotlineAction):
    ACTION = "action_emergency"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        return alarm(dispatcher, advice_for(turn.words))


class AnswerDespair(HotlineAction):
    """Despair is taken seriously even without a word of death: somebody to talk to, and a human is told."""

    ACTION = "action_despair"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        return alarm(dispatcher, ADVICE["suicide"])
