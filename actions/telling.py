"""Tells what the knowledge base has: what was asked of an article, all of it, or a choice between several."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.ports import Article, Parts, Told
from actions.replies import HUMAN, REGISTER, Button, plain, say
from desk.orders.drafting import openings

CANDIDATES_SHOWN = 3
SECTIONS_SHOWN = 3
SPEECH_CHARS = 120
WHICH = "您想问的是下面哪一个？"
# Of each article that may be meant so much is shown.
BRIEF_CHARS = 70
# Sent as words: actions/choosing.py reads them.
NONE_OF_THESE = Button("都不是", "都不是")
# As a heading names a section; desk/knowledge/focus.py knows it too.
WHOLE = "全文"
# Offered last: they answer no question of their own.
_BY_THE_WAY = ("提醒", "注意", "说明", "咨询电话")


def tell(
    dispatcher: CollectingDispatcher,
    parts: Parts,
    query: str,
    simple: bool,
    in_form: bool = False,
    *,
    topic: str = "",
    section: str = "",
    about: str = "",
) -> str:
    """Say what the knowledge base has on `query`; returns "found", "partly" (the article lacks the figure that was asked
    for, which was said), "ambiguous" or "nothing" (then nothing was said).

    Args:
        topic: id of the article told just before (actions/topic.py): a short question goes on about it.
        section: the part that a quick reply names.
        about: id of the article that the citizen chose; empty where he did not.
    """
    asked = parts.knowledge.answer
    answer = asked(query, about=about) if about else asked(query, topic=topic, section=section)
    if answer.outcome == "found" and answer.article is not None:
        tell_article(dispatcher, answer.article, simple, in_form, answer.told)
        return "partly" if answer.told is not None and answer.told.untold else "found"
    if answer.outcome == "ambiguous" and answer.candidates:
        shown = answer.candidates[:CANDIDATES_SHOWN]
        titles = [article.title for article in shown]
        say(
            dispatcher,
            "\n".join((WHICH, *(_in_brief(parts, query, article) for article in shown))),
            speech=openings.SEVERAL + "您是想问" + "，还是".join(titles) + "？",
            kind="clarify",
            buttons=[
                *(Button.intent(title, "ask_knowledge", question=title) for title in titles),
                NONE_OF_THESE,
            ],
            card={"articles": [{"id": article.id, "title": article.title} for article in shown]},
        )
        return "ambiguous"
    return "nothing"


def _in_brief(parts: Parts, query: str, article: Article) -> str:
    """The article by its title, with what it says to the question in a sentence: whoever reads it may need no more."""
    told = parts.knowledge.answer(query, about=article.id).told
    said = told.speech if told is not None else article.voice
    cut = said[:BRIEF_CHARS]
    # Cut behind a whole sentence: a half one may lack its condition.
    whole = cut if cut == said else cut[: max(cut.rfind(stop) for stop in "。；") + 1].rstrip("；")
    return f"· {article.title}：{whole}" if whole else f"· {article.title}"


def tell_article(
    dispatcher: CollectingDispatcher,
    article: Article,
    simple: bool,
    in_form: bool,
    told: Told | None = None,
) -> None:
    """Say a part of an article, or the article in short where no part was found."""
    voice = article.voice or plain(article.body)[:SPEECH_CHARS]
    told = told or Told("", voice, voice)
    untold = f"{told.untold}这里没有写明，以承办单位的答复为准。" if told.untold else ""
    text = untold + (told.speech if simple else told.text + _origin(article))
    say(
        dispatcher,
        text,
        speech=untold + told.speech,
        kind="answer",
        markdown=not simple,
        buttons=() if in_form else _buttons(article, told),
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


def _buttons(article: Article, told: Told) -> list[Button]:
    """Other sections by their names, the whole, and what else can be done."""
    useful = sorted(told.others, key=lambda heading: heading in _BY_THE_WAY)[:SECTIONS_SHOWN]
    names = [*useful, WHOLE] if article.body and told.heading != WHOLE else useful
    sections = [Button.intent(name, "ask_knowledge", question=article.title, section=name) for name in names]
    return [*sections, REGISTER, HUMAN]


def _origin(article: Article) -> str:
    """Who answers for it and on what ground, in one line."""
    said = (
        f"承办单位：{article.department}" if article.department else "",
        f"依据：{article.source}" if article.source else "",
        f"有效期至：{article.effective_to}" if article.effective_to else "",
    )
    line = "；".join(part for part in said if part)
    return f"\n\n{line}" if line else ""
