"""Parse lines of text with the newest trained model, without a server.

    bot/.venv/bin/python -m bot.parse --model models/ --file texts.txt --json

One JSON line per input line: {"text", "intent": {"name", "confidence"}, "entities": [{"entity", "value", "start",
"end"}], "emotion": {"label", "score"}, "reading": {"acts", "spans", "danger", "danger_kind"}}. With --asked each line
is `expecting<TAB>text`: the message is read as the answer to that question (language/annotated.py); with --dialect as
one of that dialect (language/dialects). Standard output carries nothing else; everything Rasa has to say
goes to standard error. Exit code 0, or 2 with one line when there is no model or no file.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from bot.light import leave_tensorflow_out
from language.dialects.normaliser import UnknownDialect, to_mandarin
from language.dialects.tables import AUTO, BadDialectTable

if TYPE_CHECKING:
    from rasa.core.agent import Agent


class ParseError(Exception):
    """Something the person at the keyboard can put right; the message is one line."""


def newest_model(place: Path) -> Path:
    """`place` itself if it is a file, else the newest `*.tar.gz` in it. Raises ParseError when there is none."""
    if place.is_file():
        return place
    models = sorted(place.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime)
    if not models:
        raise ParseError(f"no trained model in {place}: run `make train` first")
    return models[-1]


def load_agent(place: Path) -> Agent:
    """Loads the newest model of `place`; takes seconds. Run from the repository root."""
    model = newest_model(place)
    _quieten()
    leave_tensorflow_out()
    from rasa.core.agent import Agent

    return Agent.load(model_path=str(model))


def parse_lines(
    agent: Agent, lines: Iterable[str], asked: bool = False, dialect: str = AUTO
) -> Iterable[dict[str, Any]]:
    """One result a line, in order, lazily. An empty line is parsed as no intent and no entities."""
    from rasa.core.channels.channel import UserMessage

    if agent.processor is None:
        raise ParseError("the model holds no pipeline: run `make train`")
    loop = asyncio.new_event_loop()
    try:
        for line in lines:
            question, _, text = (
                line.rstrip("\r\n").rpartition("\t") if asked else ("", "", line.rstrip("\r\n"))
            )
            # A leading slash would be taken for an intent by name; a citizen never means that.
            metadata = {"dialect": dialect, **({"expecting": question} if asked else {})}
            message = UserMessage(text.lstrip("/"), metadata=metadata)
            parsed = (
                loop.run_until_complete(agent.processor.parse_message(message)) if text.strip(" /") else {}
            )
            yield result(text, parsed, shift=len(text) - len(text.lstrip("/")))
    finally:
        loop.close()


def result(text: str, parsed: dict[str, Any], shift: int = 0) -> dict[str, Any]:
    """The part of Rasa's answer that we promise. `shift` is added to each offset."""
    intent = parsed.get("intent") or {}
    return {
        "text": text,
        "intent": {"name": intent.get("name"), "confidence": round(float(intent.get("confidence") or 0), 4)},
        "entities": [
            {
                "entity": entity["entity"],
                "value": entity["value"],
                "start": entity["start"] + shift,
                "end": entity["end"] + shift,
            }
            for entity in parsed.get("entities", [])
        ],
        "emotion": parsed.get("emotion"),
        "reading": parsed.get("reading"),
    }


def _quieten() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    # Rasa's structured log goes around the standard one until Rasa's own command line configures it, and tells each
    # message in clear.
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def _own_stdout() -> TextIO:
    """Returns a stream on the real standard output and points file descriptor 1 at standard error."""
    ours = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return ours


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m bot.parse", description="Parse texts with the newest model."
    )
    parser.add_argument("text", nargs="*", help="texts to parse, beside or instead of --file")
    parser.add_argument("--model", type=Path, default=Path("models"), help="model file or folder of models")
    parser.add_argument("--file", help="UTF-8 file with one text a line, - for standard input")
    parser.add_argument("--asked", action="store_true", help="each line is `expecting<TAB>text`")
    parser.add_argument("--dialect", default=AUTO, help="of all lines; default: what their words tell")
    parser.add_argument("--json", action="store_true", help="JSON lines (the only form there is)")
    options = parser.parse_args(arguments)
    try:
        lines = [*options.text, *_read(options.file)]
        to_mandarin("", options.dialect)
        out = _own_stdout()
        agent = load_agent(options.model)
        for parsed in parse_lines(agent, lines, options.asked, options.dialect):
            out.write(json.dumps(parsed, ensure_ascii=False) + "\n")
        out.close()
    except (ParseError, UnknownDialect, BadDialectTable, OSError, UnicodeDecodeError) as error:
        print(f"bot.parse: {error}", file=sys.stderr)
        return 2
    return 0


def _read(file: str | None) -> list[str]:
    if file is None:
        return []
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    # Only line feeds end a line: str.splitlines would also cut at odd separators inside citizens' texts.
    lines = data.decode("utf-8-sig").split("\n")
    return lines[:-1] if lines and not lines[-1] else lines


if __name__ == "__main__":
    sys.exit(main())
