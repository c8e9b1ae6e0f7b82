"""`minsheng`: the command line of operators. Thin: parse, call, print.

Exit codes: 0 done, 1 our error in one line, 2 wrong usage. `--json` where a program would read it.
"""

from __future__ import annotations

import sys

import typer
from rich.console import Console

from desk.settings import SettingsError
from gateway.commands import (
    asr,
    audit,
    call,
    chat,
    conversation,
    doctor,
    emotion,
    kb,
    nlu,
    order,
    recording,
    tts,
    user,
)
from gateway.commands.errors import CommandError

app = typer.Typer(
    name="minsheng",
    help="民声 12345 热线 · operate, inspect and test the hotline from the terminal.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("chat")(chat.chat)
app.command("call")(call.call)
app.command("doctor")(doctor.doctor)
app.command("emotion")(emotion.emotion)
app.add_typer(nlu.app, name="nlu", help="What the bot understands in a text.")
app.add_typer(kb.app, name="kb", help="Knowledge articles: import, list, search, check.")
app.add_typer(order.app, name="order", help="Work orders (工单): list, show, export, classify.")
app.add_typer(order.app, name="orders", hidden=True)
app.add_typer(conversation.app, name="conversation", help="What was said in a conversation.")
app.add_typer(
    user.app, name="user", help="Accounts of the desk: add, passwd, list, set, disable, enable, unlock."
)
app.add_typer(tts.app, name="tts", help="The voice: say a text, render the fixed sentences.")
app.add_typer(
    recording.app, name="recording", help="Recordings of calls: list, export, keep, delete, new-key."
)
app.add_typer(audit.app, name="audit", help="Who looked at what and who changed what.")
app.add_typer(asr.app, name="asr", help="Speech to text: transcribe, evaluate, serve.")
app.add_typer(asr.models_app, name="models", help="Speech models: list, pull, check, path.")


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


if __name__ == "__main__":
    main()
