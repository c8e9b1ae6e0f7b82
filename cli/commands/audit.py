"""`minsheng audit`: who looked at what and who changed what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from zoneinfo import ZoneInfo

import orjson
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from cli.commands.database import opened
from cli.commands.errors import CommandError
from desk.seats import Accounts, UserNotFound
from desk.settings import load_settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keeps `list` a word of its own: typer drops the name of an only command."""


@app.command("list")
def list_audit(
    user: Annotated[str | None, typer.Option(help="Only what this user did (username, or cli:NAME)")] = None,
    action: Annotated[str | None, typer.Option(help="Only this action, for example reveal")] = None,
    subject: Annotated[
        str | None, typer.Option(help="Only about this, for example conversation:ID or user:ID")
    ] = None,
    before: Annotated[int | None, typer.Option(help="Only lines older than this number")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="At most this many, newest first")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line")] = False,
) -> None:
    """Lines of the audit log, newest first. They hold no citizen's data in clear."""
    wanted = None
    if subject is not None:
        kind, colon, subject_id = subject.partition(":")
        if not (kind and colon and subject_id):
            raise typer.BadParameter("write --subject TYPE:ID, for example conversation:0123abc")
        wanted = (kind, subject_id)
    with _accounts() as (accounts, zone):
        actor = user
        if user is not None and not user.startswith("cli:"):
            actor = accounts.users.by_username(user).id
        lines = accounts.audit.read(limit=limit, before=before, actor=actor, action=action, subject=wanted)
        names = {known.id: known.username for known in accounts.users.all()}
    table = Table("编号", "时间", "谁", "做了什么", "对象", "详情", "地址")
    for line in lines:
        at = line.at.astimezone(zone).isoformat(timespec="seconds")
        who = names.get(line.actor, line.actor)
        if as_json:
            typer.echo(
                orjson.dumps(
                    {
                        "id": line.id,
                        "at": at,
                        "actor": line.actor,
                        "user": who,
                        "action": line.action,
                        "subject_type": line.subject_type,
                        "subject_id": line.subject_id,
                        "detail": line.detail,
                        "address": line.address,
                    }
                ).decode()
            )
            continue
        detail = " ".join(f"{key}={value}" for key, value in line.detail.items())
        about = f"{line.subject_type}:{names.get(line.subject_id, line.subject_id)}"
        table.add_row(
            str(line.id), at[:16].replace("T", " "), escape(who), line.action, escape(about), escape(detail),
            line.address,
        )  # fmt: skip
    if not as_json:
        Console(highlight=False).print(table)


@contextmanager
def _accounts() -> Iterator[tuple[Accounts, ZoneInfo]]:
    settings = load_settings()
    try:
        with opened(settings) as engine:
            yield Accounts(engine), ZoneInfo(settings.timezone)
    except UserNotFound as error:
        raise CommandError(error.text) from error
    except SQLAlchemyError as error:
        raise CommandError("the database is locked or gone; try again in a moment") from error
