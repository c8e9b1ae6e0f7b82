"""Danger first: the right number at once, the conversation flagged, the line kept open, never behind a form.

What the words or the reading show is answered before any action is asked (actions/alarm.py); these two answer what only
the intent hears.
"""

from __future__ import annotations

import re

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.alarm import DangerState, alarm, is_likely, is_possible, kind_of
from actions.asking import asks_in_words
from actions.at_a_loss import miss
from actions.base import Events, HotlineAction
from actions.replies import HUMAN, say
from actions.seed import order_if_told
from actions.taking_up import take_up
from danger.rules import SELF_HARM, find_danger, sounds_suicidal
from desk.orders.drafting.draft import Draft
from desk.orders.drafting.keeping import noted, sounds_desperate
from desk.orders.drafting.turn import Turn

# 跳下去疼不疼 asks nothing that an article answers.
_OF_DYING = re.compile(r"跳|死|疼|痛苦|农药|炭|割|吊|安眠|活")
# Shorter words in a form are asked for once more.
_TOLD_CHARS = 8
# Below this confidence, and with no word of danger, an emergency is a guess.
SURE = 0.6


class AnswerEmergency(HotlineAction):
    ACTION = "action_emergency"

    @property
    def cautions(self) -> bool:
        return False

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        if not is_possible(turn):
            return self._ask(dispatcher, tracker, turn)
        unsure = turn.confidence < SURE and not find_danger(turn.words)
        # A hazard at some place (井盖坏了很危险), not somebody in danger now: its order is what helps.
        order = order_if_told(tracker, turn, at_a_place=True, even_asked=True) if unsure else None
        return order or alarm(dispatcher, turn, DangerState.of(tracker), kind_of(turn))

    def _ask(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """The intent alone hears danger: a scrap of noise (红额刀), or an ordinary trouble in strong words."""
        order = order_if_told(tracker, turn, even_asked=True)
        if order:
            return order
        if not tracker.active_loop and turn.reading.does("details", "ask", "register"):
            # What was read as a trouble, or as a question, is one.
            taken_up = take_up(dispatcher, self.parts, tracker, turn)
            if taken_up is not None:
                return taken_up
        if tracker.active_loop:
            # The form asks its question again by itself.
            kept = tracker.get_slot("order_draft")
            if kept and len(turn.words) >= _TOLD_CHARS:
                # 万一老人在家摔一跤 打都打不出去 belongs to the matter.
                say(dispatcher, "好的，这一点也补充进去了。")
                return [SlotSet("order_draft", noted(Draft.from_json(kept), turn).to_json())]
            say(dispatcher, "我没太听清，麻烦您再说一遍。")
            return []
        return miss(dispatcher, tracker, turn, understood=False)


class AnswerDespair(HotlineAction):
    """Despair is taken seriously without a word of death, too: somebody to talk to, and a human is told. Where neither
    the reading nor the rules see danger, it is sorrow: heard and answered, without an alarm."""

    ACTION = "action_despair"

    @property
    def cautions(self) -> bool:
        return False

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        asks = (turn.does("ask") or asks_in_words(turn.words)) and not (
            find_danger(turn.words)
            or is_likely(turn.reading)
            or sounds_desperate(turn.words)
            or _OF_DYING.search(turn.words)
        )
        if asks and not tracker.active_loop:
            # 那孩子多大就没了, asked after an answer, asks how long the right lasts.
            taken_up = take_up(dispatcher, self.parts, tracker, turn)
            if taken_up is not None:
                return taken_up
        if is_possible(turn) or sounds_suicidal(turn.words):
            return alarm(dispatcher, turn, DangerState.of(tracker), SELF_HARM)
        story = turn.reading.does("details", at_least=SURE) and not sounds_desperate(turn.words)
        if story and not tracker.active_loop:
            # 给她两百块钱她死活不要: a story, in words of despair.
            taken_up = take_up(dispatcher, self.parts, tracker, turn)
            if taken_up is not None:
                return taken_up
        say(
            dispatcher,
            "听得出来，您这阵子很不容易。愿意的话慢慢跟我说，我都听着；想找人聊聊，可以拨打12356心理援助热线，也可以转人工。",
            buttons=() if tracker.active_loop else (HUMAN,),
        )
        return []
