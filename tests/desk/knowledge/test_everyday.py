"""The whole search over the shipped articles with its sentence vectors, on questions in everyday words.

A new encoder moves all scores: where these floors break, the thresholds of settings.py and search.py are to be chosen anew.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.knowledge.article import Article
from desk.knowledge.search import Answer, KnowledgeSearch, Outcome, open_search
from desk.knowledge.store import KnowledgeStore
from desk.settings import ROOT, Settings
from desk.store.base import Base
from desk.store.engine import open_engine

DATA = ROOT / "tests" / "data"
NONE = "-"
# Some questions are answered by either of two articles.
OR = "|"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def search(
    tmp_path_factory: pytest.TempPathFactory, shipped: dict[str, Article]
) -> Iterator[KnowledgeSearch]:
    folder: Path = tmp_path_factory.mktemp("everyday")
    settings = Settings(var=folder, database_url=f"sqlite:///{folder / 'kb.db'}")
    engine = open_engine(settings.effective_database_url)
    Base.metadata.create_all(engine)
    KnowledgeStore(engine, "main").put_all(list(shipped.values()), "test")
    yield open_search(settings, engine=engine)


def not_held(name: str) -> list[dict[str, str]]:
    return [row for row in rows(name) if row["article"] == NONE]


# Several tests look at the same questions: each is answered once.
ANSWERED: dict[tuple[str, str], Answer] = {}


def answered(search: KnowledgeSearch, row: dict[str, str]) -> Answer:
    asked = row["question"], row.get("told") or ""
    if asked not in ANSWERED:
        ANSWERED[asked] = search.answer(asked[0], topic=asked[1])
    return ANSWERED[asked]


def outcomes(search: KnowledgeSearch, questions: list[dict[str, str]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in questions:
        answer = answered(search, row)
        article = answer.article.id if answer.article is not None else NONE
        found["right" if article in row["article"].split(OR) else str(answer.outcome)] += 1
    return found


def test_everyday_questions_find_their_article(search: KnowledgeSearch) -> None:
    """451 of 548, and 4 another one, where this was written; most of them had helped to widen the articles. A question
    back is not wrong."""
    asked = [row for row in rows("knowledge_everyday.tsv") if row["article"] != NONE]
    found = outcomes(search, asked)
    assert found["right"] >= 0.81 * len(asked), found
    assert found["found"] <= 0.02 * len(asked), found


def test_kept_questions_are_seldom_answered_with_another_matter(search: KnowledgeSearch) -> None:
    """Nothing was widened, weighed or set by these: where a change lowers them, it is the change that is looked at. 37 of 62
    right and 15 asked back where this was written, and 4 of all 114 told another matter."""
    held = [row for row in rows("knowledge_kept.tsv") if row["article"] != NONE]
    found, other = outcomes(search, held), outcomes(search, not_held("knowledge_kept.tsv"))
    assert found["right"] >= 0.58 * len(held), found
    assert found["found"] + other["found"] <= 0.05 * len(rows("knowledge_kept.tsv")), (found, other)


def test_who_is_asked_back_finds_his_article_among_them(search: KnowledgeSearch) -> None:
    """A choice that lacks what was meant is worse than none."""
    held = [row for row in rows("knowledge_everyday.tsv") if row["article"] != NONE]
    answers = [(row["article"].split(OR), answered(search, row)) for row in held]
    back = [(meant, answer) for meant, answer in answers if answer.outcome is Outcome.AMBIGUOUS]
    assert all(2 <= len(answer.candidates) <= 3 for _, answer in back)
    among = sum(any(hit.id in meant for hit in answer.candidates) for meant, answer in back)
    assert among >= 0.85 * len(back), (among, len(back))


def test_the_article_that_was_chosen_is_told_by_the_question(search: KnowledgeSearch) -> None:
    """No score and no rival stands against the citizen's own word."""
    answer = search.answer("这个证办一次管多少年", about="residence-id-card")
    assert answer.article is not None and answer.part is not None
    assert (answer.article.id, "46周岁以上长期" in answer.part.text) == ("residence-id-card", True)


def test_questions_that_no_article_answers_are_not_answered(search: KnowledgeSearch) -> None:
    """106 of 109 where this was written: rather nothing, or a question back, than another matter."""
    asked = not_held("knowledge_everyday.tsv")
    found = outcomes(search, asked)
    assert found["found"] <= 0.04 * len(asked), found


def test_short_questions_go_on_about_the_article(search: KnowledgeSearch) -> None:
    """28 of 31 where this was written, 27 with the encoder that was taught on 2026-11-30."""
    asked = rows("knowledge_follow_ups.tsv")
    found = outcomes(search, asked)
    assert found["right"] >= 0.87 * len(asked), found
