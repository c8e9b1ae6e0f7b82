"""The shape of every action: look for danger first, then do the affair; a broken store is told honestly."""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import factory
from actions.alarm import answer_danger
from actions.conversation import turn_of
from actions.ports import Parts
from actions.replies import HUMAN, ask_for_human, say
from desk.orders.drafting.turn import Turn

logger = logging.getLogger(__name__)

Events = list[dict[str, Any]]

TROUBLE = "抱歉,系统刚才没能办成这一步,您说的内容已经留存。请稍后再试一次,我也已经把您的情况标记给人工。"


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
            danger = answer_danger(dispatcher, turn) if self.watches_for_danger else None
            return danger if danger is not None else self.act(dispatcher, tracker, turn)
        except Exception as error:
            # Rasa would answer a failed action with silence. The class name alone goes to the log: messages of
            # database errors carry what the citizen said.
            logger.error("action failed", extra={"action": self.ACTION, "error": type(error).__name__})
            say(dispatcher, TROUBLE, kind="notice", buttons=(HUMAN,))
            ask_for_human(dispatcher, "complex", "action_failed")
            return self.after_trouble(tracker)

    @property
    def watches_for_danger(self) -> bool:
        """Whether words of danger are answered here although the understanding chose this action."""
        return True

    def after_trouble(self, tracker: Tracker) -> Events:
        return []

    @abstractmethod
    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        """Answer the turn through `dispatcher`; returns Rasa events."""
