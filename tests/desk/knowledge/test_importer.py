"""Imports: every row is checked, every problem is named, nothing is half imported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from desk.knowledge.article import Article, article_from_dict
from desk.knowledge.errors import ImportRefused
from desk.knowledge.importer import read_articles
from desk.knowledge.search import unit_texts
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
        ("a.txt", b"x", "only .md, .csv, .tsv, .xlsx, .jsonl"),
        ("a.csv", b"PK\x03\x04rest of a workbook", "a broken workbook"),
        ("a.xlsx", b"PK\x03\x04rest of a workbook", "save it as .xlsx"),
        ("a.xls", b"\xd0\xcf\x11\xe0rest", "is an old workbook"),
        ("a.xls", b"<html><table><tr><td>id</td></tr></table>", "is a web page (HTML) under another name"),
        ("a.csv", b"id,title\n\x81", "neither UTF-8"),
        ("a.csv", "id,title,text\n1,停水,等。\n".encode(), "unknown column 'text'"),
        ("a.jsonl", '{"id": "1", "title": "停水", "text": "等。"}\n'.encode(), "unknown 'text'"),
        ("a.md", "---\nid: 1\ntitle: 停水\nreply: 等。\n---\n等。\n".encode(), "unknown 'reply'"),
        ("a.csv", "id,title,title\n1,停水,等。\n".encode(), "title stands twice"),
        ("a.csv", "id,title\n1,停水\n".encode("utf-16-le"), "UTF-16 without its byte-order mark"),
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


def test_citizens_get_no_article_without_an_answer(tmp_path: Path) -> None:
    """Nobody could be told anything by it; a draft may wait for its answer, and a test set of questions needs none."""
    file = tmp_path / "a.csv"
    file.write_text("id,title,status\n1,停水,\n2,停电,draft\n", encoding="utf-8")
    with pytest.raises(ImportRefused) as refused:
        read_articles(file, for_citizens=True)
    [problem] = refused.value.problems
    assert problem.row == 2 and "has no answer" in str(problem)
    assert [article.id for article in read_articles(file)] == ["1", "2"]


def test_the_shipped_articles_are_sound() -> None:
    """At least 150 articles; each can be found, spoken and traced to its source."""
    articles = read_articles(ROOT / "data" / "knowledge")
    assert len(articles) >= 150
    for article in articles:
        assert len(article.questions) >= 3, article.id
        assert article.department and article.source and article.body, article.id
        assert 20 <= len(article.voice) <= 200, article.id


TABLE = "id,title,answer,effective_from,effective_to\n001,停水找谁,打水务热线。,2026/1/1,2026年12月31日\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", TABLE.encode("gbk")),
        ("a.csv", TABLE.encode("gb18030")),
        ("a.csv", b"\xef\xbb\xbf" + TABLE.encode()),
        ("a.csv", b"\xef\xbb\xbf\xef\xbb\xbf" + TABLE.encode()),
        ("a.csv", TABLE.encode("utf-16")),
        ("a.csv", TABLE.replace("\n", "\r\n").encode("gbk")),
        ("a.tsv", TABLE.replace(",", "\t").encode("utf-16")),
        ("a.xls", TABLE.replace(",", "\t").encode("gbk")),
        ("a.csv", TABLE.replace(",", ";").encode()),
        ("a.csv", TABLE.replace("id,title", " id , title").encode()),
        ("a.csv", b"\xef\xbb\xbf\xef\xbb\xbf" + TABLE.replace("id,title", 'id," title"').encode()),
        ("a.csv", TABLE.replace("id,title", '"id", "title"').encode()),
        ("a.csv", TABLE.replace("id,title", "ID,Ｔitle").encode()),
        ("a.csv", ("sep=;\r\n" + TABLE.replace(",", ";")).encode()),
        # Columns that once held something.
        ("a.csv", TABLE.replace("\n", ",,,\n").encode()),
        ("a.csv", (TABLE + ",,,,\n,,,,\n").encode()),
    ],
)
def test_tables_as_excel_and_wps_write_them(tmp_path: Path, name: str, content: bytes) -> None:
    """Whatever the characters, the marks and the separators: an id keeps its zeros, a date is a date."""
    file = tmp_path / name
    file.write_bytes(content)
    [article] = read_articles(file)
    assert (article.id, article.title, article.body) == ("001", "停水找谁", "打水务热线。")
    assert (article.effective_from, article.effective_to) == (date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize("day", ["2026/13/1", "2026/2/30", "46023", "1/1/2026"])
def test_what_is_no_day_for_sure_is_refused(tmp_path: Path, day: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"id,title,effective_to\n1,停水,{day}\n", encoding="utf-8")
    assert any("effective_to must be a date" in problem for problem in problems(file))


def _folder(tmp_path: Path, wordings: str) -> Path:
    (tmp_path / "gas").mkdir()
    (tmp_path / "gas" / "gas.md").write_text(
        "---\nid: gas\ntitle: 燃气开户\nquestions:\n  - 开通燃气找谁\n---\n\n## 找谁\n\n打电话。\n",
        encoding="utf-8",
    )
    (tmp_path / "gas" / "wordings.tsv").write_text(wordings, encoding="utf-8")
    return tmp_path


def test_wordings_beside_the_articles_are_found_by_and_not_listed(tmp_path: Path) -> None:
    folder = _folder(
        tmp_path, "article\tsection\tquestion\ngas\t找谁\t新房子拿了钥匙,灶头没气\ngas\t\t咋开气\n"
    )
    (article,) = read_articles(folder)
    assert article.questions == ("开通燃气找谁",)
    assert article.wordings == ("新房子拿了钥匙,灶头没气", "咋开气")
    assert set(article.wordings) < set(unit_texts(article))
    assert article_from_dict(article.to_dict()) == article


@pytest.mark.parametrize(
    ("wordings", "says"),
    [
        ("article\tquestion\ngas\t咋开气\n", "header"),
        ("article\tsection\tquestion\nwater\t\t没水\n", "no article 'water'"),
        ("article\tsection\tquestion\ngas\t\t\n", "a question"),
    ],
)
def test_wrong_wordings_are_refused_with_their_line(tmp_path: Path, wordings: str, says: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read_articles(_folder(tmp_path, wordings))
    assert says in str(refused.value.problems[0])


def test_an_article_without_wordings_keeps_its_hash() -> None:
    plain = Article(id="gas", title="燃气开户")
    assert "wordings" not in plain.to_dict()
    assert replace(plain, wordings=("咋开气",)).content_hash() != plain.content_hash()
