"""Nothing was found or understood: said once, then a choice is offered instead of the same sentence again."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.replies import HUMAN, REGISTER, Button, say
from actions.seed import consultation, seed_of, unanswered
from desk.orders.drafting.turn import Turn


def miss(
    dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, understood: bool
) -> list[dict[str, Any]]:
    """Says that nothing was found or understood, and offers an order or a person. Who is missed too often in a row gets
    a person without asking (actions/watch.py counts)."""
    misses = int(tracker.get_slot("misses") or 0) + 1
    offer: dict[str, Any] | None = {"offer": "order", "seed": seed_of(turn)}
    if understood:
        going_on = bool(unanswered(tracker))
        say(
            dispatcher,
            "这个我也没有准确答案，怕说错了误您的事。我把您问的一并登记下来，请承办单位答复您，要登记吗？"
            if going_on
            else "抱歉，知识库里暂时没有这个问题的准确答案，我不能乱说。可以帮您登记下来请承办单位回复，或者转人工。您看要登记吗？",
            buttons=(Button.intent("登记", "affirm"), HUMAN, Button.intent("不用了", "deny")),
        )
        if going_on:
            # One question in several messages is one gap of the knowledge: it does not count as missed again.
            return [SlotSet("pending", consultation(tracker, turn))]
        offer = consultation(tracker, turn)
    elif misses > 1:
        say(
            dispatcher,
            "您看这样好不好：我把您说的先登记下来，或者给您转人工。要登记吗？",
            buttons=(Button.intent("登记", "affirm"), HUMAN, Button.intent("不用了", "deny")),
        )
    else:
        say(
            dispatcher,
            "抱歉，我没太听明白。您可以换个说法，比如直接说“公积金怎么提取”，或者“我要投诉楼下饭店油烟”。",
            buttons=(REGISTER, HUMAN),
        )
        offer = None
    return [SlotSet("misses", misses), SlotSet("pending", offer)]
