"""`minsheng nlu parse`: intents, entities and emotion of a text or of each line of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from desk.settings import load_settings
from gateway.commands.parsing import parse, read_lines

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
