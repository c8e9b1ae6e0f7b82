from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from cli.commands import kb
from cli.commands.errors import CommandError
from desk.seats import Accounts, KnowledgeFeedback, Verdict
from desk.store import migrate
from desk.store.engine import open_engine
from tests.desk.seats.conftest import add_user, cheap_hasher

ARTICLE = '{"id": "a1", "title": "居住证怎么办", "voice": "带身份证", "body": "带身份证到街道办理。", "questions": ["办居住证"]}'


def run(*arguments: str) -> Result:
    return CliRunner().invoke(kb.app, arguments)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text(ARTICLE, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [("list",), ("search", "居住证"), ("import", "{file}")])
def test_a_database_out_of_reach_is_one_line(
    command: tuple[str, ...], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINSHENG_DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    result = run(*(part.format(file=file) for part in command))
    assert isinstance(result.exception, CommandError)
    assert "cannot be opened" in str(result.exception) and "\n" not in str(result.exception)


def test_a_database_of_a_newer_version_is_one_line(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINSHENG_DATABASE_URL", database_url)
    engine = open_engine(database_url)
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    result = run("list")
    assert isinstance(result.exception, CommandError) and "9999" in str(result.exception)


def test_an_empty_database_gets_its_tables(
    database_url: str, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINSHENG_DATABASE_URL", database_url)
    monkeypatch.setenv("MINSHENG_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("MINSHENG_KNOWLEDGE_EMBEDDING", "false")
    unknown = run("search", "居住证", "--in", "none")
    assert isinstance(unknown.exception, CommandError) and "no collection" in str(unknown.exception)
    imported = run("import", str(file))
    assert imported.exit_code == 0, imported.exception
    assert "居住证怎么办" in run("list").stdout
    assert "居住证怎么办" in run("search", "居住证").stdout


@pytest.mark.parametrize("other_id", ["b1", "a1"])
def test_a_replaced_collection_is_searched_with_its_new_articles(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, other_id: str
) -> None:
    """Counting from 1 again, the search would open the index of the articles that are gone."""
    monkeypatch.setenv("MINSHENG_DATABASE_URL", database_url)
    monkeypatch.setenv("MINSHENG_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("MINSHENG_KNOWLEDGE_EMBEDDING", "false")
    for one, title in (("a1", "停水了找谁"), (other_id, "居住证怎么办")):
        file = tmp_path / "articles.csv"
        file.write_text(f"id,title,answer\n{one},{title},请拨打热线。\n", encoding="gbk")
        imported = run("import", str(file), "--into", "x", "--replace")
        assert imported.exit_code == 0, imported.exception
        found = run("search", title, "--in", "x", "--json")
        assert found.exit_code == 0, found.exception
        assert [hit["title"] for hit in json.loads(found.stdout)["hits"]] == [title]


def test_verdicts_of_seats_are_shown_worst_first(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINSHENG_DATABASE_URL", database_url)
    engine = open_engine(database_url)
    migrate.upgrade(engine)
    wang = add_user(Accounts(engine, hasher=cheap_hasher()), "wang", badge="1024")
    feedback = KnowledgeFeedback(engine)
    feedback.add(wang.id, "a1", "c1", Verdict.DOWN, comment="标准已经调整[旧]")
    feedback.add(wang.id, "a1", "c2", Verdict.DOWN)
    feedback.add(wang.id, "a2", "c2", Verdict.DOWN)
    engine.dispose()
    lines = [json.loads(line) for line in run("feedback", "--json").stdout.splitlines()]
    assert lines == [{"article_id": "a1", "up": 0, "down": 2}, {"article_id": "a2", "up": 0, "down": 1}]
    assert "标准已经调整[旧]" in run("feedback", "a1").stdout
    assert "no verdicts" in run("feedback", "a3").stdout
