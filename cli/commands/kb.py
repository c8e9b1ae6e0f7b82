"""`minsheng kb`: import, list, search and check knowledge articles."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from cli.commands.database import opened
from cli.commands.errors import CommandError
from cli.commands.parsing import read_lines
from desk.knowledge import KnowledgeSearch, KnowledgeStore, Status, open_search
from desk.knowledge.article import STATUS_LABELS
from desk.knowledge.errors import ImportRefused, KnowledgeError
from desk.knowledge.importer import read_articles
from desk.seats import KnowledgeFeedback
from desk.settings import ROOT, Settings, load_settings

app = typer.Typer(no_args_is_help=True)
# More problems than this help nobody; the count says how many there are.
SHOWN_PROBLEMS = 50
Collection = Annotated[
    str, typer.Option("--in", help="Collection; main is the one citizens are answered from")
]


@contextmanager
def _database() -> Iterator[tuple[Settings, Engine]]:
    """Raises CommandError: the database cannot be reached, now or on the way."""
    settings = load_settings()
    try:
        with opened(settings, migrated=True) as engine:
            yield settings, engine
    except SQLAlchemyError as error:
        raise CommandError("the database is locked or gone; try again in a moment") from error


@app.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help=".xlsx, .csv, .jsonl, .md or a folder of .md")],
    into: Annotated[str, typer.Option(help="Collection; a test set gets a name of its own")] = "main",
    by: Annotated[str, typer.Option(help="Who imports; kept with each version")] = "cli",
    replace: Annotated[bool, typer.Option(help="Empty the collection first (not main)")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object")] = False,
) -> None:
    """Import articles: all rows or, with one wrong row, none. Builds the search index at once."""
    started = time.monotonic()
    try:
        articles = read_articles(file, for_citizens=into == "main")
        with _database() as (settings, engine):
            store = KnowledgeStore(engine, into)
            if replace:
                store.drop()
            changed = store.put_all(articles, by)
            search = open_search(settings, into, engine)
            with Console(stderr=True).status(f"indexing {len(articles)} articles"):
                search.refresh()
    except ImportRefused as error:
        if as_json:
            typer.echo(orjson.dumps({"imported": 0, "problems": [str(p) for p in error.problems]}).decode())
        else:
            for problem in error.problems[:SHOWN_PROBLEMS]:
                typer.echo(str(problem), err=True)
        raise CommandError(f"{file}: {error}") from None
    except KnowledgeError as error:
        raise CommandError(str(error)) from None
    seconds = round(time.monotonic() - started, 1)
    if as_json:
        typer.echo(
            orjson.dumps(
                {"read": len(articles), "changed": changed, "into": into, "took_s": seconds}
            ).decode()
        )
    else:
        typer.echo(f"{len(articles)} articles read, {changed} new or changed, into {into!r} ({seconds} s)")


@app.command("list")
def list_command(
    collection: Collection = "main",
    status: Annotated[Status | None, typer.Option(help="Only this status")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """List articles with status, department and validity."""
    with _database() as (_, engine):
        articles = KnowledgeStore(engine, collection).all(status)
    if as_json:
        for article in articles:
            typer.echo(orjson.dumps(article.to_dict()).decode())
        return
    table = Table("id", "title", "status", "department", "valid to", box=None, padding=(0, 2))
    for a in articles:
        table.add_row(a.id, a.title, STATUS_LABELS[a.status], a.department, str(a.effective_to or ""))
    Console(highlight=False).print(table)
    typer.echo(f"{len(articles)} articles")


@app.command("search")
def search_command(
    text: Annotated[str | None, typer.Argument(help="One question in quotes")] = None,
    collection: Collection = "main",
    file: Annotated[Path | None, typer.Option(help="UTF-8 file, one question a line")] = None,
    top: Annotated[int, typer.Option(min=1, max=50, help="How many articles")] = 3,
    embedding: Annotated[bool, typer.Option(help="Use sentence vectors")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """Search as the bot does; shows score and time."""
    queries = read_lines(text, file)
    console = Console(highlight=False)
    with _database() as (settings, engine):
        if KnowledgeStore(engine, collection).revision() == 0:
            raise CommandError(
                f"no collection {collection!r}; import one with 'minsheng kb import FILE --into {collection}'"
            )
        search = open_search(settings, collection, engine, embedding=embedding)
        search.refresh()
        for query in queries:
            _search_one(search, query, top, console, as_json)


def _search_one(search: KnowledgeSearch, query: str, top: int, console: Console, as_json: bool) -> None:
    started = time.perf_counter()
    hits = search.search(query, top)
    took_ms = round((time.perf_counter() - started) * 1000, 2)
    if as_json:
        found = [{"id": hit.id, "title": hit.title, "score": hit.score} for hit in hits]
        typer.echo(orjson.dumps({"query": query, "hits": found, "took_ms": took_ms}).decode())
        return
    console.print(f"[bold]{query}[/]  ({took_ms:.1f} ms)")
    for hit in hits:
        console.print(f"  {hit.score:.2f}  {hit.title}  [dim]{hit.id}[/]")


@app.command("feedback")
def feedback_command(
    article: Annotated[str | None, typer.Argument(help="One article: its verdicts with comments")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most this many")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """What seats think of the articles that the console showed them; most thumbs down first."""
    with _database() as (settings, engine):
        feedback, zone = KnowledgeFeedback(engine), ZoneInfo(settings.timezone)
        if article is None:
            lines = [asdict(verdicts) for verdicts in feedback.worst(limit)]
        else:
            lines = [
                {
                    "at": one.at.astimezone(zone).isoformat(timespec="seconds"),
                    "verdict": one.verdict.value,
                    "comment": one.comment,
                    "conversation": one.conversation_id,
                }
                for one in feedback.of_article(article, limit)
            ]
    if as_json:
        for line in lines:
            typer.echo(orjson.dumps(line).decode())
        return
    table = Table(*(lines[0] if lines else ("no verdicts",)), box=None, padding=(0, 2))
    for line in lines:
        table.add_row(*(escape(str(value)) for value in line.values()))
    Console(highlight=False).print(table)


@app.command("check")
def check_command(
    folder: Annotated[Path, typer.Argument(help="Folder of .md articles")] = ROOT / "data" / "knowledge",
) -> None:
    """Check the articles of a folder: format, missing parts, questions used twice, articles that have expired."""
    try:
        articles = read_articles(folder)
    except ImportRefused as error:
        for problem in error.problems[:SHOWN_PROBLEMS]:
            typer.echo(str(problem), err=True)
        raise CommandError(f"{folder}: {error}") from None
    today = datetime.now(ZoneInfo(load_settings().timezone)).date()
    warnings = []
    owners: dict[str, str] = {}
    for article in articles:
        for name in ("department", "source", "voice", "body"):
            if not getattr(article, name):
                warnings.append(f"{article.id}: {name} is empty")
        if len(article.questions) < 3:
            warnings.append(
                f"{article.id}: only {len(article.questions)} questions; citizens ask in many ways"
            )
        if article.effective_to and article.effective_to < today:
            warnings.append(f"{article.id}: not in force since {article.effective_to}; it is never answered")
        for question in (article.title, *article.questions):
            if owners.setdefault(question, article.id) != article.id:
                warnings.append(f"{article.id}: question also in {owners[question]}: {question}")
    for warning in warnings:
        typer.echo(warning)
    counts = Counter(article.department or "-" for article in articles)
    typer.echo(f"{len(articles)} articles of {len(counts)} departments, {len(warnings)} warnings")
