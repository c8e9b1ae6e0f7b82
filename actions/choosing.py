"""Which of the articles that were asked back about the citizen means: 第二个, 都不是, or a press on one of them.

Who chooses still wants to know what he asked: the article is told by his question, not by its title.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.at_a_loss import miss
from actions.base import Events
from actions.ports import Parts
from actions.seed import kept_after_answer, order_begun
from actions.telling import tell
from actions.told_before import turn_of
from desk.orders.drafting.turn import Turn

_BEFORE = r"^(?:嗯|哦|啊|对|那个|就|我|想|要|是|问的?|说的?|选|应该|[,，、。 ])*"
_AFTER = r"(?:吧|呀|啊|呢|的|嘛|[,，。！!？? ])*$"
_NTH = re.compile(
    rf"{_BEFORE}(?:第?(?P<first>[一1])|第?(?P<second>[二两2])|第?(?P<third>[三3])|(?P<front>[前上]面(?:的?那)?|头一|前一)|"
    rf"(?P<back>[后下]面(?:的?那)?|后一|最后(?:那?一)?))(?:个|种|条|项){_AFTER}"
)
_NONE = re.compile(
    rf"{_BEFORE}(?:这|那|哪|上面)?(?:几|两|三)?个?(?:都不是|全不是|都不对|都没有|一个也?不是|没有一个是?对?的?|以上都不是|没有我要(?:问|说|找)的)"
    rf"{_AFTER}"
)


@dataclass(frozen=True)
class Choice:
    """What was asked back: ids and titles that stood to choose from, and Rasa's event of the message that asked."""

    articles: tuple[tuple[str, str], ...]
    asked: Mapping[str, Any]

    @property
    def question(self) -> str:
        """As it was asked; empty for a button."""
        text = str(self.asked.get("text") or "")
        return "" if text.startswith("/") else text

    def taken(self, turn: Turn) -> str | None:
        """Id of the article that the turn takes; empty for none of them, None where it does not choose."""
        title = str((turn.arguments or {}).get("question") or "")
        for article_id, name in self.articles:
            if name in (title, turn.words):
                return article_id
        if _NONE.match(turn.words):
            return ""
        nth = _NTH.match(turn.words)
        if nth is None:
            return None
        at = {"first": 0, "front": 0, "second": 1, "third": 2, "back": len(self.articles) - 1}[
            nth.lastgroup or ""
        ]
        return self.articles[at][0] if at < len(self.articles) else None


def asked_back(events: Sequence[Mapping[str, Any]]) -> Choice | None:
    """The choice that the message before the present one offered; None where it offered none."""
    users = [at for at, event in enumerate(events) if event.get("event") == "user"]
    if len(users) < 2:
        return None
    before, now = users[-2:]
    for event in events[before:now]:
        custom = (event.get("data") or {}).get("custom") if event.get("event") == "bot" else None
        if isinstance(custom, Mapping) and custom.get("kind") == "clarify" and custom.get("card"):
            articles = tuple((str(a["id"]), str(a["title"])) for a in custom["card"]["articles"])
            return Choice(articles, events[before])
    return None


def choose(dispatcher: CollectingDispatcher, parts: Parts, tracker: Tracker, turn: Turn) -> Events | None:
    """Tells what was chosen, or says that nothing is held; None where the turn does not choose."""
    choice = asked_back(list(tracker.events))
    taken = choice.taken(turn) if choice is not None else None
    if choice is None or taken is None or (turn.arguments or {}).get("section"):
        return None
    if not taken:
        asked = turn_of(choice.asked, turn)
        if asked.does("details") and not asked.does("ask"):
            # None of them: then it was no question, but a trouble.
            return order_begun(asked)
        return miss(dispatcher, tracker, asked, understood=True)
    query = choice.question or dict(choice.articles)[taken]
    tell(dispatcher, parts, query, tracker.get_slot("style") == "simple", about=taken)
    return [SlotSet("misses", 0), kept_after_answer(tracker)]
