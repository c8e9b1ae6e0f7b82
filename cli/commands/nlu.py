"""`minsheng nlu`: what the bot understands in a text, and how words of dialects are read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from cli.commands.errors import CommandError
from cli.commands.parsing import parse, read_lines
from desk.settings import load_settings
from language.dialects.normaliser import UnknownDialect, to_mandarin
from language.dialects.tables import AUTO, BadDialectTable

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """What the bot understands in a text."""


@app.command("parse")
def parse_command(
    text: Annotated[str | None, typer.Argument(help="One text in quotes")] = None,
    file: Annotated[Path | None, typer.Option(help="UTF-8 file, one text a line")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """Show intent, confidence and entities; asks the running Rasa, else loads the newest model."""
    for parsed in parse(read_lines(text, file), load_settings()):
        if as_json:
            answer = {key: parsed[key] for key in ("text", "intent", "entities")}
            typer.echo(orjson.dumps(answer).decode())
            continue
        console = Console(highlight=False)
        emotion = parsed["emotion"] or {}
        console.print(f"[bold]{parsed['text']}[/]")
        console.print(
            f"  intent   {parsed['intent']['name']}  ({parsed['intent']['confidence']:.2f})"
            f"   emotion {emotion.get('label', '-')} ({emotion.get('score', 0):.2f})"
        )
        if parsed["entities"]:
            table = Table("entity", "value", "start", "end", box=None, padding=(0, 2))
            for entity in parsed["entities"]:
                value = entity["value"]
                shown = value if isinstance(value, str) else orjson.dumps(value).decode()
                table.add_row(entity["entity"], shown, str(entity["start"]), str(entity["end"]))
            console.print(table)


@app.command("normalise")
def normalise_command(
    text: Annotated[str | None, typer.Argument(help="One text in quotes")] = None,
    file: Annotated[Path | None, typer.Option(help="UTF-8 file, one text a line")] = None,
    dialect: Annotated[
        str, typer.Option(help="Name of a table of language/dialects, mandarin, or auto: what the words tell")
    ] = AUTO,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """Put words of a dialect into Mandarin, as the understanding reads them.

    JSON: text, normalised, spans and dialects. A span is [start, end, start in text, end in text] (ends exclusive); the
    spans of a line cover all of `normalised`. `dialects` are those that the words told, or the one that was named.
    """
    for said in read_lines(text, file):
        try:
            read = to_mandarin(said, dialect)
        except (UnknownDialect, BadDialectTable) as error:
            raise CommandError(str(error)) from error
        if as_json:
            answer = {
                "text": said,
                "normalised": read.text,
                "spans": read.spans(),
                "dialects": read.dialects,
            }
            typer.echo(orjson.dumps(answer).decode())
        else:
            typer.echo(read.text)
