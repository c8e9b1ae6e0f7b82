"""`minsheng`: the command line of operators. Thin: parse, call, print.

Exit codes: 0 done, 1 our error in one line, 2 wrong usage. `--json` where a program would read it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

import typer
from rich.console import Console
from typer.core import TyperGroup
from typer.main import get_command, get_group

from cli.commands.errors import CommandError
from desk.settings import SettingsError


@dataclass(frozen=True)
class CommandAt:
    """Where a command or a group of commands is: `attribute` of cli.commands.`module`. A function tells its help itself."""

    module: str
    attribute: str
    help: str | None = None
    hidden: bool = False


COMMANDS = {
    "chat": CommandAt("chat", "chat"),
    "call": CommandAt("call", "call"),
    "doctor": CommandAt("doctor", "doctor"),
    "emotion": CommandAt("emotion", "emotion"),
    "nlu": CommandAt("nlu", "app", "What the bot understands in a text."),
    "kb": CommandAt("kb", "app", "Knowledge articles: import, list, search, check."),
    "order": CommandAt("order", "app", "Work orders (工单): list, show, export, classify."),
    "orders": CommandAt("order", "app", hidden=True),
    "conversation": CommandAt("conversation", "app", "What was said in a conversation."),
    "user": CommandAt(
        "user", "app", "Accounts of the desk: add, passwd, list, set, disable, enable, unlock."
    ),
    "tts": CommandAt("tts", "app", "The voice: say a text, render the fixed sentences."),
    "recording": CommandAt("recording", "app", "Recordings of calls: list, export, keep, delete, new-key."),
    "citizen": CommandAt("citizen", "app", "Forget a citizen who wishes it: erase."),
    "retention": CommandAt("retention", "app", "Erase what was kept long enough: run."),
    "audit": CommandAt("audit", "app", "Who looked at what and who changed what."),
    "wechat": CommandAt("wechat", "app", "The WeChat account: simulate a citizen, bring the menu."),
    "asr": CommandAt("asr", "app", "Speech to text: transcribe, evaluate, serve, build-graph."),
    "models": CommandAt("asr", "models_app", "Speech models: list, pull, check, path."),
}


class OnDemand(TyperGroup):
    """Imports what a command needs when it is called: to list accounts nobody waits for speech models and numerics."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        # Whoever mistypes a name is told the nearest ones from here; the commands themselves come from `get_command`.
        self.commands = cast(Any, dict.fromkeys(COMMANDS))

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        place = COMMANDS.get(cmd_name)
        if place is None:
            return None
        found = getattr(import_module(f"cli.commands.{place.module}"), place.attribute)
        if isinstance(found, typer.Typer):
            command: Any = get_group(found)
            command.help = place.help
        else:
            alone = typer.Typer(add_completion=False)
            alone.command(cmd_name)(found)
            command = get_command(alone)
        command.name, command.hidden = cmd_name, place.hidden
        return command


app = typer.Typer(
    name="minsheng",
    cls=OnDemand,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback(help="民声 12345 热线 · operate, inspect and test the hotline from the terminal.")
def _minsheng() -> None:
    pass


def main() -> None:
    """Run the command line; our own errors are one line without a traceback, bugs keep theirs."""
    try:
        app()
    except (CommandError, SettingsError) as error:
        Console(stderr=True, highlight=False).print(f"[red]{error}[/]", soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:
        # `minsheng order list | head` closes the pipe; that is no error.
        sys.exit(0)
