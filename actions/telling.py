"""Tells what the knowledge base has: an article in full or in short, or a choice between two."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.ports import Article, Parts
from actions.replies import HUMAN, Button, plain, say
from desk import openings

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
            speech=openings.SEVERAL + "您是想问" + ",还是".join(titles) + "?",
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
