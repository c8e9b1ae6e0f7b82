"""Danger first: the right number at once, the conversation flagged, the line kept open, never behind a form."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import alarm
from actions.base import Events, HotlineAction
from actions.danger import ADVICE, advice_for, find_danger
from actions.seed import seed_of
from desk.orders.drafting.phrases import has_content
from desk.orders.drafting.turn import Turn

# Below this confidence, and with no word of danger, an emergency is a guess.
SURE = 0.6


class AnswerEmergency(HotlineAction):
    ACTION = "action_emergency"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        unsure = turn.confidence < SURE and find_danger(turn.words) is None
        if unsure and has_content(turn.words) and turn.named("address") and not tracker.active_loop:
            # A hazard at some place (井盖坏了很危险), not somebody in danger now: its order is what helps.
            return [SlotSet("order_seed", seed_of(turn)), FollowupAction("order_form")]
        return alarm(dispatcher, advice_for(turn.words))


class AnswerDespair(HotlineAction):
    """Despair is taken seriously even without a word of death: somebody to talk to, and a human is told."""

    ACTION = "action_despair"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        return alarm(dispatcher, ADVICE["suicide"])
