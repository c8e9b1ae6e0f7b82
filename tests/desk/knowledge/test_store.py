"""The article store, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine

from desk.knowledge.article import Article, Status
from desk.knowledge.errors import IllegalStatus, KnowledgeError
from desk.knowledge.store import KnowledgeStore

RENT = Article(
    id="rent", title="租房怎么提取住房公积金", questions=("租房能取公积金吗",), body="带上身份证。"
)
WATER = Article(id="water", title="家里停水怎么办", body="先看小区通知。")


def test_an_article_comes_back_as_it_was_stored(engine: Engine) -> None:
    """Nothing is lost on the way to SQL and back, dates and lists included."""
    article = replace(RENT, effective_to=date(2027, 1, 1), keywords=("公积金", "租房"), voice="可以。")
    store = KnowledgeStore(engine)
    assert store.put(article, "li")
    assert store.get("rent") == article


def test_an_unchanged_article_makes_no_version(engine: Engine) -> None:
    """Importing the same folder again must not grow the history nor wake every search index."""
    store = KnowledgeStore(engine)
    store.put_all([RENT, WATER], "li")
    revision = store.revision()
    assert store.put_all([RENT, WATER], "li") == 0
    assert store.revision() == revision
    assert len(store.history("rent")) == 1


def test_every_change_is_a_version_with_its_author(engine: Engine) -> None:
    store = KnowledgeStore(engine)
    store.put(RENT, "li")
    store.put(replace(RENT, body="带上租房合同。"), "wang")
    assert [(number, by, article.body) for number, _, by, article in store.history("rent")] == [
        (1, "li", "带上身份证。"),
        (2, "wang", "带上租房合同。"),
    ]


def test_collections_do_not_mix(engine: Engine) -> None:
    KnowledgeStore(engine, "main").put(RENT, "li")
    test_set = KnowledgeStore(engine, "test-set")
    assert test_set.get("rent") is None
    test_set.put(WATER, "li")
    test_set.drop()
    assert test_set.all() == []
    assert KnowledgeStore(engine, "main").get("rent") == RENT


def test_the_main_collection_cannot_be_dropped(engine: Engine) -> None:
    with pytest.raises(KnowledgeError):
        KnowledgeStore(engine).drop()


def test_a_failed_import_changes_nothing(engine: Engine) -> None:
    """put_all is one transaction, also across its internal slices."""
    store = KnowledgeStore(engine)

    def articles() -> Iterator[Article]:
        for number in range(600):
            yield replace(WATER, id=f"a{number}")
        raise RuntimeError("disk pulled out")

    with pytest.raises(RuntimeError):
        store.put_all(articles(), "li")
    assert store.all() == []
    assert store.revision() == 0


def test_status_follows_the_life_of_an_article(engine: Engine) -> None:
    store = KnowledgeStore(engine)
    store.put(replace(RENT, status=Status.DRAFT), "li")
    with pytest.raises(IllegalStatus):
        store.set_status("rent", Status.PUBLISHED, "li")
    store.set_status("rent", Status.REVIEWED, "wang")
    store.set_status("rent", Status.PUBLISHED, "wang")
    store.set_status("rent", Status.WITHDRAWN, "wang")
    assert [article.status for *_, article in store.history("rent")] == [
        "draft",
        "reviewed",
        "published",
        "withdrawn",
    ]


def test_what_ops_edited_survives_the_next_start(engine: Engine) -> None:
    """Shipped articles are imported at each start; an edit made in the console is newer than the shipped text."""
    store = KnowledgeStore(engine)
    store.put_all([RENT, WATER], "shipped")
    edited = replace(RENT, body="本市新规:网上办。")
    store.put(edited, "ops-zhang")
    assert (
        store.put_all(
            [replace(RENT, body="旧"), replace(WATER, body="新")], "shipped", keep_edited_by_others=True
        )
        == 1
    )
    assert store.get("rent") == edited


def test_an_article_that_left_the_shipped_folder_is_withdrawn(engine: Engine) -> None:
    store = KnowledgeStore(engine)
    store.put_all([RENT, WATER], "shipped")
    assert store.remove_all_but({"water"}, "shipped") == 1
    assert [a.id for a in store.all(Status.PUBLISHED)] == ["water"]
