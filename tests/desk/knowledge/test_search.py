"""The hybrid search: what must be found, what must not, and how it follows changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine

from desk.knowledge.analysis import Analyzer
from desk.knowledge.article import Article, Status
from desk.knowledge.embedding import Embedder, Vectors, embed_cached, open_embedder
from desk.knowledge.focus import WHOLE
from desk.knowledge.search import KnowledgeSearch, Outcome
from desk.knowledge.store import KnowledgeStore
from desk.store.base import Base
from desk.store.engine import open_engine
from language.sounds import sound

TODAY = date(2026, 11, 22)
ARTICLES = [
    Article(
        id="fund-rent", title="租房怎么提取住房公积金", questions=("租房能取公积金吗",), body="可以提取。"
    ),
    Article(
        id="fund-buy", title="买房怎么提取住房公积金", questions=("买房能取公积金吗",), body="可以提取。"
    ),
    Article(id="water", title="家里突然停水怎么办", questions=("水龙头没水了",), body="先看通知。"),
    Article(id="card", title="社保卡丢了怎么补办", questions=("社保卡不见了",), body="先挂失。"),
    Article(id="noise", title="工地半夜施工噪音扰民", questions=("晚上打桩太吵",), body="夜间禁止。"),
]


class CountingEmbedder:
    """A fake of the Embedder protocol: letters as directions; counts what it is asked."""

    name = "fake"
    dimensions = 64

    def __init__(self) -> None:
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded += texts
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for character in text:
                vectors[row, ord(character) % self.dimensions] += 1
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path / 'k.db'}")
    Base.metadata.create_all(engine)
    KnowledgeStore(engine).put_all(ARTICLES, "test")
    yield engine
    engine.dispose()


@pytest.fixture
def open_it(engine: Engine, tmp_path: Path, analyzer: Analyzer) -> Callable[..., KnowledgeSearch]:
    def make(embedder: Embedder | None = None, today: date = TODAY) -> KnowledgeSearch:
        return KnowledgeSearch(
            engine,
            tmp_path / "index",
            analyzer=analyzer,
            embedder=embedder,
            today=lambda: today,
            min_score=0.35,
            tie_margin=0.03,
            check_every_s=0,
        )

    return make


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("租房子能不能取公积金啊", "fund-rent"),
        ("社保卡掉了咋个补", "card"),
        ("我家没水了", "water"),
        ("工地大半夜的吵死了", "noise"),
        ("租房提取住房攻击金", "fund-rent"),
        ("社宝卡丢了怎么补半", "card"),
        ("社保卡丟了怎麼補辦", "card"),
    ],
)
def test_the_right_article_comes_first(
    open_it: Callable[..., KnowledgeSearch], query: str, expected: str
) -> None:
    """In other words, in dialect, with homophones of speech recognition, in traditional characters."""
    assert open_it().search(query, 3)[0].id == expected


def test_homophones_score_almost_as_the_original(open_it: Callable[..., KnowledgeSearch]) -> None:
    search = open_it()
    right = search.search("社保卡丢了怎么补办", 1)[0]
    misheard = search.search("射宝咔丢了怎么补伴", 1)[0]
    assert misheard.id == right.id
    assert misheard.score > 0.6


@pytest.mark.parametrize("query", ["", "???", "!!!  ", "\u200b"])
def test_nothing_to_search_finds_nothing(open_it: Callable[..., KnowledgeSearch], query: str) -> None:
    assert open_it().search(query, 3) == []


def test_a_very_long_query_is_answered(open_it: Callable[..., KnowledgeSearch]) -> None:
    assert open_it().search("我家停水了 " * 1000, 1)[0].id == "water"


def test_near_ties_are_clarified_and_nonsense_is_refused(open_it: Callable[..., KnowledgeSearch]) -> None:
    search = open_it()
    unclear = search.answer("公积金怎么提取")
    assert unclear.outcome is Outcome.AMBIGUOUS
    assert {hit.id for hit in unclear.candidates} == {"fund-rent", "fund-buy"}
    assert search.answer("今晚的球赛谁赢了").outcome is Outcome.NOTHING
    found = search.answer("家里突然停水怎么办")
    assert found.outcome is Outcome.FOUND and found.article is not None and found.article.id == "water"


def test_the_article_just_told_is_no_choice(open_it: Callable[..., KnowledgeSearch]) -> None:
    """A near tie with it is either meant of it or of the other."""
    search = open_it()
    for topic in ("fund-rent", "fund-buy"):
        answer = search.answer("住房公积金怎么提取出来用呢，我想问一下", topic=topic)
        assert answer.outcome is Outcome.FOUND


def test_titles_that_say_the_same_are_no_choice(
    engine: Engine, open_it: Callable[..., KnowledgeSearch]
) -> None:
    KnowledgeStore(engine).put(replace(ARTICLES[2], id="water-2"), "test")
    answer = open_it().answer("家里停水了咋办")
    assert answer.outcome is Outcome.FOUND and answer.part is not None


def test_a_part_is_told_and_the_whole_stays_in_reach(open_it: Callable[..., KnowledgeSearch]) -> None:
    search = open_it()
    answer = search.answer("家里突然停水怎么办", section=WHOLE)
    assert answer.part is not None and (answer.part.heading, answer.part.text) == (WHOLE, "先看通知。")


@pytest.mark.parametrize("status", [Status.DRAFT, Status.REVIEWED, Status.WITHDRAWN])
def test_only_published_articles_answer(
    engine: Engine, open_it: Callable[..., KnowledgeSearch], status: Status
) -> None:
    KnowledgeStore(engine).put(replace(ARTICLES[2], status=status), "test")
    assert all(hit.id != "water" for hit in open_it().search("家里突然停水怎么办", 5))


def test_an_article_answers_only_while_it_is_in_force(
    engine: Engine, open_it: Callable[..., KnowledgeSearch]
) -> None:
    """The last day still counts; the day after does not, without any re-indexing."""
    limited = replace(ARTICLES[2], effective_from=date(2026, 1, 1), effective_to=TODAY)
    KnowledgeStore(engine).put(limited, "test")
    for day, expected in [
        (date(2025, 12, 31), False),
        (date(2026, 1, 1), True),
        (TODAY, True),
        (date(2026, 11, 23), False),
    ]:
        hits = open_it(today=day).search("家里突然停水怎么办", 5)
        assert ("water" in [hit.id for hit in hits]) is expected, day


def test_a_change_is_found_without_a_restart(engine: Engine, open_it: Callable[..., KnowledgeSearch]) -> None:
    search = open_it()
    assert search.search("共享单车乱停放", 1) == [] or search.search("共享单车乱停放", 1)[0].id != "bike"
    KnowledgeStore(engine).put(Article(id="bike", title="共享单车乱停放怎么反映", body="拍照。"), "ops")
    assert search.search("共享单车乱停放", 1)[0].id == "bike"


def test_vectors_are_computed_once_and_kept(engine: Engine, open_it: Callable[..., KnowledgeSearch]) -> None:
    """A restart or an edit of one article must not embed a hundred thousand texts again."""
    first = CountingEmbedder()
    open_it(first).search("停水", 1)
    assert first.embedded
    KnowledgeStore(engine).put(Article(id="bike", title="共享单车", body="拍照。"), "ops")
    second = CountingEmbedder()
    open_it(second).refresh()
    assert set(second.embedded) == {"共享单车", "共享单车 拍照"}


def test_the_fake_embedder_keeps_the_contract_of_the_real_one(engine: Engine) -> None:
    """Shape, type and length of vectors, for the fake and for the packaged model."""
    real = open_embedder()
    assert real is not None
    for embedder in (CountingEmbedder(), real):
        vectors = embedder.embed(["公积金怎么提取", "停水了"])
        assert vectors.shape == (2, embedder.dimensions) and vectors.dtype == np.float32
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
        assert embedder.embed([]).shape == (0, embedder.dimensions)
    assert np.allclose(embed_cached(engine, real, ["停水了"]), real.embed(["停水了"]), atol=1e-2)


def test_accents_fold_to_the_same_sound() -> None:
    assert sound("诗") == sound("司")
    assert sound("英") == sound("音")
    assert sound("牛") == sound("流")


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("攻击金怎么提取", "公积金怎么提取"),
        ("社宝卡丢了", "社保卡丢了"),
        ("公积金怎么提取", "公积金怎么提取"),
        ("我家楼下太吵", "我家楼下太吵"),
        ("", ""),
    ],
)
def test_misheard_words_of_the_lexicon_are_put_right(analyzer: Analyzer, heard: str, meant: str) -> None:
    assert analyzer.repair(heard) == meant


def test_the_questions_of_one_turn_are_searched_once_until_articles_change(
    open_it: Callable[..., KnowledgeSearch], engine: Engine
) -> None:
    embedder = CountingEmbedder()
    search = open_it(embedder)
    search.answer("家里没水了怎么办")
    asked = len(embedder.embedded)
    search.answer("家里没水了怎么办")
    assert len(embedder.embedded) == asked
    KnowledgeStore(engine).put_all([replace(ARTICLES[2], title="家里停水没水了怎么办")], "test")
    assert search.search("家里没水了怎么办", 1)[0].title == "家里停水没水了怎么办"
