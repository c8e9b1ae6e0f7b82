"""Answers questions from the knowledge base: told, asked back between two, or honestly not known."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import Events, HotlineAction
from actions.ports import Article, Parts
from actions.replies import HUMAN, Button, ask_for_human, plain, say
from actions.seed import order_if_told, seed_of
from desk.orders.drafting.turn import Turn

# After so many turns in a row that led nowhere a human is offered at once.
MISSES_BEFORE_HUMAN = 2
CANDIDATES_SHOWN = 3
SPEECH_CHARS = 120


def tell(
    dispatcher: CollectingDispatcher, parts: Parts, query: str, simple: bool, in_form: bool = False
) -> str:
    """Say what the knowledge base has on `query`; returns "found", "ambiguous" or "nothing" (then nothing was said)."""
    answer = parts.knowledge.answer(query)
    if answer.outcome == "found" and answer.article is not None:
        tell_article(dispatcher, answer.article, simple, in_form)
        return "found"
    if answer.outcome == "ambiguous" and answer.candidates:
        shown = answer.candidates[:CANDIDATES_SHOWN]
        titles = [article.title for article in shown]
        say(
            dispatcher,
            "您想问的是下面哪一个?",
            speech="您是想问" + ",还是".join(titles) + "?",
            kind="clarify",
            buttons=[Button.intent(title, "ask_knowledge", question=title) for title in titles],
            card={"articles": [{"id": article.id, "title": article.title} for article in shown]},
        )
        return "ambiguous"
    return "nothing"


def tell_article(dispatcher: CollectingDispatcher, article: Article, simple: bool, in_form: bool) -> None:
    voice = article.voice or plain(article.body)[:SPEECH_CHARS]
    origin = "".join(
        (
            f"\n\n承办单位:{article.department}" if article.department else "",
            f"\n\n依据:{article.source}" if article.source else "",
            f"\n\n有效期至:{article.effective_to}" if article.effective_to else "",
        )
    )
    text = voice if simple or not article.body else article.body + origin
    say(
        dispatcher,
        text,
        speech=voice,
        kind="answer",
        markdown=text is not voice,
        buttons=() if in_form else (Button.intent("登记诉求", "order_help"), HUMAN),
        card={
            "articles": [
                {
                    "id": article.id,
                    "title": article.title,
                    "department": article.department,
                    "source": article.source,
                    "effective_to": article.effective_to or None,
                }
            ]
        },
    )


def miss(dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, understood: bool) -> Events:
    """Nothing was found or understood: say so, offer an order or a person; the second time mark it for a human."""
    misses = int(tracker.get_slot("misses") or 0) + 1
    seed = seed_of(turn)
    if misses >= MISSES_BEFORE_HUMAN:
        say(
            dispatcher,
            "抱歉,这个问题我还是没能答上来。要不要帮您转人工?也可以登记下来,由承办单位回复您。",
            kind="handoff",
            buttons=(HUMAN, Button.intent("登记诉求", "affirm")),
        )
        ask_for_human(dispatcher, "not_understood")
    elif understood:
        say(
            dispatcher,
            "抱歉,知识库里暂时没有这个问题的准确答案,我不能乱说。可以帮您登记下来请承办单位回复,或者转人工。您看要登记吗?",
            buttons=(Button.intent("登记", "affirm"), HUMAN, Button.intent("不用了", "deny")),
        )
    else:
        say(
            dispatcher,
            "抱歉,我没太听明白。您可以换个说法,比如直接说“公积金怎么提取”,或者“我要投诉楼下饭店油烟”。",
            buttons=(Button.intent("登记诉求", "order_help"), HUMAN),
        )
    offer = {"offer": "order", "seed": seed} if understood or misses >= MISSES_BEFORE_HUMAN else None
    return [SlotSet("misses", misses), SlotSet("pending", offer)]


class AnswerKnowledge(HotlineAction):
    ACTION = "action_answer_knowledge"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        query = (turn.arguments or {}).get("question") or turn.words
        in_form = bool(tracker.active_loop)
        if not query:
            say(dispatcher, "您请说,想了解哪方面的政策或者办事流程?")
            return []
        # A trouble at a place was told: nobody asks for the rules with a house number.
        order = order_if_told(tracker, turn, at_a_place=True)
        if order:
            return order
        outcome = tell(dispatcher, self.parts, query, tracker.get_slot("style") == "simple", in_form)
        if outcome != "nothing":
            return [SlotSet("misses", 0), SlotSet("pending", None)]
        if in_form:
            say(dispatcher, "这个问题我暂时没有准确答案,先不乱说;登记好以后可以请人工回答您。")
            return []
        # A trouble that was told, not a question that was asked.
        return order_if_told(tracker, turn) or miss(dispatcher, tracker, turn, understood=True)


class NotUnderstood(HotlineAction):
    """The understanding was not sure. Often the knowledge base or the order form still knows what to do."""

    ACTION = "action_not_understood"

    def act(self, dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn) -> Events:
        words = turn.words
        order = order_if_told(tracker, turn, min_chars=6)
        if order:
            return [*order, SlotSet("misses", 0)]
        if len(words) >= 3 and any("\u4e00" <= char <= "\u9fff" for char in words):
            simple = tracker.get_slot("style") == "simple"
            if tell(dispatcher, self.parts, words, simple, bool(tracker.active_loop)) != "nothing":
                return [SlotSet("misses", 0), SlotSet("pending", None)]
        return miss(dispatcher, tracker, turn, understood=False)
