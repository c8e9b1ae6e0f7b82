"""The shape of every action: danger first, then the wish for a person or a call, then the affair; a broken store is
told honestly, and every turn is watched for a reason to call a person."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import factory
from actions.alarm import DangerState, answer_danger, caution, lasts, leaves_danger, sets_state
from actions.at_the_edge import answer_at_the_edge
from actions.callback import answer_callback
from actions.conversation import turn_of
from actions.expecting import expecting_in
from actions.ports import Parts
from actions.replies import ask_for_human, say, signal, take_wishes
from actions.scraps import answer_scrap
from actions.seed import kept_if_told
from actions.topic import told_in
from actions.watch import Watch
from desk.conversations import HandoffReason
from desk.handoff.triggers import Trigger
from desk.orders.drafting.turn import Turn

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]

TROUBLE = "抱歉,系统刚才没能办成这一步,您说的内容已经留存,我为您转人工来处理。"


class HotlineAction(Action, ABC):  # type: ignore[misc]  # rasa-sdk ships no types
    """`run` is what Rasa calls. Subclasses write `act`, which may block: it runs in a thread of its own."""

    ACTION = ""

    def __init__(self, parts: Callable[[], Parts] = factory.parts) -> None:
        self._parts = parts

    def name(self) -> str:
        return self.ACTION

    @property
    def parts(self) -> Parts:
        return self._parts()

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> Events:
        return await asyncio.to_thread(self._run, dispatcher, tracker)

    def _run(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        try:
            turn = turn_of(tracker, self.parts.clock)
            first = self.answer_first(dispatcher, tracker, turn) if self.answers_first else None
            if first is None:
                if self.cautions:
                    caution(dispatcher, tracker, turn)
                events = self.act(dispatcher, tracker, turn)
            else:
                events = first
            events = self._left_behind(tracker, turn, events)
        except Exception as error:
            # Rasa would answer a failed action with silence.
            self._log(error)
            say(dispatcher, TROUBLE, kind="handoff")
            ask_for_human(dispatcher, HandoffReason.FAILURE, "action_failed")
            events = self.after_trouble(tracker)
        # Last: the watch tells articles too, and takes back what is not to be said.
        events = [*self._watched(dispatcher, tracker, events), *told_in(dispatcher.messages)]
        expecting = expecting_in(events)
        if expecting:
            signal(dispatcher, "expecting", asked=expecting)
        return events

    def _left_behind(self, tracker: Tracker, turn: Turn, events: Events) -> Events:
        """Forgets a danger that is over, where the turn's own affair was answered. (Not in a form that hands on: see
        `_watched`.)"""
        hands_on = self.may_hand_on and not events
        if hands_on or sets_state(events) or not leaves_danger(tracker, turn):
            return events
        return [*events, DangerState().event()]

    def _watched(self, dispatcher: CollectingDispatcher, tracker: Tracker, events: Events) -> Events:
        # A form that sets nothing hands the turn on; the action that takes it up is watched instead, for any slot set
        # here would make Rasa believe that the form has answered.
        if not self.is_watched or (self.may_hand_on and not events):
            return events
        wishes = take_wishes(dispatcher)
        try:
            watch = self._watch(tracker, turn_of(tracker, self.parts.clock))
            return watch.conclude(dispatcher, events, wishes)
        except Exception as error:
            # Not to see that a person is needed is bad; to lose the answer, or a person who was promised, is worse.
            self._log(error)
            for wish in wishes:
                signal(dispatcher, "handoff_requested", reason=wish.reason.value, note=wish.note)
            return events

    def _watch(self, tracker: Tracker, turn: Turn) -> Watch:
        return Watch(tracker, turn, self.parts, self.calls_person)

    def _log(self, error: Exception) -> None:
        """The class name alone: messages of database errors carry what the citizen said."""
        logger.error("action failed", extra={"action": self.ACTION, "error": type(error).__name__})

    def answer_first(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events | None:
        """What goes before any affair: the edge, a scrap, danger, being called back, a person wanted. None: the affair's
        turn."""
        foreign = answer_at_the_edge(dispatcher, tracker, turn, self.parts)
        if foreign is not None:
            return foreign
        scrap = answer_scrap(dispatcher, tracker, turn)
        if scrap is not None:
            return scrap
        danger = answer_danger(dispatcher, tracker, turn)
        if danger is not None:
            # What was told may want an order once nobody is in danger: 电线杆歪了，线都吊到晒谷坪上.
            return [*danger, *kept_if_told(tracker, turn, offer="kept")] if lasts(danger) else danger
        callback = answer_callback(dispatcher, tracker, turn)
        if callback is not None:
            return callback
        trigger = self._watch(tracker, turn).foresee()
        if trigger is None or not self.gives_way_to(trigger, tracker, turn):
            return None
        # Nothing is said here: the watch speaks, at the end of every turn. Who hears that a person comes must not be
        # asked anything by the bot besides; what was told waits in case that nobody can come.
        return kept_if_told(tracker, turn)

    def gives_way_to(self, trigger: Trigger, tracker: Tracker, turn: Turn) -> bool:
        """Whether the affair is left alone because a person is called, who will do it."""
        return True

    @property
    def answers_first(self) -> bool:
        """Whether `answer_first` goes before `act`; an action that says no looks for danger itself."""
        return True

    @property
    def cautions(self) -> bool:
        """Whether possible danger is answered with a word of caution; an action that raises the alarm itself says no."""
        return True

    @property
    def is_watched(self) -> bool:
        return True

    @property
    def may_hand_on(self) -> bool:
        """Whether no events at all mean that another action will answer the turn: true of forms."""
        return self.ACTION.startswith("validate_")

    @property
    def calls_person(self) -> bool:
        """Whether to come here means that a person is wanted, whatever the words are."""
        return False

    def after_trouble(self, tracker: Tracker) -> Events:
        return []

    @abstractmethod
    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Answer the turn through `dispatcher`; returns Rasa events."""
