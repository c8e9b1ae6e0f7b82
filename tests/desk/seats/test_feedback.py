from __future__ import annotations

import pytest
from sqlalchemy import Engine

from desk.seats import Accounts, ArticleVerdicts, KnowledgeFeedback, User, Verdict
from tests.desk.seats.conftest import Clock, add_user


@pytest.fixture
def feedback(engine: Engine, clock: Clock) -> KnowledgeFeedback:
    return KnowledgeFeedback(engine, clock)


def test_a_later_verdict_replaces_the_earlier_one(feedback: KnowledgeFeedback, wang: User) -> None:
    feedback.add(wang.id, "a1", "c1", Verdict.DOWN, query="公积金 提取", comment="过期了，打13800138000核实")
    feedback.add(wang.id, "a1", "c1", Verdict.DOWN, query="公积金 提取", comment="过期了，打13800138000核实")
    (one,) = feedback.of_article("a1")
    assert one.verdict is Verdict.DOWN and "13800138000" not in one.comment and "过期了" in one.comment
    assert len(one.query_hash) == 64 and "公积金" not in str(one)
    feedback.add(wang.id, "a1", "c1", Verdict.UP)
    assert [(f.verdict, f.comment, f.query_hash) for f in feedback.of_article("a1")] == [(Verdict.UP, "", "")]


def test_the_worst_articles_come_first(feedback: KnowledgeFeedback, accounts: Accounts, wang: User) -> None:
    li = add_user(accounts, "li", badge="7")
    for user, article, verdict in (
        (wang, "a1", Verdict.DOWN),
        (wang, "a2", Verdict.DOWN),
        (li, "a2", Verdict.DOWN),
        (li, "a1", Verdict.UP),
        (li, "a3", Verdict.UP),
    ):
        feedback.add(user.id, article, "c1", verdict)
    assert feedback.worst() == (
        ArticleVerdicts(article_id="a2", up=0, down=2),
        ArticleVerdicts(article_id="a1", up=1, down=1),
    )
