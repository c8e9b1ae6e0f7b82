"""`minsheng emotion`: the emotion the bot hears in a text or in each line of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import orjson
import typer

from cli.commands.parsing import parse, read_lines
from desk.settings import load_settings


def emotion(
    text: Annotated[str | None, typer.Argument(help="One text in quotes")] = None,
    file: Annotated[Path | None, typer.Option(help="UTF-8 file, one text a line")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """Label (angry, sad, anxious, neutral, happy) and score (0 to 1) of each text."""
    for parsed in parse(read_lines(text, file), load_settings()):
        found = parsed["emotion"] or {"label": "neutral", "score": 0.0}
        if as_json:
            answer = {
                "text": parsed["text"],
                "label": found["label"],
                "score": round(float(found["score"]), 4),
            }
            typer.echo(orjson.dumps(answer).decode())
        else:
            typer.echo(f"{found['label']:8} {found['score']:.2f}  {parsed['text']}")
