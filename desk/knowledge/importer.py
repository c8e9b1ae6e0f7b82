"""Reads articles from Markdown, CSV and JSONL. Every row is checked first; with one wrong row nothing is stored."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from desk.knowledge.article import COLUMNS, Article, article_from_dict
from desk.knowledge.errors import ArticleError, ImportRefused, RowProblem
from desk.knowledge.table_files import NotATable, rows_of, text_of
from desk.store.storable import storable, storable_json

FILE_MAX_BYTES = 512 * 1024 * 1024


def read_articles(path: Path) -> list[Article]:
    """All articles of a .md, .csv or .jsonl file, or of every .md below a folder.

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
        articles[article.id], seen_at[article.id] = article, where
    if not articles and not problems:
        problems.append(RowProblem(str(path), None, "no article found"))
    if problems:
        raise ImportRefused(problems)
    return list(articles.values())


def _rows(path: Path, problems: list[RowProblem]) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    if path.is_dir():
        for file in sorted(path.rglob("*.md")):
            yield from _markdown(file, str(file.relative_to(path)), problems)
        return
    # A workbook is refused by what it holds: .xls may be HTML, or a CSV that can be read.
    readers = {".md": _markdown, ".csv": _csv, ".jsonl": _jsonl, ".tsv": _csv, ".xls": _csv, ".xlsx": _csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        problems.append(
            RowProblem(
                path.name, None, "only .md, .csv, .tsv, .jsonl files or a folder of .md can be imported"
            )
        )
        return
    yield from reader(path, path.name, problems)


def _read(path: Path, name: str, problems: list[RowProblem]) -> str | None:
    try:
        if path.stat().st_size > FILE_MAX_BYTES:
            problems.append(RowProblem(name, None, f"larger than {FILE_MAX_BYTES // 1024**2} MB; split it"))
            return None
        return storable(text_of(path.read_bytes()))
    except OSError as error:
        problems.append(RowProblem(name, None, f"cannot be read: {error.strerror}"))
    except NotATable as error:
        problems.append(RowProblem(name, None, str(error)))
    return None


def _markdown(
    path: Path, name: str, problems: list[RowProblem]
) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    text = _read(path, name, problems)
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


def _csv(
    path: Path, name: str, problems: list[RowProblem]
) -> Iterator[tuple[str, int | None, dict[str, Any]]]:
    text = _read(path, name, problems)
    if text is None:
        return
    number = 1
    try:
        columns, rows = rows_of(text)
        wrong = _wrong_columns(columns)
        if wrong:
            problems.append(RowProblem(name, 1, wrong))
            return
        for number, cells in rows:
            if len(cells) > len(columns):
                problems.append(RowProblem(name, number, "has more cells than the header"))
                continue
            yield name, number, {column: cell for column, cell in zip(columns, cells, strict=False) if column}
    except csv.Error as error:
        problems.append(RowProblem(name, number + 1, f"is not valid CSV: {error}"))


def _wrong_columns(columns: list[str]) -> str:
    """What is wrong with the header of a table, "" for nothing. A column that nobody reads would be an answer lost."""
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
    text = _read(path, name, problems)
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
