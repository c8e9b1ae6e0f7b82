"""Greeting, thanks, who are you, what can you do: fixed words of domain.yml, said by actions, so that danger or the wish
for a person in the same breath ("你好,转人工") is heard here as everywhere."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events
from actions.open_wishes import Wish
from actions.taking_up import OpenAction
from desk.orders.drafting.turn import Turn


class Courtesy(OpenAction):
    RESPONSE = ""
    OWN = frozenset({Wish.GREET, Wish.THANK})

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        dispatcher.utter_message(response=self.RESPONSE)
        return []


class Greet(Courtesy):
    ACTION = "action_greet"
    RESPONSE = "utter_greet"


class Thank(Courtesy):
    ACTION = "action_thank"
    RESPONSE = "utter_thank"


class TellIdentity(Courtesy):
    ACTION = "action_identity"
    RESPONSE = "utter_identity"


class TellCapability(Courtesy):
    ACTION = "action_capability"
    RESPONSE = "utter_capability"
