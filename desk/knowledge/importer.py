"""Reads articles from Markdown, CSV, workbooks and JSONL. Checks every row first: one wrong row, and nothing is
stored."""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from desk.knowledge.article import COLUMNS, Article, Status, article_from_dict
from desk.knowledge.errors import ArticleError, ImportRefused, RowProblem
from desk.knowledge.table_files import NotATable, rows_of, text_of
from desk.store.storable import storable, storable_json

WORDINGS_FILE = "wordings.tsv"
WORDINGS_COLUMNS = ("article", "section", "question")
FILE_MAX_BYTES = 512 * 1024 * 1024


def read_articles(path: Path, *, for_citizens: bool = False) -> list[Article]:
    """All articles of a .md, .csv, .xlsx or .jsonl file, or of every .md below a folder, with the wordings of every
    wordings.tsv beside them. `for_citizens`: what is published must have an answer to tell.

    Raises:
        ImportRefused: with one problem per wrong row, duplicate id or unreadable file.
    """
    problems: list[RowProblem] = []
    articles: dict[str, Article] = {}
    seen_at: dict[str, str] = {}
    for source, row, data in _rows(path, problems):
        where = f"{source} row {row}" if row is not None else source
        try:
            article = article_from_dict(storable_json(data))
        except ArticleError as error:
            problems += [RowProblem(source, row, text) for text in error.problems]
            continue
        if article.id in articles:
            problems.append(
                RowProblem(source, row, f"id {article.id!r} was already used by {seen_at[article.id]}")
            )
            continue
        if for_citizens and article.status is Status.PUBLISHED and not (article.voice or article.body):
            problems.append(
                RowProblem(source, row, "has no answer: fill voice or body, or set status to draft")
            )
            continue
        articles[article.id], seen_at[article.id] = article, where
    if path.is_dir():
        for article_id, wordings in read_wordings(path, set(articles), problems).items():
            known = articles[article_id]
            articles[article_id] = replace(known, wordings=(*known.wordings, *wordings))
    if not articles and not problems:
        problems.append(RowProblem(str(path), None, "no article found"))
    if problems:
        raise ImportRefused(problems)
    return list(articles.values())


def read_wordings(
    folder: Path, known: Collection[str], problems: list[RowProblem]
) -> dict[str, tuple[str, ...]]:
    """What citizens say when an article is meant, by the article's id, from every wordings.tsv below the folder (header
    `article`, `section`, `question`; `known` are the ids that exist). What is wrong goes into `problems`."""
    found: dict[str, list[str]] = {}
    owners: dict[str, str] = {}
    for file in sorted(folder.rglob(WORDINGS_FILE)):
        name = str(file.relative_to(folder))
        text = _text(_content(file, name, problems), name, problems)
        if text is None:
            continue
        number = 1
        try:
            columns, rows = rows_of(text)
            if columns != list(WORDINGS_COLUMNS):
                wanted = f"the header must be {', '.join(WORDINGS_COLUMNS)}, split by tabs"
                problems.append(RowProblem(name, number, wanted))
                continue
            for number, cells in rows:
                article, _, question = (cell.strip() for cell in (*cells, "", "")[:3])
                if not question:
                    wanted = "needs an article, a section (or nothing) and a question"
                    problems.append(RowProblem(name, number, wanted))
                elif article not in known:
                    problems.append(RowProblem(name, number, f"there is no article {article!r}"))
                elif owners.setdefault(question, article) != article:
                    problems.append(
                        RowProblem(name, number, f"the same words stand for {owners[question]!r}")
                    )
                else:
                    found.setdefault(article, []).append(question)
        except csv.Error as error:
            problems.append(RowProblem(name, number + 1, f"is not valid: {error}"))
    return {article: tuple(dict.fromkeys(questions)) for article, questions in found.items()}


def _rows(path: Path, problems: list[RowProblem]) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    if path.is_dir():
        for file in sorted(path.rglob("*.md")):
            yield from _markdown(file, str(file.relative_to(path)), problems)
        return
    # The content tells what a table is: .xls may be HTML or a readable CSV, and .csv a workbook.
    tables = dict.fromkeys((".csv", ".tsv", ".xls", ".xlsx", ".xlsm", ".et"), _table)
    readers = {".md": _markdown, ".jsonl": _jsonl, **tables}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        problems.append(
            RowProblem(
                path.name,
                None,
                "only .md, .csv, .tsv, .xlsx, .jsonl files or a folder of .md can be imported",
            )
        )
        return
    yield from reader(path, path.name, problems)


def _content(path: Path, name: str, problems: list[RowProblem]) -> bytes | None:
    try:
        if path.stat().st_size > FILE_MAX_BYTES:
            problems.append(RowProblem(name, None, f"larger than {FILE_MAX_BYTES // 1024**2} MB; split it"))
            return None
        return path.read_bytes()
    except OSError as error:
        problems.append(RowProblem(name, None, f"cannot be read: {error.strerror}"))
    return None


def _text(content: bytes | None, name: str, problems: list[RowProblem]) -> str | None:
    if content is None:
        return None
    try:
        return storable(text_of(content))
    except NotATable as error:
        problems.append(RowProblem(name, None, str(error)))
    return None


def _markdown(
    path: Path, name: str, problems: list[RowProblem]
) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    text = _text(_content(path, name, problems), name, problems)
    if text is None:
        return
    try:
        post = frontmatter.loads(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 2})" if mark else ""
        problems.append(
            RowProblem(
                name, None, f"front matter is not valid YAML{line}: {getattr(error, 'problem', error)}"
            )
        )
        return
    if not post.metadata:
        problems.append(RowProblem(name, None, "has no front matter (the part between two --- lines)"))
        return
    yield name, None, {**post.metadata, "body": post.content}


def _table(
    path: Path, name: str, problems: list[RowProblem]
) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    # Imported here: only the import of a workbook waits for its reader to load.
    from desk.knowledge.workbooks import is_workbook

    content = _content(path, name, problems)
    if content is not None and is_workbook(content):
        yield from _workbook(content, name, problems)
    else:
        yield from _csv(content, name, problems)


def _workbook(
    content: bytes, name: str, problems: list[RowProblem]
) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    from desk.knowledge.workbooks import sheets_of

    try:
        sheets = sheets_of(content)
    except NotATable as error:
        problems.append(RowProblem(name, None, str(error)))
        return
    for sheet in sheets:
        source = name if len(sheets) == 1 else f"{name} [{sheet.name}]"
        wrong = _wrong_columns(sheet.columns)
        if wrong:
            other = "; hide or delete the sheet if it holds no articles" if len(sheets) > 1 else ""
            problems.append(RowProblem(source, sheet.header_row, wrong + other))
            continue
        problems += [RowProblem(source, row, text) for row, text in sheet.problems]
        yield from _articles(source, sheet.columns, sheet.rows, problems)


def _articles(
    source: str, columns: list[str], rows: Iterable[tuple[int, list[str]]], problems: list[RowProblem]
) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    for number, cells in rows:
        if len(cells) > len(columns):
            problems.append(RowProblem(source, number, "has more cells than the header"))
            continue
        named = zip(columns, cells, strict=False)
        yield source, number, {column: cell for column, cell in named if column}


def _csv(
    content: bytes | None, name: str, problems: list[RowProblem]
) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    text = _text(content, name, problems)
    if text is None:
        return
    number = 1
    try:
        columns, rows = rows_of(text)
        wrong = _wrong_columns(columns)
        if wrong:
            problems.append(RowProblem(name, 1, wrong))
            return
        for row in rows:
            number = row[0]
            yield from _articles(name, columns, [row], problems)
    except csv.Error as error:
        problems.append(RowProblem(name, number + 1, f"is not valid CSV: {error}"))


def _wrong_columns(columns: list[str]) -> str:
    """What is wrong with the header of a table, "" for nothing. An unknown column is an error: its content would be
    lost."""
    missing = {"id", "title"} - set(columns)
    if missing:
        return f"the header lacks {', '.join(sorted(missing))}"
    unknown = [column for column in columns if column and column not in COLUMNS]
    if unknown:
        return f"unknown column {', '.join(map(repr, unknown))}; there are {', '.join(COLUMNS)}"
    twice = sorted({column for column in columns if column and columns.count(column) > 1})
    return f"column {', '.join(twice)} stands twice" if twice else ""


def _jsonl(
    path: Path, name: str, problems: list[RowProblem]
) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    text = _text(_content(path, name, problems), name, problems)
    if text is None:
        return
    # Not splitlines(): it would also split at separators that may stand inside a JSON string.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except json.JSONDecodeError as error:
            problems.append(RowProblem(name, number, f"is not JSON: {error.msg} at column {error.colno}"))
            continue
        if not isinstance(data, dict):
            problems.append(RowProblem(name, number, "must be a JSON object"))
            continue
        yield name, number, data
