"""Imports: every row is checked, every problem is named, nothing is half imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk.knowledge.article import Article
from desk.knowledge.errors import ImportRefused
from desk.knowledge.importer import read_articles
from desk.settings import ROOT


def problems(path: Path) -> list[str]:
    with pytest.raises(ImportRefused) as refused:
        read_articles(path)
    return [str(problem) for problem in refused.value.problems]


def test_markdown_with_front_matter(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text(
        "---\nid: gas\ntitle: 燃气怎么开通\nquestions:\n  - 开通燃气找谁\neffective_from: 2025-01-01\n---\n打电话。\n",
        encoding="utf-8",
    )
    [article] = read_articles(file)
    assert (article.id, article.questions, article.body) == ("gas", ("开通燃气找谁",), "打电话。")


def test_jsonl_uses_answer_as_body(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"id":"1","title":"停水","questions":["没水了"],"answer":"等。"}\n\n', encoding="utf-8")
    assert read_articles(file) == [Article(id="1", title="停水", questions=("没水了",), body="等。")]


def test_csv_saved_by_excel(tmp_path: Path) -> None:
    """With a byte-order mark, and lists split at the bar."""
    file = tmp_path / "a.csv"
    file.write_text("\ufeffid,title,questions,answer\n1,停水,没水了|水停了,等。\n", encoding="utf-8")
    assert read_articles(file)[0].questions == ("没水了", "水停了")


def test_every_wrong_row_is_named(tmp_path: Path) -> None:
    """One pass shows an editor everything there is to mend."""
    file = tmp_path / "a.jsonl"
    file.write_text(
        '{"id":"1","title":"好的"}\n'
        "not json\n"
        '{"id":"2"}\n'
        '{"id":"1","title":"重复"}\n'
        '{"id":"3","title":"日期","effective_to":"明年"}\n'
        '{"id":"4","title":"状态","status":"live"}\n',
        encoding="utf-8",
    )
    found = problems(file)
    assert [p.split(":")[0] for p in found] == [f"a.jsonl row {n}" for n in (2, 3, 4, 5, 6)]
    assert "title is missing" in found[1]
    assert "already used by a.jsonl row 1" in found[2]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", b"x", "only .md, .csv, .jsonl"),
        ("a.jsonl", "公积金怎么提取".encode("gbk"), "not UTF-8"),
        ("a.md", b"just text", "no front matter"),
        ("a.md", b"---\nid: [\n---\nx", "not valid YAML"),
        ("a.csv", b"name\nx\n", "header lacks id, title"),
        ("a.csv", b"id,title\n1,a,b,c\n", "more cells than the header"),
        ("a.jsonl", b"", "no article found"),
    ],
)
def test_unreadable_files_say_why(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    assert any(expected in problem for problem in problems(file))


def test_the_shipped_articles_are_sound() -> None:
    """At least 150 articles; each can be found, spoken and traced to its source."""
    articles = read_articles(ROOT / "data" / "knowledge")
    assert len(articles) >= 150
    for article in articles:
        assert len(article.questions) >= 3, article.id
        assert article.department and article.source and article.body, article.id
        assert 20 <= len(article.voice) <= 200, article.id
