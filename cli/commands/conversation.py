"""`minsheng conversation`: what was said, with personal data masked, and which conversations wait for a person."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from sqlalchemy.exc import SQLAlchemyError

from cli.commands.database import opened
from cli.commands.errors import CommandError
from desk.conversations.conversation import Conversation, HandoffMark, Message, Sender
from desk.conversations.errors import ConversationError, ConversationNotFound
from desk.conversations.store import ConversationStore
from desk.privacy.mask import mask_text
from desk.seats import AuditLog
from desk.settings import load_settings

app = typer.Typer(no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line")]

_SENDER_LABELS = {
    Sender.CITIZEN: "[cyan]市民[/]",
    Sender.BOT: "[green]机器人[/]",
    Sender.SEAT: "[yellow]坐席[/]",
    Sender.SYSTEM: "[dim]系统[/]",
}


@app.command("list")
def list_conversations(
    marked: Annotated[
        bool, typer.Option(help="Only those that wait for a person, longest wait first")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most this many")] = 50,
    as_json: AsJson = False,
) -> None:
    """Conversations, newest first."""
    with _store() as (store, zone, _):
        open_marks: dict[str, list[HandoffMark]] = {}
        for mark in store.handoff_marks():
            if mark.resolved_at is None:
                open_marks.setdefault(mark.conversation_id, []).append(mark)
        if marked:
            found = [store.get(conversation_id) for conversation_id in list(open_marks)[:limit]]
        else:
            found = list(store.newest(limit=limit))
    lines = [_line(conversation, open_marks.get(conversation.id, []), zone) for conversation in found]
    if as_json:
        for line in lines:
            typer.echo(orjson.dumps(line).decode())
        return
    # Whole, however narrow the screen: `show` wants it.
    table = Table(Column("会话", min_width=26), "渠道", "归属", "消息", "开始", "最近", "转人工原因", "评分")
    for line in lines:
        table.add_row(
            line["id"],
            line["channel"],
            line["owner"],
            str(line["last_seq"]),
            _minute(line["created_at"]),
            _minute(line["updated_at"]),
            ",".join(mark["reason"] for mark in line["marks"]),
            str(line["rating"] or ""),
        )
    Console(highlight=False).print(table)


@app.command()
def show(
    conversation_id: Annotated[str, typer.Argument(metavar="ID", help="Conversation id")],
    clear: Annotated[
        bool, typer.Option("--clear", help="Unmasked; who looked and why is written into the audit log")
    ] = False,
    why: Annotated[str, typer.Option(help="Why it must be seen unmasked; needed with --clear")] = "",
    as_json: AsJson = False,
) -> None:
    """Every message of a conversation, personal data masked unless `--clear` asks for it."""
    if clear and not why.strip():
        raise typer.BadParameter("--clear needs --why: the reason is kept with your name")
    with _store() as (store, zone, audit):
        conversation = store.get(conversation_id)
        marks = store.handoff_marks(conversation_id)
        messages = list(_all_messages(store, conversation_id))
        if clear:
            # Before a word of it is shown.
            audit.write(
                f"cli:{getpass.getuser()}",
                "conversation_shown_clear",
                "conversation",
                conversation.id,
                {"why": why.strip(), "messages": len(messages)},
            )
    line = _line(conversation, marks, zone)
    if as_json:
        line["messages"] = [_message(message, zone, clear) for message in messages]
        typer.echo(orjson.dumps(line).decode())
        return
    console = Console(highlight=False)
    console.print(
        f"[bold]{line['id']}[/] {line['channel']} · {line['owner']} · {_minute(line['created_at'])}"
    )
    for message in messages:
        said = _message(message, zone, clear)
        kind = "" if said["kind"] == "text" else f" [dim]({said['kind']})[/]"
        who = _SENDER_LABELS[message.sender]
        console.print(
            f"[dim]{said['seq']:>3} {said['at'][11:19]}[/] {who}{kind} {escape(said['text'])}", soft_wrap=True
        )
    for mark in line["marks"]:
        state = "已处理" if mark["resolved_at"] else "等待人工"
        console.print(f"[red]{state}[/] {mark['reason']} {_minute(mark['at'])}")


def _all_messages(store: ConversationStore, conversation_id: str) -> Iterator[Message]:
    after = 0
    while page := store.messages(conversation_id, after):
        yield from page
        after = page[-1].seq


def _line(conversation: Conversation, marks: list[HandoffMark], zone: ZoneInfo) -> dict[str, Any]:
    return {
        "id": conversation.id,
        "channel": conversation.channel,
        "owner": conversation.owner.value,
        "last_seq": conversation.last_seq,
        "created_at": _iso(conversation.created_at, zone),
        "updated_at": _iso(conversation.updated_at, zone),
        "rating": conversation.rating_score,
        "marks": [
            {
                "reason": mark.reason.value,
                "seq": mark.seq,
                "at": _iso(mark.at, zone),
                "resolved_at": _iso(mark.resolved_at, zone) if mark.resolved_at else None,
            }
            for mark in marks
        ],
    }


def _message(message: Message, zone: ZoneInfo, clear: bool) -> dict[str, Any]:
    return {
        "seq": message.seq,
        "from": message.sender.value,
        "kind": message.kind,
        "text": message.text if clear else mask_text(message.text),
        "at": _iso(message.at, zone),
    }


@contextmanager
def _store() -> Iterator[tuple[ConversationStore, ZoneInfo, AuditLog]]:
    settings = load_settings()
    try:
        with opened(settings) as engine:
            yield ConversationStore(engine), ZoneInfo(settings.timezone), AuditLog(engine)
    except ConversationNotFound as error:
        raise CommandError("没有这个会话") from error
    except ConversationError as error:
        raise CommandError(str(error)) from error
    except SQLAlchemyError as error:
        raise CommandError("the database is locked or gone; try again in a moment") from error


def _iso(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")


def _minute(iso: str) -> str:
    return iso[:16].replace("T", " ")
